"""Whether a file ends too early, for the message about one that cannot be decoded."""

from __future__ import annotations

import struct
from collections.abc import Callable

from focalbox.imaging.headers.gif import gif_ends
from focalbox.imaging.headers.jpeg import jpeg_coding
from focalbox.imaging.headers.png import read_png

__all__ = ["ends_early"]

_BOX_TO_THE_END, _LONG_BOX = 0, 1  # ISO 14496-12, section 4.2: special lengths of a box
_STRIPS, _TILES = (273, 279), (324, 325)  # TIFF 6.0, sections 8 and 15: where pixels lie, and how many bytes


def ends_early(form: str, data: bytes) -> bool:
    """Tell whether a file ends before the end that its own structure announces.

    Parameters
    ----------
    form : str
        As `sniff` names it.
    data : bytes
    """
    try:
        return _CHECKS[form](data)
    except (struct.error, ValueError, OverflowError):
        return True


def _last_box(data: bytes) -> int:
    """Return where the last box of a file should end."""
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == _BOX_TO_THE_END:
            return len(data)
        if length == _LONG_BOX:
            (length,) = struct.unpack_from(">Q", data, at + 8)
        at += max(8, length)
    return at


def _last_strip(data: bytes) -> int:
    """Return where the pixels of a TIFF's first directory should end; 0 when this cannot be told."""
    order = "<" if data[:2] == b"II" else ">"
    if 43 in data[2:4]:  # noqa: PLR2004 - BigTIFF, whose numbers are wider
        return 0
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    values: dict[int, tuple[int, ...]] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, entry)
        if tag in {*_STRIPS, *_TILES} and kind in {3, 4}:
            form = f"{order}{number}{'H' if kind == 3 else 'I'}"  # noqa: PLR2004 - SHORT
            place = entry + 8
            if struct.calcsize(form) > 4:  # noqa: PLR2004 - the bytes of a value that stand in the entry itself
                (place,) = struct.unpack_from(order + "I", data, place)
            values[tag] = struct.unpack_from(form, data, place)
    ends = [
        start + length
        for places, lengths in (_STRIPS, _TILES)
        for start, length in zip(values.get(places, ()), values.get(lengths, ()), strict=False)
    ]
    return max(ends, default=0)


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    "PNG": lambda data: not read_png(data).whole,
    "WEBP": lambda data: int.from_bytes(data[4:8], "little") + 8 > len(data),
    "BMP": lambda data: struct.unpack_from("<I", data, 2)[0] > len(data),
    "GIF": lambda data: not gif_ends(data),
    "AVIF": lambda data: _last_box(data) > len(data),
    "HEIF": lambda data: _last_box(data) > len(data),
    "TIFF": lambda data: _last_strip(data) > len(data),
    "JPEG": lambda data: not jpeg_coding(data).ended,
}
