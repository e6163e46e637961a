"""The boxes of AVIF and HEIC that describe the picture: its colours, and which part of it is shown."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction

__all__ = ["aperture_of", "boxes_in", "drop_exif", "find_box", "nclx_of", "picture_track"]

_LONG_NAMES = 3
"""Version of an item's entry from which its number has 32 bits (ISO 23008-12, section 9.2)."""
_SEQUENCE = b"avis"
"""The brand of AVIF files that are films (AV1 Image File Format 1.1, section 6.3)."""
_CODINGS = {b"av01"}
"""The codings of tracks that are read."""
_ENTRY = 78
"""Bytes of a visual sample entry before its boxes (ISO 14496-12, section 12.1.3.2)."""
_MAX_BOXES = 10_000
"""Boxes that are looked at in one box: tiled pictures have some hundred."""


def nclx_of(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer (ITU-T H.273) of the primary picture, or None when the file names none.

    Reads the properties that belong to the primary item (ISO 23008-12, sections 6.5.5 and 9.3); for a sequence or a file
    whose tables are damaged, the first ``nclx`` there is among the properties.
    """
    try:
        for kind, first, last in _properties(data):
            if kind == b"colr" and data[first : first + 4] == b"nclx" and last - first >= 8:  # noqa: PLR2004 - both numbers
                primaries, transfer = struct.unpack_from(">HH", data, first + 4)
                return primaries, transfer
    except (struct.error, IndexError):
        pass
    return None


def aperture_of(data: bytes, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return the part of the stored picture to show: left, top, right and bottom of its clean aperture.

    Parameters
    ----------
    data : bytes
        An AVIF or HEIC file.
    size : tuple of int
        Width and height of the stored picture.

    Returns
    -------
    tuple of int or None
        None when it is the whole picture, or makes no sense (ISO 14496-12, section 12.1.4).
    """
    try:
        first = next((first for kind, first, _ in _properties(data) if kind == b"clap"), None)
        if first is None:
            return None
        width, height, across, down = (
            Fraction(number, below) for number, below in struct.iter_unpack(">iI", data[first : first + 32])
        )
    except (struct.error, IndexError, ValueError, ZeroDivisionError):
        return None
    left, top = round((size[0] - width) / 2 + across), round((size[1] - height) / 2 + down)
    right, bottom = left + round(width), top + round(height)
    inside = 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
    return (left, top, right, bottom) if inside and (right - left, bottom - top) != size else None


def drop_exif(data: bytes) -> bytes:
    """Return a file whose EXIF items are renamed, so that no reader parses them."""
    renamed = bytearray(data)
    meta = find_box(data, 0, len(data), b"meta")
    infos = meta and find_box(data, meta[0] + 4, meta[1], b"iinf")
    if infos is not None:
        entries = infos[0] + (6 if data[infos[0]] == 0 else 8)  # ISO 23008-12, section 9.2: a count of 16 or 32 bits
        for kind, first, last in boxes_in(data, entries, infos[1]):
            named = first + (8 if data[first] < _LONG_NAMES else 10)
            if kind == b"infe" and data[named : min(last, named + 4)] == b"Exif":
                renamed[named : named + 4] = b"none"
    return bytes(renamed)


def _properties(data: bytes) -> list[tuple[bytes, int, int]]:
    """Return name, begin and end of the properties of the shown picture.

    They are those of a film's track when the film brand is the major one, as in libavif; else those of the primary item, or
    of all items when none is named.
    """
    if data[8:12] == _SEQUENCE:
        track = _track_properties(data)
        if track:
            return track
    meta = find_box(data, 0, len(data), b"meta")
    if meta is None:
        return []
    start, stop = meta[0] + 4, meta[1]  # behind version and flags
    properties = find_box(data, start, stop, b"iprp")
    container = properties and find_box(data, *properties, b"ipco")
    if properties is None or container is None:
        return []
    every = list(boxes_in(data, *container))
    primary = find_box(data, start, stop, b"pitm")
    table = find_box(data, *properties, b"ipma")
    if primary is None or table is None:
        return every
    wide = data[primary[0]] > 0
    (item,) = struct.unpack_from(">I" if wide else ">H", data, primary[0] + 4)
    return [every[number - 1] for number in _property_numbers(data, table[0], item) if 0 < number <= len(every)]


def _track_properties(data: bytes) -> list[tuple[bytes, int, int]]:
    """Return the same of the track of pictures (ISO 14496-12, section 12.1.3)."""
    track = picture_track(data)
    entry = track and _sample_entry(data, *track)
    return list(boxes_in(data, entry[1] + _ENTRY, entry[2])) if entry else []


def _sample_entry(data: bytes, start: int, stop: int) -> tuple[bytes, int, int] | None:
    """Return name, begin and end of the sample entry of a track, which tells its coding (the same, section 8.5.2)."""
    place: tuple[int, int] | None = (start, stop)
    for name in (b"mdia", b"minf", b"stbl", b"stsd"):
        place = place and find_box(data, *place, name)
    return place and next(boxes_in(data, place[0] + 8, place[1]), None)  # behind version, flags and count


def _property_numbers(data: bytes, at: int, wanted: int) -> list[int]:
    """Return the numbers of the properties of an item (ISO 23008-12, section 9.3.2)."""
    version, wide = data[at], data[at + 3] & 1
    (count,) = struct.unpack_from(">I", data, at + 4)
    at += 8
    for _ in range(min(count, _MAX_BOXES)):
        (item,) = struct.unpack_from(">H" if version < 1 else ">I", data, at)
        at += 2 if version < 1 else 4
        many, at = data[at], at + 1
        form = f">{many}{'H' if wide else 'B'}"
        if item == wanted:
            return [number & (0x7FFF if wide else 0x7F) for number in struct.unpack_from(form, data, at)]
        at += struct.calcsize(form)
    return []


def picture_track(data: bytes) -> tuple[int, int] | None:
    """Return begin and end of the first track of pictures that is not another one's alpha.

    Raises
    ------
    struct.error
        When a box is damaged.
    """
    film = find_box(data, 0, len(data), b"moov")
    for kind, first, last in boxes_in(data, *film) if film is not None else ():
        auxiliary = find_box(data, first, last, b"tref")
        if kind != b"trak" or (auxiliary is not None and find_box(data, *auxiliary, b"auxl") is not None):
            continue
        entry = _sample_entry(data, first, last)
        if entry and entry[0] in _CODINGS:
            return first, last
    return None


def find_box(data: bytes, start: int, stop: int, name: bytes) -> tuple[int, int] | None:
    """Return begin and end of the body of the first box of a name between two places."""
    return next(((first, last) for kind, first, last in boxes_in(data, start, stop) if kind == name), None)


def boxes_in(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Return name, begin and end of the bodies of the boxes between two places (ISO 14496-12, section 4.2)."""
    for _ in range(_MAX_BOXES):
        if start + 8 > stop:
            return
        length, name = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, body)
            body += 8
        last = min(stop, start + length) if length else stop
        if last < body:
            return
        yield name, body, last
        start = last
