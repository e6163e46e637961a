"""Progressive JPEGs without the scans that an eighth of the size does not use: the same pixels."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from focalbox.imaging.decoders.jpeg import decode_jpeg
from focalbox.imaging.decoders.jpeg_scans import EIGHTH, without_unused_scans
from focalbox.imaging.source import open_picture
from laws import cases
from pictures import encoded

COFFEE = Image.fromarray(data.coffee())  # type: ignore[no-untyped-call]
SUBSAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


def written(image: Image.Image, **options: object) -> bytes:
    return encoded(image, "JPEG", **{"quality": 90, "progressive": True, **options})


def pixels_of(content: bytes, size: tuple[int, int]) -> np.ndarray:
    pixels = decode_jpeg(content, (-(-size[0] // EIGHTH), -(-size[1] // EIGHTH)))
    assert pixels is not None  # libjpeg found nothing to warn of
    return pixels[..., :3]


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("size", [(600, 400), (451, 302), (17, 9), (8, 8), (1, 1), (3, 399)], ids=str)
def test_an_eighth_has_the_same_pixels(size: tuple[int, int], subsampling: str) -> None:
    whole = written(COFFEE.crop((0, 0, *size)), subsampling=SUBSAMPLINGS[subsampling])
    np.testing.assert_array_equal(pixels_of(without_unused_scans(whole), size), pixels_of(whole, size))


@pytest.mark.parametrize(
    "options", [{"restart_marker_rows": 1}, {"restart_marker_blocks": 3}, {"quality": 20}], ids=str
)
def test_so_it_has_with_restarts_and_coarse_steps(options: dict[str, object]) -> None:
    whole = written(COFFEE, **options)
    np.testing.assert_array_equal(pixels_of(without_unused_scans(whole), COFFEE.size), pixels_of(whole, COFFEE.size))


def test_one_code_says_at_most_32767_blocks_to_be_zero() -> None:
    large = COFFEE.resize((2400, 1400))
    assert large.width * large.height / 64 > 2**15
    whole = written(large)
    np.testing.assert_array_equal(pixels_of(without_unused_scans(whole), large.size), pixels_of(whole, large.size))


def test_most_of_the_bytes_are_left_out() -> None:
    whole = written(COFFEE)
    assert len(without_unused_scans(whole)) < len(whole) / 3


def test_what_stands_behind_the_end_is_left_out() -> None:
    whole = written(COFFEE)
    assert without_unused_scans(whole + b"\xff\xda\xff\xd8" * 300) == without_unused_scans(whole)


def test_a_file_in_one_scan_stays_as_it_is() -> None:
    plain = written(COFFEE, progressive=False)
    assert without_unused_scans(plain) is plain


def test_a_file_without_its_end_stays_as_it_is() -> None:
    cut = written(COFFEE)[:-2]
    assert without_unused_scans(cut) is cut


def test_a_file_that_lacks_a_scan_is_still_refused() -> None:
    """Its missing coefficients are not taken for zero: the picture would be coarse without a word."""
    whole = written(COFFEE)
    last = whole.rfind(b"\xff\xda")
    picture = open_picture(whole[:last] + b"\xff\xd9")
    picture.decode()
    assert picture.notes


@settings(max_examples=cases(60))
@given(st.data())
def test_damage_ends_in_a_picture_or_in_pillow_s_hands(draw: st.DataObject) -> None:
    content = bytearray(written(COFFEE.crop((0, 0, 120, 90))))
    for _ in range(draw.draw(st.integers(1, 6))):
        content[draw.draw(st.integers(2, len(content) - 1))] = draw.draw(st.integers(0, 255))
    cut = bytes(content[: draw.draw(st.integers(2, len(content)))])
    pixels = decode_jpeg(without_unused_scans(cut), (15, 12))
    assert pixels is None or pixels.shape == (12, 15, 4)


def test_a_large_picture_is_decoded_so_and_looks_as_by_pillow() -> None:
    content = written(COFFEE.resize((5600, 2800)))
    working = open_picture(content).decode()
    with Image.open(BytesIO(content)) as image:
        image.draft(None, (700, 350))
        np.testing.assert_array_equal(np.asarray(working.image.convert("RGB")), np.asarray(image))
