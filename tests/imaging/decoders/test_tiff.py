"""TIFF: whatever its tags say that no pixel needs, it is decoded, and turned by its own tag alone."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
import tifffile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from focalbox.errors import DecodeError
from focalbox.imaging.source import open_picture
from imaging.decoding import pixels_of
from imaging.tiffs import SIZES, with_tag
from laws import cases
from pictures import encoded

ANCILLARY = (
    *(254, 255, 269, 270, 271, 272, 280, 281, 282, 283, 285, 296, 297, 301, 305, 306, 315, 316, 318, 319, 333),
    *(700, 33432, 33550, 33723, 34264, 34377, 34665, 34675, 34853, 37500, 42112, 50706, 65000),
)
"""Tags that no pixel needs. Not among them: 340, the least value of samples, by whose count libtiff refuses a directory."""


def noisy(compression: str | None) -> bytes:
    pixels = np.random.default_rng(4).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    return encoded(pixels, "TIFF", compression=compression)


@given(
    st.sampled_from([None, "tiff_lzw"]),
    st.sampled_from(ANCILLARY),
    st.sampled_from([0, *SIZES, 99]),
    st.binary(min_size=1, max_size=12),
    st.one_of(st.none(), st.sampled_from([0, 1, 5, 9, 2**31 - 1])),
)
@example(None, 270, 2, b"\xff\xff\xff\0", 5)
@example("tiff_lzw", 280, 1, b"\0\0\0", None)
@example(None, 700, 2, b"<x:xmpmeta/>", None)
@example("tiff_lzw", 34665, 16, b"\x10\0\0\0", 9)
@settings(max_examples=cases(300))
def test_a_tag_that_no_pixel_needs_costs_none(
    compression: str | None, tag: int, kind: int, value: bytes, count: int | None
) -> None:
    content = noisy(compression)
    changed = open_picture(with_tag(content, tag, kind, value, count=count))
    np.testing.assert_array_equal(np.asarray(changed.decode(changed.size).image), pixels_of(content))


@pytest.mark.parametrize("kind", [1, 3, 4])
@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_an_orientation_of_any_type_turns_and_a_damaged_neighbour_changes_nothing(kind: int, orientation: int) -> None:
    content = noisy("tiff_lzw")
    turned = with_tag(content, 274, kind, orientation.to_bytes(SIZES[kind], "little"))
    expected = np.rot90(pixels_of(content), {1: 0, 6: 3, 8: 1}[orientation])
    for one in (turned, with_tag(turned, 270, 2, b"\xff\xff\xff\0", count=5)):
        np.testing.assert_array_equal(pixels_of(one), expected)


def test_what_xmp_says_of_the_orientation_does_not_turn() -> None:
    said = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" tiff:Orientation="6"/>'
    np.testing.assert_array_equal(pixels_of(with_tag(noisy(None), 700, 1, said)), pixels_of(noisy(None)))


def test_what_libtiff_refuses_is_one_sentence() -> None:
    broken = open_picture(with_tag(noisy("tiff_lzw"), 340, 1, b"\1\0\1", count=1))
    with pytest.raises(DecodeError, match=r"^the picture cannot be decoded: "):
        broken.decode(broken.size)


@pytest.mark.parametrize(
    ("packing", "said"),
    [
        (34712, "JPEG 2000"),
        (50001, "WebP"),
        (50002, "JPEG XL"),
        (34887, "LERC"),
        (34933, "PNG"),
        (65000, "number 65000"),
    ],
)
def test_what_nobody_unpacks_is_named(packing: int, said: str) -> None:
    content = with_tag(noisy(None), 259, 3, packing.to_bytes(2, "little"))
    with pytest.raises(DecodeError, match=f"^the picture cannot be decoded: TIFF packed as {said} is not read$"):
        pixels_of(content)


@pytest.mark.parametrize("strip", [0, 2])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_inside_whose_last_rows_are_missing_is_refused(mode: str, strip: int) -> None:
    picture = Image.fromarray(np.random.default_rng(4).integers(0, 256, (96, 64, 3), dtype=np.uint8)).convert(mode)
    file = BytesIO()
    picture.save(file, "TIFF", compression="jpeg", strip_size=32 * 64 * len(picture.getbands()))
    content = file.getvalue()
    assert pixels_of(content).shape == (96, 64, 3)
    with tifffile.TiffFile(BytesIO(content)) as opened:
        lengths = list(opened.pages.first.tags[279].value)
    assert len(lengths) == 3
    lengths[strip] //= 3
    cut = with_tag(content, 279, 4, struct.pack("<3I", *lengths))
    with pytest.raises(DecodeError, match=r"^the picture cannot be decoded: the file ends too early$"):
        pixels_of(cut)


def test_a_jpeg_inside_that_is_grey_to_its_last_row_is_whole() -> None:
    file = BytesIO()
    Image.new("RGB", (64, 48), (128, 128, 128)).save(file, "TIFF", compression="jpeg")
    assert (pixels_of(file.getvalue()) == 128).all()
