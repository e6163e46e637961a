"""Sizes in whole pixels and the ratios that they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.choice.ratios import COMMON, meant_aspect
from focalbox.core.target import Ratio, Size


@given(st.sampled_from(COMMON), st.integers(100, 4000), st.sampled_from(["across", "down"]))
def test_a_common_ratio_in_whole_pixels_is_meant_however_it_was_rounded(
    ratio: tuple[float, float], side: int, longer: str
) -> None:
    across, down = ratio[::-1] if longer == "down" else ratio
    for height in {int(side * down / across), int(side * down / across + 0.5)}:
        assert meant_aspect(Size(side, height)) == pytest.approx(across / down)


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_what_is_meant_is_the_ratio_itself_but_for_a_pixel(width: int, height: int) -> None:
    size, meant = Size(width, height), meant_aspect(Size(width, height))
    assert meant == size.aspect or min(abs(height * meant - width), abs(width / meant - height)) < 1
    assert meant == pytest.approx(size.aspect, rel=0.04)
    assert meant_aspect(Ratio(width, height)) == width / height
