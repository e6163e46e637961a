"""Boxes, windows, and the one rounding."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import WHOLE, Box, largest_window
from focalbox.core.target import Ratio, Size
from focalbox.errors import InvalidRequest
from strategies import boxes, ratios, sizes


@given(sizes, ratios)
def test_the_largest_window_touches_two_sides_and_has_the_ratio(size: Size, ratio: Ratio) -> None:
    width, height = largest_window(size, ratio.aspect)
    assert max(width, height) == 1.0
    assert min(width, height) > 0
    assert width * size.width / (height * size.height) == pytest.approx(ratio.aspect)


@given(sizes, ratios, st.floats(0, 1), st.floats(0, 1))
def test_rounded_windows_stay_inside_and_keep_the_ratio_to_half_a_pixel(
    size: Size, ratio: Ratio, across: float, down: float
) -> None:
    width, height = largest_window(size, ratio.aspect)
    box = Box(across * (1 - width), down * (1 - height), width, height).to_pixels(size, ratio.aspect)
    assert box.left >= 0
    assert box.top >= 0
    assert box.right <= size.width
    assert box.bottom <= size.height
    off = min(abs(box.width - box.height * ratio.aspect), abs(box.height - box.width / ratio.aspect))
    assert off <= 0.5 + 1e-9 or min(box.width, box.height) == 1


@given(boxes(), sizes)
def test_rounded_boxes_are_inside_and_never_empty(box: Box, size: Size) -> None:
    pixels = box.to_pixels(size)
    assert pixels.width >= 1
    assert pixels.height >= 1
    assert WHOLE.contains(pixels.to_box(size))


@given(boxes(), boxes())
def test_the_jaccard_index_is_symmetric_and_one_for_itself(first: Box, second: Box) -> None:
    assert first.jaccard(second) == pytest.approx(second.jaccard(first))
    assert 0 <= first.jaccard(second) <= 1 + 1e-12
    assert first.jaccard(first) == pytest.approx(1.0)
    assert first.union(second).contains(first)
    assert first.contains(first.intersection(second)) or first.intersection(second).area == 0
    assert first.shared_area(second) == first.intersection(second).area


@given(boxes())
def test_mirroring_twice_changes_nothing(box: Box) -> None:
    assert box.mirror().mirror().left == pytest.approx(box.left)


@pytest.mark.parametrize("sides", [(math.nan, 0, 1, 1), (0, 0, -0.1, 1), (0, math.inf, 1, 1)])
def test_boxes_need_finite_numbers(sides: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidRequest):
        Box(*sides)
