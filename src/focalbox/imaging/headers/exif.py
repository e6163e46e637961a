"""The few EXIF tags that matter to a crop: orientation, artist and copyright.

Pillow reads the whole block, warns on what is broken and takes longer than the rest of the header together. A crop
needs three tags, so they are read here, and a broken block is an absent one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

__all__ = ["ARTIST", "COPYRIGHT", "MAX_TEXT", "Exif", "read_exif"]

_PREFIX = b"Exif\x00\x00"
_ORIENTATION, ARTIST, COPYRIGHT = 0x0112, 0x013B, 0x8298  # EXIF 2.32, tables 4 and 20
_ASCII = 2
_TEXTS = {_ASCII, 129}  # EXIF 3.0, section 4.6.2: types of values, ASCII and UTF-8
_PARTS = {ARTIST: 1, COPYRIGHT: 2}
"""Texts of a value, each closed by a zero: the copyrights of photographer and editor are two (the same, table 4)."""
_WHOLE = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i"}
"""Types of whole numbers (the same; TIFF 6.0, section 2): orientation is a SHORT, and phones and scripts write others."""
_CLASSIC = 42  # TIFF 6.0, section 2; BigTIFF has 43 and wider numbers
_UPRIGHT = 1
_ORIENTATIONS = 8
_INLINE = 4
"""Bytes of a value that stand in the entry itself."""
MAX_TEXT = 4096
"""Bytes of artist or copyright that are kept: a credit line, not a hiding place."""


@dataclass(frozen=True, slots=True)
class Exif:
    """The tags of an EXIF block.

    Parameters
    ----------
    orientation : int
        1 to 8 as EXIF defines them; 1 is upright.
    artist, copyright : bytes
        As stored, without the closing zero; empty when absent.
    """

    orientation: int = _UPRIGHT
    artist: bytes = b""
    copyright: bytes = b""

    def credits(self) -> bytes | None:
        """Return an EXIF block of artist and copyright alone, or None when there is neither.

        Examples
        --------
        >>> read_exif(Exif(copyright=b"A. Person").credits()).copyright
        b'A. Person'
        """
        texts = [(tag, text) for tag, text in ((ARTIST, self.artist), (COPYRIGHT, self.copyright)) if text]
        if not texts:
            return None
        entries, data = b"", b""
        start = 8 + 2 + 12 * len(texts) + 4  # header, count, entries, link to the next directory
        for tag, text in texts:
            value = text + b"\0"
            if len(value) <= _INLINE:
                entries += struct.pack("<HHI4s", tag, _ASCII, len(value), value)
            else:
                entries += struct.pack("<HHII", tag, _ASCII, len(value), start + len(data))
                data += value + b"\0" * (len(value) % 2)
        directory = struct.pack("<H", len(texts)) + entries + struct.pack("<I", 0)
        return _PREFIX + b"II*\0" + struct.pack("<I", 8) + directory + data


def read_exif(block: bytes | None) -> Exif:
    """Read the tags from an EXIF block, with or without its ``Exif`` prefix.

    Whatever is broken is taken as absent: a picture is not refused for its metadata.

    Examples
    --------
    >>> read_exif(b"nonsense").orientation
    1
    """
    if not block:
        return Exif()
    tiff = block
    while tiff.startswith(_PREFIX):  # some programs write it twice
        tiff = tiff[len(_PREFIX) :]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    orientation, texts = _UPRIGHT, {ARTIST: b"", COPYRIGHT: b""}
    try:
        if order is None or struct.unpack_from(order + "H", tiff, 2) != (_CLASSIC,):
            return Exif()
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for index in range(count):
            at = start + 2 + 12 * index
            tag, kind, length = struct.unpack_from(order + "HHI", tiff, at)
            if tag == _ORIENTATION and kind in _WHOLE:
                (orientation,) = struct.unpack_from(order + _WHOLE[kind], tiff, at + 8)
            elif tag in texts and kind in _TEXTS and length <= MAX_TEXT:
                place = at + 8 if length <= _INLINE else struct.unpack_from(order + "I", tiff, at + 8)[0]
                parts = tiff[place : place + length].split(b"\0")
                texts[tag] = b", ".join(filter(None, map(bytes.strip, parts[: _PARTS[tag]])))
    except struct.error:
        pass  # the tags before the fault are kept
    if not _UPRIGHT <= orientation <= _ORIENTATIONS:
        orientation = _UPRIGHT
    return Exif(orientation, texts[ARTIST], texts[COPYRIGHT])
