"""How often an AVIF sequence is shown: the edit lists of its tracks, read and set (ISO 23008-12, section 9.6)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from focalbox.errors import InvalidRequest
from focalbox.imaging.headers.isobmff import boxes_in, find_box, picture_track

__all__ = ["plays_of", "set_plays"]

_REPEATED = 1
"""Flag of an edit list whose one entry is shown again until the track's duration is over (the same)."""
_IN_FILM, _IN_TRACK, _IN_ENTRY = {0: 16, 1: 24}, {0: 20, 1: 28}, {0: 8, 1: 8}
"""Where durations stand in mvhd, tkhd and elst, by version (ISO 14496-12, sections 8.2.2, 8.3.2 and 8.6.6)."""
_FORMS = {0: ">I", 1: ">Q"}
"""How they are written, by version."""
_MAX_PLAYS = 2**31 - 1
"""The largest number of plays that is counted, as in libavif."""


class _Duration(NamedTuple):
    """A duration in a file: where it stands, how it is written, and how many of the film's units of time it is."""

    at: int
    form: str
    units: int

    @property
    def endless(self) -> int:
        """The value that stands for an unknown duration."""
        return int(256 ** struct.calcsize(self.form) - 1)


def plays_of(data: bytes) -> int:
    """Return how often an AVIF sequence is shown; 0 for endlessly, also when it does not say.

    The one entry of an edit list is a play. Where it is repeated, the track lasts as long as all plays; the last one
    may be cut short.
    """
    try:
        track = picture_track(data)
        edits = track and _edits(data, track)
        if track is None or edits is None:
            return 0
        if not data[edits + 3] & _REPEATED:
            return 1
        whole, one = _track_duration(data, track), _duration(data, edits, _IN_ENTRY)
    except (struct.error, IndexError, KeyError):
        return 0
    plays = -(-whole.units // one.units) if one.units and whole.units != whole.endless else 0
    return plays if plays <= _MAX_PLAYS else 0


def set_plays(data: bytes, plays: int) -> bytes:
    """Return an AVIF file with the number of plays set in place.

    Parameters
    ----------
    data : bytes
        A sequence as libavif writes it, with an edit list in each track, or a still picture, which stays as it is.
    plays : int
        0 for endlessly, which is also written when the duration of so many plays does not fit.

    Raises
    ------
    InvalidRequest
        When a track has no edit list.
    """
    film = find_box(data, 0, len(data), b"moov")
    if film is None:
        return data
    told, longest = bytearray(data), 0
    for kind, *track in boxes_in(data, *film):
        if kind != b"trak":
            continue
        edits = _edits(data, (track[0], track[1]))
        if edits is None:
            message = "a film cannot be written as avif: its encoder leaves no place for how often it is shown"
            raise InvalidRequest(message)
        whole, one = _track_duration(data, (track[0], track[1])), _duration(data, edits, _IN_ENTRY)
        units = min(plays * one.units or whole.endless, whole.endless)
        told[edits + 3] = plays != 1
        struct.pack_into(whole.form, told, whole.at, units)
        longest = max(longest, units)
    head = find_box(data, *film, b"mvhd")
    if head is not None:
        whole = _duration(data, head[0], _IN_FILM)
        struct.pack_into(whole.form, told, whole.at, min(longest, whole.endless))
    return bytes(told)


def _edits(data: bytes, track: tuple[int, int]) -> int | None:
    """Return where the edit list of a track begins."""
    lists = find_box(data, *track, b"edts")
    edits = lists and find_box(data, *lists, b"elst")
    return edits[0] if edits else None


def _track_duration(data: bytes, track: tuple[int, int]) -> _Duration:
    head = find_box(data, *track, b"tkhd")
    if head is None:
        message = "a track has no header"
        raise struct.error(message)
    return _duration(data, head[0], _IN_TRACK)


def _duration(data: bytes, box: int, places: dict[int, int]) -> _Duration:
    at, form = box + places[data[box]], _FORMS[data[box]]
    return _Duration(at, form, struct.unpack_from(form, data, at)[0])
