"""The transparent colour of a PNG is transparent, however many bits its pixels have."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.headers.png import SIGNATURE
from focalbox.imaging.source import open_picture


def flat_png(kind: int, bits: int, rows: bytes, clear: bytes) -> bytes:
    """Write a PNG of 4 x 1 pixels with a transparent colour."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 1, bits, kind, 0, 0, 0))
    codes = png_chunk(b"IDAT", zlib.compress(b"\0" + rows))
    return SIGNATURE + header + png_chunk(b"tRNS", clear) + codes + png_chunk(b"IEND", b"")


ROWS = {2: b"\x1b", 4: b"\x01\x23", 8: bytes(range(4)), 16: struct.pack(">4H", 0, 1, 2, 3)}


@pytest.mark.parametrize(
    ("bits", "number"), [(2, 2), (4, 2), (8, 2), (16, 2), (2, 258), (4, 258), (8, 258)]
)  # only the bits of a pixel count
def test_a_grey_is_transparent_at_every_depth(bits: int, number: int) -> None:
    picture = open_picture(flat_png(0, bits, ROWS[bits], struct.pack(">H", number)))
    assert picture.clear
    pixels = np.asarray(picture.decode(picture.size).image)
    assert pixels[0, :, 3].tolist() == [255, 255, 0, 255]
    step = 255 // (2**bits - 1)
    assert np.abs(pixels[0, [0, 1, 3], 0] - np.array([0, step, 3 * step])).max() <= 1


@pytest.mark.parametrize("bits", [8, 16])
def test_a_colour_is_transparent_at_every_depth(bits: int) -> None:
    form = ">12B" if bits == 8 else ">12H"
    scale = 1 if bits == 8 else 257
    colours = [(9, 9, 9), (200, 100, 50), (200, 100, 51), (0, 0, 0)]
    numbers = [level * scale for colour in colours for level in colour]
    clear = struct.pack(">3H", *numbers[3:6])
    picture = open_picture(flat_png(2, bits, struct.pack(form, *numbers), clear))
    pixels = np.asarray(picture.decode(picture.size).image)
    assert pixels[0, :, 3].tolist() == [255, 0, 255, 255]
    assert pixels[0, 2, :3].tolist() == [200, 100, 51]
