"""What AVIF and HEIC say of the colours of their picture: the box ``colr`` of kind ``nclx``."""

from __future__ import annotations

import struct
from collections.abc import Iterator

__all__ = ["nclx_of"]

_MAX_BOXES = 10_000
"""Boxes that are looked at in one box: tiled pictures have some hundred."""


def nclx_of(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer (ITU-T H.273) of the primary picture, or None when the file names none.

    Reads the properties that belong to the primary item (ISO 23008-12, sections 6.5.5 and 9.3); for a sequence or a file
    whose tables are damaged, the first ``nclx`` there is among the properties.
    """
    try:
        return _nclx(data)
    except (struct.error, IndexError):
        return None


def _nclx(data: bytes) -> tuple[int, int] | None:
    meta = _find(data, 0, len(data), b"meta")
    if meta is None:
        return None
    start, stop = meta[0] + 4, meta[1]  # behind version and flags
    properties = _find(data, start, stop, b"iprp")
    container = properties and _find(data, *properties, b"ipco")
    if properties is None or container is None:
        return None
    named = {
        number: struct.unpack_from(">HH", data, first + 4)
        for number, (kind, first, last) in enumerate(_boxes(data, *container), 1)
        if kind == b"colr" and data[first : first + 4] == b"nclx" and last - first >= 8  # noqa: PLR2004 - both numbers
    }
    primary = _find(data, start, stop, b"pitm")
    table = _find(data, *properties, b"ipma")
    if primary is not None and table is not None:
        wide = data[primary[0]] > 0
        (item,) = struct.unpack_from(">I" if wide else ">H", data, primary[0] + 4)
        for number in _property_numbers(data, table[0], item):
            if number in named:
                return named[number][0], named[number][1]
        return None
    return next(((first, second) for first, second in named.values()), None)


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


def _find(data: bytes, start: int, stop: int, name: bytes) -> tuple[int, int] | None:
    return next(((first, last) for kind, first, last in _boxes(data, start, stop) if kind == name), None)


def _boxes(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
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
