"""Borders: exactly the pixels of the corner's colour are trimmed."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.imaging import trimming
from focalbox.imaging.source import open_picture
from focalbox.imaging.trimming import find_border, without_border
from focalbox.options import Trim
from focalbox.options.trim import EQUALS, Equal

# few colours, so that borders and ties happen; some a short way from others, for the tolerances
_LEVELS = st.sampled_from([0, 3, 10, 128, 255])
pictures = st.integers(3, 4).flatmap(
    lambda bands: npst.arrays(
        np.uint8, st.tuples(st.integers(1, 7), st.integers(1, 7), st.just(bands)), elements=_LEVELS
    )
)
tolerances = st.sampled_from([0, 3, 5, 18, 130, 441, 442])
trims = st.builds(Trim, st.sampled_from(["top-left", "bottom-right"]), tolerances) | st.builds(
    Trim, tolerance=tolerances, colour=st.tuples(_LEVELS, _LEVELS, _LEVELS).map(lambda rgb: f"#{bytes(rgb).hex()}")
)


def _apart(pixels: np.ndarray, trim: Trim) -> np.ndarray:
    """Tell of each pixel, the plain way, whether it is of another colour than the border."""
    seen = np.asarray(Image.fromarray(pixels).convert("RGBa") if pixels.shape[2] == 4 else pixels, dtype=float)
    corner = seen[0, 0] if trim.corner == "top-left" else seen[-1, -1]
    border = [*bytes.fromhex(trim.colour[1:]), 255][: seen.shape[2]] if trim.colour else corner
    apart: np.ndarray = np.linalg.norm(seen - border, axis=2) > trim.tolerance
    return apart


@given(pictures, trims, st.integers(1, 9))
def test_what_is_left_is_the_smallest_box_around_all_other_colours(pixels: np.ndarray, trim: Trim, strip: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trimming, "_STRIP", strip)  # so that small pictures too are compared in several strips
        box = find_border(Image.fromarray(pixels), trim)
    apart = _apart(pixels, trim)
    if not apart.any():
        assert box == PixelBox(0, 0, pixels.shape[1], pixels.shape[0])
        return
    rows, columns = np.flatnonzero(apart.any(axis=1)), np.flatnonzero(apart.any(axis=0))
    assert (box.top, box.bottom - 1, box.left, box.right - 1) == (rows[0], rows[-1], columns[0], columns[-1])


@given(pictures, st.sampled_from([0, 5, 130]))
def test_upside_down_the_other_corner_counts(pixels: np.ndarray, tolerance: int) -> None:
    box = find_border(Image.fromarray(pixels), Trim("top-left", tolerance))
    turned = find_border(Image.fromarray(np.ascontiguousarray(pixels[::-1, ::-1])), Trim("bottom-right", tolerance))
    width, height = pixels.shape[1], pixels.shape[0]
    assert turned == PixelBox(width - box.right, height - box.bottom, box.width, box.height)


@given(pictures, st.tuples(*[st.integers(0, 3)] * 4))
def test_a_ground_that_is_put_around_goes_again(pixels: np.ndarray, margin: tuple[int, int, int, int]) -> None:
    ground = np.array([200, 77, 1, 255][: pixels.shape[2]], np.uint8)
    left, top, right, bottom = margin
    height, width = pixels.shape[:2]
    around = np.tile(ground, (top + height + bottom, left + width + right, 1))
    around[top : top + height, left : left + width] = pixels
    around[0, 0] = ground
    box = find_border(Image.fromarray(around), Trim())
    if left and top:
        assert box == PixelBox(left, top, width, height)


@given(pictures, trims, st.sampled_from(EQUALS))
def test_sides_that_are_to_be_equal_lose_as_much_as_the_lesser(pixels: np.ndarray, trim: Trim, equal: Equal) -> None:
    image = Image.fromarray(pixels)
    free, box = find_border(image, trim), find_border(image, replace(trim, equal=equal))
    across, down = min(free.left, image.width - free.right), min(free.top, image.height - free.bottom)
    sides = (free.left, image.width - free.right) if equal == "down" else (across, across)
    ends = (free.top, image.height - free.bottom) if equal == "across" else (down, down)
    assert (box.left, image.width - box.right, box.top, image.height - box.bottom) == (*sides, *ends)


def test_what_nobody_sees_is_alike() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (20, 30, 4), dtype=np.uint8)
    pixels[..., 3] = 0
    pixels[5:9, 7:12, 3] = 255
    assert find_border(Image.fromarray(pixels), Trim()) == PixelBox(7, 5, 5, 4)


@pytest.mark.parametrize("colour", ["white", "black", "#123456"])
def test_one_single_colour_is_left_whole(colour: str) -> None:
    working = open_picture(Image.new("RGB", (50, 30), colour)).decode(Size(50, 30))
    left, box = without_border(working, Trim("bottom-right", 442))
    assert left is working
    assert box == PixelBox(0, 0, 50, 30)


def test_the_border_of_a_jpeg_needs_a_tolerance() -> None:
    picture = Image.new("RGB", (640, 480), "white")
    picture.paste("navy", (101, 53, 542, 407))
    file = BytesIO()
    picture.save(file, "JPEG", quality=70)
    working = open_picture(file.getvalue()).decode(Size(640, 480))
    assert find_border(working.image, Trim("top-left", 200)) == PixelBox(101, 53, 441, 354)
    assert find_border(working.image, Trim()).width > 441


def test_at_a_smaller_scale_no_border_is_looked_for() -> None:
    working = open_picture(Image.new("RGB", (50, 30))).decode(Size(50, 30))
    with pytest.raises(ValueError, match="full size"):
        without_border(replace(working, scale=2), Trim())
