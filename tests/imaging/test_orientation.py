"""Which way is up: sides and points turn as the pixels do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox.core.target import Size
from focalbox.imaging.orientation import TURNS, upright_point, upright_size
from focalbox.imaging.working import turn_upright
from strategies import sizes

orientations = st.integers(1, 8)


@given(orientation=orientations, x=st.integers(0, 29), y=st.integers(0, 19))
def test_a_point_turns_with_its_pixel(orientation: int, x: int, y: int) -> None:
    image = Image.new("RGB", (30, 20))
    image.putpixel((x, y), (255, 0, 0))
    upright = np.asarray(turn_upright(image, Size(30, 20), 1, orientation).image)
    (row,), (column,) = np.nonzero(upright[..., 0])
    across, down = upright_point((x + 0.5) / 30, (y + 0.5) / 20, orientation)
    assert (across * upright.shape[1], down * upright.shape[0]) == pytest.approx((column + 0.5, row + 0.5))


@given(orientation=orientations, size=sizes, x=st.floats(0, 1), y=st.floats(0, 1))
def test_corners_stay_corners_and_sides_are_exchanged_with_them(
    orientation: int, size: Size, x: float, y: float
) -> None:
    upright = upright_size(size, orientation)
    assert upright.pixels == size.pixels
    across = upright_point(1, 0.5, orientation)[0] != 0.5  # what was a side is one
    assert (upright == size) or not across
    assert {upright_point(*corner, orientation) for corner in ((0, 0), (0, 1), (1, 0), (1, 1))} == {
        (0, 0), (0, 1), (1, 0), (1, 1),
    }  # fmt: skip
    point = upright_point(x, y, orientation)
    assert sorted(min(one, 1 - one) for one in point) == pytest.approx(sorted((min(x, 1 - x), min(y, 1 - y))))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sides_are_those_of_the_turned_pixels(orientation: int) -> None:
    image = Image.new("L", (30, 20))
    turned = image.transpose(TURNS[orientation]) if orientation in TURNS else image
    assert turned.size == tuple(upright_size(Size(30, 20), orientation).to_dict().values())
