"""Reads rights from IPTC's data sets, and finds these in TIFF."""

from __future__ import annotations

import struct

from focalbox.imaging.headers.rights import MAX_NAMES, Rights, decode_text

__all__ = ["iptc_of", "read_iptc"]

_MARK, _RECORD = b"\x1c", b"\x1c\x02"
_BY_LINE, _CREDIT, _COPYRIGHT = 80, 110, 116  # IPTC IIM 4.2, record 2
_EXTENDED = 0x8000
"""Lengths from which a data set has another form (the same, section 1.6); no field of rights is so long."""
_RESOURCE, _IPTC = b"8BIM", 0x0404  # XMP Specification, part 3, section 1.2: Photoshop's image resources


def iptc_of(block: bytes | None, resources: bytes | None = None) -> bytes | None:
    """Return the data sets of a TIFF.

    Parameters
    ----------
    block : bytes, optional
        The content of its own tag. Many programs declare it as 32-bit numbers, and some have then swapped the bytes of
        each.
    resources : bytes, optional
        The content of the tag of Photoshop's image resources, in which they may be too.
    """
    if block and not block.startswith(_MARK):
        exchanged = b"".join(block[at : at + 4][::-1] for at in range(0, len(block), 4))
        block = exchanged if exchanged.lstrip(b"\0").startswith(_MARK) else None
    return block or _in_resources(resources or b"")


def _in_resources(block: bytes) -> bytes | None:
    """Return the data sets among image resources: signature, number, name and content, the last two of whole pairs."""
    at = 0
    while block.startswith(_RESOURCE, at) and at + 12 <= len(block):
        (number,) = struct.unpack_from(">H", block, at + 4)
        at += 6 + (block[at + 6] + 2) // 2 * 2
        length = int.from_bytes(block[at : at + 4], "big")
        if number == _IPTC:
            return block[at + 4 : at + 4 + length]
        at += 4 + length + length % 2
    return None


def read_iptc(block: bytes | None) -> Rights:
    """Read by-line, credit and copyright notice from a block of IPTC's data sets (IIM 4.2); a broken rest is absent."""
    found: dict[int, list[str]] = {_BY_LINE: [], _CREDIT: [], _COPYRIGHT: []}
    at, block = 0, block or b""
    while at + 5 <= len(block) and block[at] == _RECORD[0]:
        kind, length = block[at + 2], int.from_bytes(block[at + 3 : at + 5], "big")
        if length >= _EXTENDED:
            break
        if block[at : at + 2] == _RECORD and kind in found:
            found[kind].append(decode_text(block[at + 5 : at + 5 + length]))
        at += 5 + length
    first = {kind: next((text for text in texts if text), "") for kind, texts in found.items()}
    creators = tuple(text for text in found[_BY_LINE] if text)[:MAX_NAMES]
    return Rights(notice=first[_COPYRIGHT], creators=creators, credit=first[_CREDIT])
