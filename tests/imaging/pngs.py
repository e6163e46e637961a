"""PNG of any kind of pixels, interlaced or not, as no encoder at hand writes them."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.headers.png import SIGNATURE

__all__ = ["png_of_rows", "rows_of"]

_PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
"""Left, top and steps of the passes of an interlaced PNG (section 8.1)."""


def rows_of(numbers: NDArray[np.integer], bits: int, *, interlaced: bool) -> list[bytes]:
    """Return the rows of all passes of numbers of shape (h, w) or (h, w, channels), packed."""
    rows = []
    for left, top, right, down in _PASSES if interlaced else [(0, 0, 1, 1)]:
        for row in numbers[top::down, left::right]:
            digits = "".join(format(number, f"0{bits}b") for number in row.ravel())
            digits += "0" * (-len(digits) % 8)
            rows += [b"\0" + int(digits, 2).to_bytes(len(digits) // 8, "big")] if digits else []
    return rows


def png_of_rows(
    kind: int, bits: int, size: tuple[int, int], rows: list[bytes], *, interlaced: bool, colours: bytes = b""
) -> bytes:
    """Return a file of a kind of pixels (section 11.2.1); colours are the palette's, three bytes each."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, bits, kind, 0, 0, interlaced))
    palette = png_chunk(b"PLTE", colours) if colours else b""
    return SIGNATURE + header + palette + png_chunk(b"IDAT", zlib.compress(b"".join(rows))) + png_chunk(b"IEND", b"")
