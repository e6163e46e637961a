"""Sizes and ratios."""

import math
from typing import Any

import pytest
from hypothesis import given

from focalbox.core.target import Ratio, Size
from focalbox.errors import InvalidRequest
from strategies import sizes


@pytest.mark.parametrize(
    "sides", [(0, 5), (5, 0), (-1, 5), (50.5, 5), (5, math.nan), (math.inf, 5), (True, 5), ("5", 5)]
)
def test_sizes_need_pixels(sides: tuple[Any, Any]) -> None:
    with pytest.raises(InvalidRequest, match="at least 1 pixel"):
        Size(*sides)


@pytest.mark.parametrize(
    "terms",
    [(0, 1), (1, 0), (math.inf, 1), (math.nan, 1), (-2, 1), (10**400, 1), (1e308, 1e-308), ("16", 9)],
)
def test_ratios_need_numbers_above_zero(terms: tuple[Any, Any]) -> None:
    with pytest.raises(InvalidRequest, match="above 0"):
        Ratio(*terms)


@given(sizes)
def test_a_size_turned_on_its_side_has_the_inverse_ratio(size: Size) -> None:
    turned = Size(size.height, size.width)
    assert turned.aspect * size.aspect == pytest.approx(1.0)
    assert turned.pixels == size.pixels


@given(sizes)
def test_a_ratio_of_two_sides_is_the_ratio_of_the_size(size: Size) -> None:
    assert Ratio(size.width, size.height).aspect == size.aspect
