"""The parts that files are made of: chunks, markers, boxes, entries and blocks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Literal

__all__ = ["parts_of"]

_MARKER = re.compile(rb"\xff[\xc0-\xfe]")
_CONTAINERS = {
    **dict.fromkeys((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"iprp", b"ipco", b"edts", b"dinf"), 0),
    b"meta": 4,
    b"iref": 4,
    b"iinf": 6,
    b"stsd": 8,
    b"av01": 78,
}
"""Boxes of AVIF and HEIC that hold others, and the bytes before these."""


def parts_of(content: bytes) -> list[bytes]:
    """Split a file into the parts of its format; together they are the file."""
    for begins, split in _FORMATS:
        if begins(content):
            return split(content)
    return [content[at : at + 16] for at in range(0, len(content), 16)]


def _of_png(content: bytes) -> list[bytes]:
    return _walk(content, 8, lambda at: 12 + int.from_bytes(content[at : at + 4], "big"))


def _of_webp(content: bytes) -> list[bytes]:
    return _walk(content, 12, lambda at: 8 + int.from_bytes(content[at + 4 : at + 8], "little") + content[at + 4] % 2)


def _of_bmp(content: bytes) -> list[bytes]:
    header = 14 + int.from_bytes(content[14:18], "little")
    start = int.from_bytes(content[10:14], "little")
    places = [0, 14, 18, header, *range(start, len(content), 32), len(content)]
    return _between(content, places if places == sorted(places) else [0, 14, len(content)])


def _of_jpeg(content: bytes) -> list[bytes]:
    return _between(content, [0, *(match.start() for match in _MARKER.finditer(content)), len(content)])


def _of_tiff(content: bytes) -> list[bytes]:
    order: Literal["little", "big"] = "little" if content[:2] == b"II" else "big"
    first = int.from_bytes(content[4:8], order) + 2
    last = first + 12 * int.from_bytes(content[first - 2 : first], order)
    places = [0, *range(first, last, 12), last, len(content)]
    return _between(content, places if places == sorted(places) else [*range(0, len(content), 12), len(content)])


def _of_gif(content: bytes) -> list[bytes]:
    return _walk(content, 13 + _table(content[10]), lambda at: _block(content, at))


def _block(content: bytes, at: int) -> int:
    """Return the bytes of an extension or a frame of a GIF, at least one."""
    start, content = at, content + bytes(12)
    if content[at] not in {0x21, 0x2C}:
        return 1
    at += 2 if content[at] == 0x21 else 11 + _table(content[at + 9])
    while at < len(content) and content[at]:
        at += 1 + content[at]
    return at + 1 - start


def _table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _boxes(content: bytes) -> Iterator[bytes]:
    """Return the boxes between two boxes' ends; of those that hold others the beginning, and then these."""
    at = 0
    while at < len(content):
        stop = at + max(8, int.from_bytes(content[at : at + 4], "big"))
        inside = at + 8 + _CONTAINERS.get(content[at + 4 : at + 8], stop)
        if inside < stop:
            yield content[at:inside]
            yield from _boxes(content[inside:stop])
        else:
            yield content[at:stop]
        at = stop


def _between(content: bytes, places: list[int]) -> list[bytes]:
    return [content[start:stop] for start, stop in itertools.pairwise(places)]


def _walk(content: bytes, start: int, length: Callable[[int], int]) -> list[bytes]:
    parts, at = [content[:start]], start
    while at < len(content):
        stop = at + length(at)
        parts.append(content[at:stop])
        at = stop
    return parts


_FORMATS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], list[bytes]]], ...] = (
    (lambda content: content.startswith(b"\x89PNG"), _of_png),
    (lambda content: content.startswith(b"RIFF"), _of_webp),
    (lambda content: content[4:8] == b"ftyp", lambda content: list(_boxes(content))),
    (lambda content: content.startswith(b"\xff\xd8"), _of_jpeg),
    (lambda content: content.startswith((b"II*", b"MM\0*")), _of_tiff),
    (lambda content: content.startswith(b"GIF8"), _of_gif),
    (lambda content: content.startswith(b"BM"), _of_bmp),
)
