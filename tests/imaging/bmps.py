"""Writes BMP with palette indices, in variants that no available encoder writes."""

from __future__ import annotations

import itertools
import struct

import numpy as np
from numpy.typing import NDArray

__all__ = ["bmp", "rows_of", "runs_of"]

Numbers = NDArray[np.integer]
Colours = list[tuple[int, int, int]]


def bmp(
    size: tuple[int, int],
    bits: int,
    codes: bytes,
    colours: Colours,
    *,
    packing: int = 0,
    length: int = 40,
    top_down: bool = False,
    used: int | None = None,
    start: int | None = None,
) -> bytes:
    """Return a file with a header of so many bytes; ``used`` and ``start`` are what is said there, if not what is so."""
    entry = "" if length == 12 else "x"
    table = b"".join(struct.pack(f"BBB{entry}", blue, green, red) for red, green, blue in colours)
    width, height = size
    if length == 12:
        header = struct.pack("<IHHHH", length, width, height, 1, bits)
    else:
        said = len(colours) if used is None else used
        down = -height if top_down else height
        fields = length, width, down, 1, bits, packing, len(codes), 0, 0, said, 0
        header = struct.pack("<IiiHHIIiiII", *fields)[:length].ljust(length, b"\0")
    begin = 14 + len(header) + len(table)
    place = begin if start is None else start
    return b"BM" + struct.pack("<IHHI", begin + len(codes), 0, 0, place) + header + table + codes


def rows_of(numbers: Numbers, bits: int, *, top_down: bool = False) -> bytes:
    """Pack numbers as plain rows, each to whole groups of four bytes."""
    packed = bytearray()
    for row in numbers if top_down else numbers[::-1]:
        digits = "".join(format(number, f"0{bits}b") for number in row)
        digits += "0" * (-len(digits) % 32)
        packed += int(digits, 2).to_bytes(len(digits) // 8, "big")
    return bytes(packed)


def runs_of(numbers: Numbers) -> bytes:
    """Pack numbers as runs of equal ones, of eight bits."""
    packed = bytearray()
    for row in numbers[::-1]:
        starts = [0, *(np.flatnonzero(np.diff(row)) + 1), len(row)]
        for start, stop in itertools.pairwise(starts):
            for begin in range(start, stop, 255):
                packed += bytes([min(255, stop - begin), row[start]])
        packed += b"\0\0"
    return bytes(packed[:-2]) + b"\0\1"
