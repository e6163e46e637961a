"""Padding: when a window grows past the picture, how far, and how it is filled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import choose_crop
from focalbox.core.choice.padding import Padding, padding_to
from focalbox.core.evidence import SaliencyMap
from focalbox.core.framing import Framing
from focalbox.core.geometry import WHOLE, Box, PixelBox
from focalbox.core.target import Ratio, Size, Target
from strategies import analyses, boxes, faces, padded_framings, ratios, sizes, spot, targets, trimmed_analyses


@given(sizes, ratios)
def test_padding_reaches_the_ratio_to_half_a_pixel(size: Size, ratio: Ratio) -> None:
    box = PixelBox(0, 0, size.width, size.height)
    padding = padding_to(box, ratio.aspect)
    columns = box.width + padding.left + padding.right
    rows = box.height + padding.top + padding.bottom
    assert min(abs(columns - rows * ratio.aspect), abs(rows - columns / ratio.aspect)) <= 0.5 + 1e-9
    assert abs(padding.left - padding.right) <= 1
    assert abs(padding.top - padding.bottom) <= 1


def test_padding_is_false_when_there_is_none() -> None:
    assert not Padding()
    assert Padding(right=1)


@given(analyses, targets, padded_framings)
def test_padded_windows_show_only_the_picture_and_fill_to_the_ratio(
    analysis: Analysis, target: Target, framing: Framing
) -> None:
    crop = choose_crop(analysis, target, framing)
    assert WHOLE.contains(crop.relative)
    columns = crop.box.width + crop.padding.left + crop.padding.right
    rows = crop.box.height + crop.padding.top + crop.padding.bottom
    off = min(abs(columns - rows * target.aspect), abs(rows - columns / target.aspect))
    assert off <= 1.0 or min(crop.box.width, crop.box.height) == 1
    if framing.fit == "contain":
        assert crop.box == PixelBox(0, 0, analysis.source.width, analysis.source.height)
    elif min(analysis.source.width, analysis.source.height) > 64:
        assert crop.kept >= framing.retain - 0.02


@given(analyses, targets, st.floats(0, 1))
def test_pad_keeps_what_it_is_told_to_and_no_more_than_it_has_to(
    analysis: Analysis, target: Target, retain: float
) -> None:
    crop = choose_crop(analysis, target, Framing(fit="pad", retain=retain))
    assert crop.kept >= retain - 1e-9
    if crop.padding:
        assert choose_crop(analysis, target, Framing()).kept < retain


@given(
    analyses | trimmed_analyses().map(lambda pair: pair[0]),
    targets,
    st.floats(0, 1),
    st.lists(boxes(), min_size=1, max_size=2),
)
def test_pad_shows_every_box_to_keep_whole_whatever_it_retains(
    analysis: Analysis, target: Target, retain: float, keep: list[Box]
) -> None:
    crop = choose_crop(analysis, target, Framing(fit="pad", retain=retain, keep=tuple(keep)))
    there = [box.intersection(analysis.visible.part) for box in keep]  # nothing of a trimmed border is shown
    assert all(crop.relative.contains(box) for box in there if box.area > 0)
    assert crop.kept >= retain - 1e-9
    assert not any("boxes to keep" in note for note in crop.notes)


def test_pad_grows_for_a_box_to_keep_and_no_further() -> None:
    analysis = spot(Size(1000, 800), 0.45, 0.45)
    crop = analysis.plan("4:1", fit="pad", keep=(0.3, 0.05, 0.3, 0.9))
    assert crop.box == PixelBox(0, 40, 1000, 720)
    assert crop.padding.left == crop.padding.right == 940
    assert not analysis.plan("4:1", fit="pad", keep=(0.3, 0.4, 0.3, 0.2)).padding


def test_pad_grows_only_as_far_as_needed() -> None:
    values = np.zeros((10, 10))
    values[:, 1:9] = 1
    analysis = Analysis(Size(1000, 1000), SaliencyMap(values))
    assert analysis.plan("1:2", fit="pad", retain=0.5).padding.to_dict() == {
        "left": 0,
        "top": 0,
        "right": 0,
        "bottom": 0,
    }
    crop = analysis.plan("1:2", fit="pad", retain=1.0)
    assert crop.kept == pytest.approx(1.0, abs=0.002)
    assert crop.box.width == pytest.approx(800, abs=1)
    assert crop.padding.top + crop.box.height + crop.padding.bottom == 2 * crop.box.width


def test_contain_does_not_enlarge_unless_told_to() -> None:
    analysis = spot(Size(100, 50), 0.5, 0.5)
    kept_small = analysis.plan("400x400", fit="contain")
    assert (kept_small.padding.left, kept_small.padding.top) == (150, 175)
    assert analysis.plan("400x400", fit="contain", upscale=True).padding.left == 0


def test_padding_shows_the_heads_too() -> None:
    analysis = Analysis(
        Size(1000, 500), SaliencyMap([[1, 0, 0, 0]]), faces((0.0, 0.3, 0.1, 0.2), (0.85, 0.3, 0.1, 0.2))
    )
    crop = analysis.plan("1:1", fit="pad")
    assert crop.padding
    shown = [subject.box.intersection(crop.relative).area / subject.box.area for subject in crop.subjects]
    assert min(shown) >= 0.85 - 0.01
