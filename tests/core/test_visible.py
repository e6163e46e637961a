"""The visible part of a picture, and the way between it and the whole."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import choose_crop
from focalbox.core.evidence import SaliencyMap
from focalbox.core.framing import Framing
from focalbox.core.geometry import WHOLE, Box, PixelBox
from focalbox.core.target import Size, Target
from focalbox.core.visible import Visible
from strategies import boxes, framings, padded_framings, sizes, targets, trimmed_analyses


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
    assert visible.shift(box.to_pixels(size)) == box.to_pixels(size)
    assert visible.part == WHOLE


@given(trimmed_analyses(), boxes())
def test_pixels_of_the_whole_are_those_of_the_part_moved(both: tuple[Analysis, Analysis], box: Box) -> None:
    visible = both[0].visible
    pixels = visible.to_pixels(box)
    assert visible.shift(pixels) == box.to_pixels(visible.size)
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


@given(trimmed_analyses(), targets | st.none(), framings | padded_framings)
def test_without_its_border_a_picture_is_cropped_as_if_it_never_had_one(
    both: tuple[Analysis, Analysis], target: Target | None, framing: Framing
) -> None:
    """And what is told are places in the picture as it came."""
    trimmed, alone = both
    left = trimmed.trimmed
    assert left is not None
    expected = choose_crop(alone, target, framing)
    # what the caller says of the part, said of the whole
    keep, avoid = (tuple(map(trimmed.visible.to_source, listed)) for listed in (framing.keep, framing.avoid))
    focus = framing.focus and trimmed.visible.to_source(Box(*framing.focus, 0, 0)).centre
    clipped = focus and (min(focus[0], 1.0), min(focus[1], 1.0))
    crop = choose_crop(trimmed, target, replace(framing, keep=keep, avoid=avoid, focus=clipped))
    moved = PixelBox(
        expected.box.left + left.left, expected.box.top + left.top, expected.box.width, expected.box.height
    )
    # In other fractions the last bit may differ, and half a pixel is rounded the other way.
    if framing.focus or framing.keep or framing.avoid:
        for ours, theirs in zip(crop.box.to_dict().values(), moved.to_dict().values(), strict=True):
            assert abs(ours - theirs) <= 1
        return
    assert (crop.box, crop.padding, crop.size) == (moved, expected.padding, expected.size)
    assert crop.source == trimmed.source
    assert crop.kept == pytest.approx(expected.kept, abs=1e-9)
    assert crop.confidence == expected.confidence
    x, y = crop.focal_point
    inside = trimmed.visible.to_visible(Box(x, y, 0, 0))
    assert (inside.left, inside.top) == pytest.approx(expected.focal_point, abs=1e-6)
    document = crop.to_dict()
    assert document["trimmed"] == left.to_dict()
    assert document["source"] == trimmed.source.to_dict()
    assert crop.salient_box.left - left.left == expected.salient_box.left


def test_what_a_caller_says_of_the_border_is_not_heard() -> None:
    analysis = Analysis(Size(100, 100), SaliencyMap([[1]]), trimmed=PixelBox(20, 0, 80, 100))
    border = Box(0.0, 0.0, 0.2, 1.0)
    plain = choose_crop(analysis, Size(10, 20), Framing())
    assert choose_crop(analysis, Size(10, 20), Framing(keep=(border,), avoid=(border,))).box == plain.box
    assert choose_crop(analysis, Size(10, 20), Framing(focus=(0.0, 0.5))).box.left == 20
