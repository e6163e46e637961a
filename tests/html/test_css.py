"""CSS that shows a crop: the pixels that a browser would show are those of the crop."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox import Analysis, InvalidRequest, SaliencyMap, Size
from focalbox.core.framing import Fit
from focalbox.core.target import Target
from focalbox.html.css import css, own_width, position_inside
from strategies import analyses, targets


@given(analysis=analyses, target=targets)
def test_a_browser_would_show_what_the_crop_shows(analysis: Analysis, target: Target) -> None:
    crop = analysis.plan(target)
    said = css(crop)
    assert said is not None
    numbers = [float(text) / 100 for text in re.findall(r"(-?[\d.]+)%", said)]
    source = crop.source
    if "object-position" in said:
        left = numbers[0] * (source.width - crop.box.width)
        top = numbers[1] * (source.height - crop.box.height)
        free = max(source.width - crop.box.width, source.height - crop.box.height)
    else:
        left, top, free = numbers[3] * source.width, numbers[0] * source.height, max(source.width, source.height)
    assert left == pytest.approx(crop.box.left, abs=free * 1e-4)
    assert top == pytest.approx(crop.box.top, abs=free * 1e-4)


def test_a_part_that_is_smaller_both_ways_is_a_view_box() -> None:
    cells = np.zeros((8, 8))
    cells[2:4, 4:6] = 1
    crop = Analysis(Size(800, 800), SaliencyMap(cells)).plan("1:1", fit="tight")
    assert css(crop) == "object-fit: cover; object-view-box: inset(25% 25% 50% 50%)"


def test_a_padded_crop_has_no_css() -> None:
    crop = Analysis(Size(400, 100), SaliencyMap.blank()).plan("1:1", fit="contain")
    assert css(crop) is None


@given(analysis=analyses, target=targets)
def test_a_place_inside_of_the_crop_is_one(analysis: Analysis, target: Target) -> None:
    numbers = [float(text) for text in re.findall(r"([-\d.]+)%", position_inside(analysis.plan(target)))]
    assert len(numbers) == 2
    assert all(0 <= number <= 100 for number in numbers)


def test_padding_is_part_of_what_a_layout_cuts() -> None:
    crop = Analysis(Size(300, 300), SaliencyMap([[9, 0, 0], [0, 0, 0], [0, 0, 0]])).plan("3:1", fit="contain")
    assert own_width(crop) == 900
    assert position_inside(crop) == "object-fit: cover; object-position: 38.89% 16.67%"  # (300 + 50) / 900, 50 / 300


def test_a_callers_own_point_is_kept_in_view() -> None:
    crop = Analysis(Size(300, 300), SaliencyMap([[9, 0, 0], [0, 0, 0], [0, 0, 0]])).plan("3:1", focus=(0.5, 0.5))
    assert position_inside(crop, (0.5, 0.5)) == "object-fit: cover; object-position: 50% 50%"


@given(analysis=analyses, target=targets, fit=st.sampled_from(["cover", "tight", "pad", "contain"]))
def test_the_place_inside_is_the_focal_point_in_the_result(analysis: Analysis, target: Target, fit: Fit) -> None:
    crop = analysis.plan(target, fit=fit)
    shares = [float(text) / 100 for text in re.findall(r"([-\d.]+)%", position_inside(crop))]
    sides = (own_width(crop), crop.box.height + crop.padding.top + crop.padding.bottom)
    starts = (crop.box.left - crop.padding.left, crop.box.top - crop.padding.top)
    for share, side, start, point, whole in zip(
        shares, sides, starts, crop.focal_point, (crop.source.width, crop.source.height), strict=True
    ):
        shown = min(max(point * whole, start), start + side)
        assert start + share * side == pytest.approx(shown, abs=side * 1e-4)


@pytest.mark.parametrize("function", [css, own_width, position_inside])
@pytest.mark.parametrize("wrong", [None, "crop", (0, 0, 10, 10)])
def test_what_is_no_crop_is_refused(function: Any, wrong: object) -> None:
    with pytest.raises(InvalidRequest, match=r"^crop is a Crop, such as focalbox\.plan returns, not "):
        function(wrong)


def test_a_focus_that_is_no_point_is_refused() -> None:
    crop = Analysis(Size(400, 300), SaliencyMap([[1]])).plan("1:1")
    with pytest.raises(InvalidRequest, match="focus is a point"):
        position_inside(crop, (300, 200))
