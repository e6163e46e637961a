"""TIFF files with tags and samples that no writer at hand writes."""

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


def tiff_of(tags: dict[int, tuple[int, ...]], strip: bytes, *, order: str = "<") -> bytes:
    """Return a TIFF of one strip with such tags, whose values are all of 16 bits."""
    tags = {**tags, 273: (8,), 279: (len(strip),)}
    start = 8 + len(strip) + len(strip) % 2
    entries, behind = b"", start + 2 + 12 * len(tags) + 4
    values = b""
    for tag in sorted(tags):
        kind, form = (4, "I") if tag in {273, 279} else (3, "H")
        packed = struct.pack(f"{order}{len(tags[tag])}{form}", *tags[tag])
        inside = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack(order + "I", behind + len(values))
        values += packed if len(packed) > 4 else b""
        entries += struct.pack(order + "HHI", tag, kind, len(tags[tag])) + inside
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, start)
    return head + strip + bytes(len(strip) % 2) + struct.pack(order + "H", len(tags)) + entries + bytes(4) + values
