"""Headers of BMP: of every length, with the places and counts that programs get wrong, and kinds that nobody reads."""

from __future__ import annotations

import struct

import pytest

from focalbox.errors import DecodeError
from focalbox.imaging.decoders.bmp.header import Packing, as_known_header, read_bmp_header, unread_packing
from focalbox.imaging.source import open_picture
from imaging.bmps import bmp

COLOURS = [(10, 20, 30), (40, 50, 60), (70, 80, 90), (1, 2, 3)]
RGB = bytes(level for colour in COLOURS for level in colour)


@pytest.mark.parametrize("length", [12, 16, 36, 40, 52, 56, 64, 108, 124])
def test_every_length_is_read(length: int) -> None:
    header = read_bmp_header(bmp((5, 4), 2, bytes(16), COLOURS, length=length))
    assert header is not None
    assert header.size == (5, 4)
    assert header.packing == Packing(2, runs=False, top_down=False, start=14 + length + (12 if length == 12 else 16))
    assert header.colours == RGB


@pytest.mark.parametrize(("packing", "bits"), [(1, 8), (2, 4)])
def test_runs_have_their_own_bits(packing: int, bits: int) -> None:
    header = read_bmp_header(bmp((5, 4), 4, b"\0\1", COLOURS, packing=packing, top_down=True))
    assert header is not None
    assert (header.size, header.packing.runs, header.packing.bits, header.packing.top_down) == (
        (5, 4),
        True,
        bits,
        True,
    )


@pytest.mark.parametrize("start", [0, 54])
def test_pixels_begin_behind_the_colours_whatever_is_said(start: int) -> None:
    header = read_bmp_header(bmp((5, 4), 2, bytes(16), COLOURS, start=start))
    assert header is not None
    assert (header.packing.start, header.colours) == (54 + 16, RGB)


def test_no_more_colours_are_read_than_there_are() -> None:
    header = read_bmp_header(bmp((5, 4), 8, bytes(32), COLOURS, used=2**32 - 1))
    assert header is not None
    assert header.colours == RGB


@pytest.mark.parametrize(
    ("bits", "packing", "length", "said"),
    [
        (24, 4, 40, "BMP that holds a JPEG"),
        (0, 5, 124, "BMP that holds a PNG"),
        (24, 4, 64, "BMP of OS/2 in runs of 24 bits"),
        (1, 3, 64, "BMP of OS/2 in Huffman codes"),
        (64, 0, 40, "BMP of 64 bits a pixel"),
        (24, 1, 40, "BMP of 24 bits a pixel in runs"),
    ],
)
def test_what_nobody_reads_is_named(bits: int, packing: int, length: int, said: str) -> None:
    content = bmp((5, 4), bits, bytes(100), [], packing=packing, length=length)
    assert unread_packing(content) == said
    with pytest.raises(DecodeError, match=f"^the picture cannot be decoded: {said} is not read$"):
        open_picture(content)


def test_colours_themselves_are_left_to_others() -> None:
    content = bmp((5, 4), 24, bytes(64), [])
    assert read_bmp_header(content) is None
    assert unread_packing(content) is None
    assert as_known_header(content) is content


@pytest.mark.parametrize("length", [16, 20, 36, 44])
def test_a_header_of_another_length_is_said_in_a_known_one(length: int) -> None:
    content = bmp((5, 4), 24, bytes(64), [], length=length)
    known = as_known_header(content)
    assert struct.unpack_from("<IIiiHH", known, 10) == (14 + length, 40, 5, 4, 1, 24)
    assert len(known) == 54


@pytest.mark.parametrize("kept", range(2, 54, 5))
def test_a_header_that_ends_early_is_refused(kept: int) -> None:
    with pytest.raises(DecodeError, match=r"the file ends too early$"):
        open_picture(bmp((5, 4), 8, bytes(32), COLOURS)[:kept]).decode()
