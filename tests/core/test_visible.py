"""The visible part of a picture, and the way between it and the whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from focalbox.analysis import Analysis
from focalbox.core.geometry import WHOLE, Box, PixelBox
from focalbox.core.target import Size
from focalbox.core.visible import Visible
from strategies import boxes, sizes, trimmed_analyses


@given(trimmed_analyses(), boxes())
def test_fractions_of_the_part_and_of_the_whole_are_turned_into_each_other(
    both: tuple[Analysis, Analysis], box: Box
) -> None:
    trimmed = both[0].visible
    back = trimmed.to_visible(trimmed.to_source(box))
    assert list(back.to_dict().values()) == pytest.approx(list(box.to_dict().values()), abs=1e-6)
    assert trimmed.part.contains(trimmed.to_source(box))
    assert list(trimmed.to_source(WHOLE).to_dict().values()) == pytest.approx(list(trimmed.part.to_dict().values()))


@given(sizes, boxes())
def test_where_nothing_is_trimmed_nothing_is_turned(size: Size, box: Box) -> None:
    visible = Visible(size)
    assert visible.to_visible(box) is visible.to_source(box) is box
    assert visible.to_pixels(box) == box.to_pixels(size)
    assert visible.shifted(box.to_pixels(size)) == box.to_pixels(size)
    assert visible.part == WHOLE


@given(trimmed_analyses(), boxes())
def test_pixels_of_the_whole_are_those_of_the_part_moved(both: tuple[Analysis, Analysis], box: Box) -> None:
    visible = both[0].visible
    pixels = visible.to_pixels(box)
    assert visible.shifted(pixels) == box.to_pixels(visible.size)
    assert visible.trimmed is not None
    assert visible.part.contains(pixels.to_box(visible.source))


@given(trimmed_analyses())
def test_what_is_saved_is_read_back(both: tuple[Analysis, Analysis]) -> None:
    for visible in (both[0].visible, both[1].visible):
        assert Visible.from_dict(json.loads(json.dumps(visible.to_dict()))) == visible


@pytest.mark.parametrize("box", [(-1, 0, 5, 5), (0, 0, 0, 5), (0, 0, 41, 30), (30, 25, 5, 6)])
def test_what_is_left_lies_inside(box: tuple[int, int, int, int]) -> None:
    saved = {"source": {"width": 40, "height": 30}, "trimmed": PixelBox(*box).to_dict()}
    with pytest.raises(ValueError, match="what is left of a picture of 40x30 lies inside it"):
        Visible.from_dict(saved)
