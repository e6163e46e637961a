"""PNG: a transparent colour is transparent, however many bits pixels have; a file whose rows are missing is refused."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from focalbox.errors import DecodeError
from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.headers.png import SIGNATURE
from focalbox.imaging.source import open_picture
from imaging.pngs import png_of_rows, rows_of


def flat_png(kind: int, bits: int, rows: bytes, clear: bytes) -> bytes:
    """Write a PNG of 4 x 1 pixels with a transparent colour."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 1, bits, kind, 0, 0, 0))
    codes = png_chunk(b"IDAT", zlib.compress(b"\0" + rows))
    return SIGNATURE + header + png_chunk(b"tRNS", clear) + codes + png_chunk(b"IEND", b"")


ROWS = {2: b"\x1b", 4: b"\x01\x23", 8: bytes(range(4)), 16: struct.pack(">4H", 0, 1, 2, 3)}


# Of a number, only the bits of a pixel count.
@pytest.mark.parametrize(("bits", "number"), [(2, 2), (4, 2), (8, 2), (16, 2), (2, 258), (4, 258), (8, 258)])
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


CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@pytest.mark.parametrize("filled", [None, 0, 0xA7, 0x58], ids=["any", "black", "a mark", "the other mark"])
@pytest.mark.parametrize("interlaced", [False, True], ids=["in rows", "interlaced"])
@pytest.mark.parametrize(
    ("kind", "bits"),
    [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 2), (3, 8), (4, 8), (4, 16), (6, 8)],
)
def test_rows_that_are_missing_are_missed_and_no_others(
    kind: int,
    bits: int,
    interlaced: bool,  # noqa: FBT001
    filled: int | None,
) -> None:
    chance, colours = np.random.default_rng(bits), bytes(range(3)) * 2**bits if kind == 3 else b""
    for width, height in ((1, 1), (1, 4), (5, 1), (3, 2), (9, 11)):
        shape = height, width, CHANNELS[kind]
        level = 0 if filled is None else filled * (257 if bits == 16 else 1) & (2**bits - 1)
        numbers = chance.integers(0, 2**bits, shape) if filled is None else np.full(shape, level)
        rows = rows_of(numbers, bits, interlaced=interlaced)
        whole = open_picture(png_of_rows(kind, bits, (width, height), rows, interlaced=interlaced, colours=colours))
        assert whole.decode(whole.size).image.size == (width, height)
        for kept in {0, len(rows) // 2, len(rows) - 1}:
            cut = open_picture(
                png_of_rows(kind, bits, (width, height), rows[:kept], interlaced=interlaced, colours=colours)
            )
            with pytest.raises(DecodeError, match=r"cannot be decoded: the file ends too early$"):
                cut.decode(cut.size)


def test_missing_rows_are_missed_behind_a_wrong_checksum_too() -> None:
    numbers = np.random.default_rng(1).integers(0, 256, (6, 5, 1))
    content = png_of_rows(0, 8, (5, 6), rows_of(numbers, 8, interlaced=False)[:4], interlaced=False)
    at = content.index(b"IEND") - 9  # the last byte of the checksum, before that of the chunk
    body = content[content.index(b"IDAT") + 4 : at] + bytes([content[at] ^ 1])
    wrong = open_picture(content[: content.index(b"IDAT") - 4] + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b""))
    with pytest.raises(DecodeError, match=r"cannot be decoded: the file ends too early$"):
        wrong.decode(wrong.size)
