"""The header of a BMP with a palette, and which kinds of BMP are not read."""

from __future__ import annotations

import struct
from dataclasses import dataclass

__all__ = ["BmpHeader", "Packing", "as_known_header", "read_bmp_header", "unread_packing"]

_LENGTH_AT, _FILE_HEADER = 14, 14
"""Where the length of the header stands, and where it begins."""
_OS2_OLD, _SHORTEST, _WINDOWS, _OS2 = 12, 16, 40, 64
"""Lengths of BITMAPCOREHEADER, of the shortest and the longest OS22XBITMAPHEADER, and of BITMAPINFOHEADER."""
_KNOWN = {12, 40, 52, 56, 64, 108, 124}
"""Lengths that Pillow 13.0 reads. OS/2 leaves out what is zero at the end of a header."""
_DEPTHS = {1, 2, 4, 8}
"""Bits of a palette index; 2 are used by Windows CE."""
_PLAIN, _RUNS_OF_8, _RUNS_OF_4 = 0, 1, 2
_OS2_PACKINGS = {3: "BMP of OS/2 in Huffman codes", 4: "BMP of OS/2 in runs of 24 bits"}
_PACKINGS = {4: "BMP that holds a JPEG", 5: "BMP that holds a PNG"}
_DEEP = 64
"""Bits of a pixel of GDI+, four numbers of linear light."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How the palette indices lie in the file.

    Parameters
    ----------
    bits : int
        Of a pixel, 1, 2, 4 or 8; of run-length codes 4 or 8.
    runs : bool
        Whether they are run-length codes.
    top_down : bool
        Whether the first row is the uppermost.
    start : int
        Where they begin.
    """

    bits: int
    runs: bool
    top_down: bool
    start: int


@dataclass(frozen=True, slots=True)
class BmpHeader:
    """A BMP whose pixels are palette indices.

    Parameters
    ----------
    size : tuple of int
        Width and height.
    packing : Packing
    colours : bytes
        Red, green, blue, three bytes a colour; at most 256 colours.
    """

    size: tuple[int, int]
    packing: Packing
    colours: bytes


def read_bmp_header(data: bytes) -> BmpHeader | None:
    """Read the header of a BMP with a palette; None for one whose pixels hold colours themselves.

    Raises
    ------
    struct.error
        When the file ends before its header does.
    """
    width, height, bits, packed, used = _fields(data)
    if bits not in _DEPTHS or packed not in {_PLAIN, _RUNS_OF_8, _RUNS_OF_4}:
        return None
    (start,) = struct.unpack_from("<I", data, 10)
    length, entry = _header_length(data), 3 if _header_length(data) == _OS2_OLD else 4
    palette = _FILE_HEADER + length
    entries = used or 1 << bits
    if start <= palette:  # some programs leave it out, others forget the colours
        start = palette + entry * entries
    colours = data[palette : min(start, palette + entry * min(entries, 256))]
    whole = len(colours) - len(colours) % entry
    blue, green, red = (colours[channel:whole:entry] for channel in range(3))
    rgb = bytes(level for colour in zip(red, green, blue, strict=True) for level in colour)
    runs = packed != _PLAIN
    packing = Packing({_RUNS_OF_8: 8, _RUNS_OF_4: 4}.get(packed, bits), runs, height < 0, start)
    return BmpHeader((width, abs(height)), packing, rgb)


def unread_packing(data: bytes) -> str | None:
    """Name the kind of a BMP that no decoder here reads; None for other kinds.

    Raises
    ------
    struct.error
        When the file ends before its header does.
    """
    length = _header_length(data)
    _, _, bits, packed, _ = _fields(data)
    if bits == _DEEP:
        return f"BMP of {bits} bits a pixel"
    if packed in {_RUNS_OF_8, _RUNS_OF_4} and bits not in _DEPTHS:
        return f"BMP of {bits} bits a pixel in runs"
    return (_OS2_PACKINGS if _SHORTEST <= length <= _OS2 and length not in _KNOWN - {_OS2} else _PACKINGS).get(packed)


def as_known_header(data: bytes) -> bytes:
    """Return a BMP up to its pixels, with a header of a length that Pillow knows."""
    length = _header_length(data)
    if length in _KNOWN or not _SHORTEST <= length < _OS2:
        return data
    fields = data[_LENGTH_AT + 4 : _FILE_HEADER + min(length, _WINDOWS)].ljust(_WINDOWS - 4, b"\0")
    start = struct.pack("<I", int.from_bytes(data[10:14], "little") or _FILE_HEADER + length)
    return data[:10] + start + struct.pack("<I", _WINDOWS) + fields


def _header_length(data: bytes) -> int:
    return int(struct.unpack_from("<I", data, _LENGTH_AT)[0])


def _fields(data: bytes) -> tuple[int, int, int, int, int]:
    """Return width, height, bits of a pixel, their packing, and the declared number of colours."""
    length = _header_length(data)
    if length == _OS2_OLD:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        return width, height, bits, _PLAIN, 0
    header = data[_FILE_HEADER : _FILE_HEADER + min(length, _WINDOWS)].ljust(_WINDOWS, b"\0")
    width, height, _, bits, packed, _, _, _, used = struct.unpack_from("<iiHHIIiiI", header, 4)
    return width, height, bits, packed, used
