"""TIFF files with a tag that no writer at hand writes."""

from __future__ import annotations

import struct

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8, 13: 4, 16: 8}
"""Bytes of a value of each type (TIFF 6.0, section 2)."""


def with_tag(content: bytes, tag: int, kind: int, value: bytes, *, count: int | None = None) -> bytes:
    """Return a TIFF with one more tag, or another value of it, which lies at the end of the file unless it is short.

    ``count`` is what is said of the number of its values, where that is a lie.
    """
    order = ">" if content[:2] == b"MM" else "<"
    (start,) = struct.unpack_from(order + "I", content, 4)
    (many,) = struct.unpack_from(order + "H", content, start)
    entries = {
        struct.unpack_from(order + "H", content, at)[0]: content[at : at + 12]
        for at in range(start + 2, start + 2 + 12 * many, 12)
    }
    end = len(content) + len(content) % 2
    said = len(value) // SIZES.get(kind, 1) if count is None else count
    inside = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", end)
    entries[tag] = struct.pack(order + "HHI", tag, kind, said) + inside
    behind = value + bytes(len(value) % 2) if len(value) > 4 else b""
    directory = (
        struct.pack(order + "H", len(entries)) + b"".join(entries[number] for number in sorted(entries)) + bytes(4)
    )
    whole = content + bytes(end - len(content)) + behind
    return whole[:4] + struct.pack(order + "I", len(whole)) + whole[8:] + directory
