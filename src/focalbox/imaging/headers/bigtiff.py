"""Rewrites a big-endian BigTIFF as a plain TIFF: Pillow 13.0 misreads it."""

from __future__ import annotations

import struct

from focalbox.imaging.headers.tiff import SIZES

__all__ = ["as_plain_tiff"]

_BIG_FROM_THE_TOP = b"MM\0+"
_ENTRY = 20
"""Bytes of an entry: tag, type, count of 64 bits, and the values or their place, of 64 bits too (BigTIFF)."""
_INSIDE, _PLAIN_INSIDE = 8, 4
"""Bytes of values that an entry itself has room for, in a BigTIFF and in a plain one."""
_NARROWED = {16: (4, "Q", "I"), 17: (9, "q", "i"), 18: (13, "Q", "I")}
"""Types of 64 bits: LONG8, SLONG8 and IFD8, and those of 32 in their place."""
_MAX_ENTRIES = 4096
"""Entries that are looked at."""


_PLACES = {273, 279, 324, 325}
"""Tags of where strips and tiles are, and of how many bytes they have."""

_HEIGHT, _STRIPS, _ROWS_PER_STRIP = 257, 273, 278
"""Tags of the picture's height, of where its strips are, and of the rows of each."""

_WHOLE = {3, 4, 16}
"""Types that these have in every undamaged file: whole numbers of two, four or eight bytes."""


def as_plain_tiff(data: bytes) -> bytes:
    """Return the first picture of such a BigTIFF as a plain TIFF: all stays in its place, and a new directory is put behind.

    Returns
    -------
    bytes
        The same bytes for any other file, and for one whose places need more than 32 bits or whose directory is damaged.
    """
    if not data.startswith(_BIG_FROM_THE_TOP):
        return data
    end = len(data) + len(data) % 2
    entries: list[bytes] = []
    behind = b""
    numbers: dict[int, int] = {}
    strips = 0
    try:
        (start,) = struct.unpack_from(">Q", data, 8)
        (count,) = struct.unpack_from(">Q", data, start)
        for place in range(start + 8, start + 8 + _ENTRY * min(count, _MAX_ENTRIES), _ENTRY):
            tag, kind, length = struct.unpack_from(">HHQ", data, place)
            if tag in _PLACES and kind not in _WHOLE:
                return data
            if kind not in SIZES:
                continue
            size = SIZES[kind] * length
            (at,) = (place + _ENTRY - _INSIDE,) if size <= _INSIDE else struct.unpack_from(">Q", data, place + 12)
            content = data[at : at + size]
            if kind in _NARROWED:
                kind, wide, narrow = _NARROWED[kind]
                content = struct.pack(f">{length}{narrow}", *struct.unpack(f">{length}{wide}", content))
                at = end + len(behind)
                behind += content if len(content) > _PLAIN_INSIDE else b""
            numbers[tag] = int.from_bytes(content[: SIZES[kind]])
            strips = length if tag == _STRIPS else strips
            value = content.ljust(_PLAIN_INSIDE, b"\0") if len(content) <= _PLAIN_INSIDE else struct.pack(">I", at)
            entries.append(struct.pack(">HHI", tag, kind, length) + value)
        directory = struct.pack(">H", len(entries)) + b"".join(entries) + bytes(4)
        head = struct.pack(">2sHI", b"MM", 42, end + len(behind))
    except (struct.error, OverflowError):
        return data
    if strips and strips * numbers.get(_ROWS_PER_STRIP, numbers.get(_HEIGHT, 0)) < numbers.get(_HEIGHT, 0):
        return data  # libtiff would leave the rows without a strip black, without a word
    return b"".join([head, data[len(head) :], bytes(end - len(data)), behind, directory])
