"""Reads how long the frames of an AVIF sequence are shown, which Pillow rounds to milliseconds."""

from __future__ import annotations

import struct
from fractions import Fraction

from focalbox.imaging.headers.isobmff import find_box, picture_track

__all__ = ["durations_of"]

_SCALE = {0: (12, ">I"), 1: (20, ">I")}
"""Where mdhd says how many units a second has, by version (ISO 14496-12, section 8.4.2)."""
_RUN = 8
"""Bytes of a run of frames that are shown as long (the same, section 8.6.1.2): how many, and how many units."""


def durations_of(data: bytes, frames: int) -> list[Fraction] | None:
    """Return the seconds of the first frames of an AVIF sequence, or None when the file lists fewer."""
    durations: list[Fraction] = []
    try:
        track = picture_track(data)
        media = track and find_box(data, *track, b"mdia")
        head = media and find_box(data, *media, b"mdhd")
        place = media
        for name in (b"minf", b"stbl", b"stts"):
            place = place and find_box(data, *place, name)
        if head is None or place is None:
            return None
        at, form = _SCALE[data[head[0]]]
        (second,) = struct.unpack_from(form, data, head[0] + at)
        (runs,) = struct.unpack_from(">I", data, place[0] + 4)
        for number in range(min(runs, frames)):
            many, units = struct.unpack_from(">II", data, place[0] + _RUN + _RUN * number)
            durations += [Fraction(units, second)] * min(many, frames - len(durations))
            if len(durations) == frames:
                return durations
    except (struct.error, IndexError, KeyError, ZeroDivisionError):
        pass
    return None
