"""CSS that shows a crop: the pixels that a browser would show are those of the crop."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given

from focalbox import Analysis, SaliencyMap, Size
from focalbox.core.target import Target
from focalbox.html.css import css, position_inside
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
