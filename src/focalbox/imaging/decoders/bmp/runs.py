"""Unpacks the run-length codes of a BMP to palette indices (Windows GDI, "Bitmap Compression")."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["unpack_runs"]

_END_OF_LINE, _END, _DELTA = 0, 1, 2
"""Codes after a zero; larger numbers count pixels that follow unpacked."""
_NIBBLES = 4
_PIXEL, _ROW = 6, 2
"""The most bytes that a pixel takes, as a step to it and a run of one, and those of the end of a row: further bytes draw
nothing."""
_PAIRS = [bytes([value >> 4, value & 15]) for value in range(256)]
_SINGLES = [bytes([value]) for value in range(256)]


def unpack_runs(
    data: bytes, start: int, size: tuple[int, int], bits: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Unpack run-length codes.

    Parameters
    ----------
    data : bytes
        The file.
    start : int
        Where its codes begin.
    size : tuple of int
        Width and height.
    bits : int
        Of a number, 4 or 8.

    Returns
    -------
    numbers, drawn : ndarray of uint8, shape (height, width)
        Numbers of colours, and 1 where there is one, 0 where the codes pass over a pixel. The first row is the one that
        comes first. What goes beyond a row is left out.

    Raises
    ------
    EOFError
        When the codes end before the last pixel, and do not say that they do.
    ValueError
        When there are more codes than any picture of this size takes.
    """
    width, height = size
    nibbles = bits == _NIBBLES
    numbers, drawn = bytearray(), bytearray()  # codes only move forward
    codes = memoryview(data)[start : start + (_PIXEL * width + _ROW) * height]
    at, column, row = 0, 0, 0
    try:
        while row + (column >= width) < height:
            count, value = codes[at], codes[at + 1]
            at += 2
            if count:
                count = min(count, width - column)
                numbers += (_PAIRS[value] * (count + 1 >> 1))[:count] if nibbles else _SINGLES[value] * count
                column += count
                continue
            if value > _DELTA:
                length = value + 1 >> 1 if nibbles else value
                plain: bytes | memoryview = codes[at : at + length]
                codes[at + length - 1]  # it is there
                if nibbles:
                    plain = b"".join([_PAIRS[pair] for pair in plain])
                count = min(value, width - column)
                numbers += plain[:count]
                at, column = at + length + (length & 1), column + count  # to whole pairs of bytes
                continue
            if value == _END:
                break
            if value == _END_OF_LINE:
                column, row = 0, row + 1
            else:
                column, row, at = min(width, column + codes[at]), row + codes[at + 1], at + 2
            _pass_over(numbers, drawn, min(row, height) * width + column * (row < height))
    except IndexError as error:
        if start + len(codes) < len(data):
            message = "broken data stream: run-length codes that draw nothing"
            raise ValueError(message) from error
        message = "truncated run-length codes"
        raise EOFError(message) from error
    _pass_over(numbers, drawn, width * height)
    drawn += b"\1" * (width * height - len(drawn))
    return np.frombuffer(numbers, np.uint8).reshape(height, width), np.frombuffer(drawn, np.uint8).reshape(
        height, width
    )


def _pass_over(numbers: bytearray, drawn: bytearray, place: int) -> None:
    """Move on to a place without drawing."""
    skipped = place - len(numbers)
    if skipped > 0:
        drawn += b"\1" * (len(numbers) - len(drawn))
        drawn += bytes(skipped)
        numbers += bytes(skipped)
