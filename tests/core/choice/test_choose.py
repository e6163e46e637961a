"""Which window is chosen: the laws of every fit and zoom, doubt, and what a caller asks for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import choose_crop, place_exactly
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.framing import Framing
from focalbox.core.geometry import WHOLE, Box, PixelBox, largest_window
from focalbox.core.target import Ratio, Size, Target
from strategies import analyses, boxes, framings, spot, targets


@given(analyses, targets, framings)
def test_windows_lie_inside_with_the_ratio_to_half_a_pixel(
    analysis: Analysis, target: Target, framing: Framing
) -> None:
    crop = choose_crop(analysis, target, framing)
    box, source = crop.box, analysis.source
    assert box.width >= 1
    assert box.height >= 1
    assert WHOLE.contains(crop.relative)
    assert not crop.padding
    off = min(abs(box.width - box.height * target.aspect), abs(box.height - box.width / target.aspect))
    assert off <= 0.5 + 1e-9 or min(box.width, box.height) == 1
    if framing.fit == "cover" and framing.zoom == 0:
        assert box.width == source.width or box.height == source.height
    assert crop.size == target if isinstance(target, Size) else crop.size == Size(box.width, box.height)


@given(analyses, targets)
def test_a_crop_to_the_pictures_own_ratio_is_the_picture(analysis: Analysis, target: Target) -> None:
    crop = choose_crop(analysis, Ratio(analysis.source.width, analysis.source.height), Framing())
    assert crop.box == PixelBox(0, 0, analysis.source.width, analysis.source.height)
    assert choose_crop(analysis, target, Framing()).evidence is analysis


@given(analyses, targets, st.floats(0, 1), st.floats(0, 1))
def test_zoom_narrows_the_window(analysis: Analysis, target: Target, one: float, other: float) -> None:
    assume(one < other)
    wide, narrow = (choose_crop(analysis, target, Framing(zoom=zoom)) for zoom in (one, other))
    assert narrow.box.width <= wide.box.width
    assert narrow.box.height <= wide.box.height


@given(analyses, targets)
def test_tight_holds_the_salient_box_when_the_picture_has_room(analysis: Analysis, target: Target) -> None:
    crop = choose_crop(analysis, target, Framing(fit="tight", upscale=True))
    salient = analysis.salient_box
    cover = choose_crop(analysis, target, Framing()).relative
    if salient.width <= cover.width and salient.height <= cover.height:
        slack = 1.0 / min(analysis.source.width, analysis.source.height)
        assert crop.relative.contains(salient, slack=slack)


@given(analyses, targets)
def test_a_mirrored_picture_is_cropped_mirrored(analysis: Analysis, target: Target) -> None:
    mirrored = Analysis(analysis.source, analysis.saliency.mirror())
    crop, again = choose_crop(analysis, target, Framing()), choose_crop(mirrored, target, Framing())
    assert again.box.width == crop.box.width
    if min(crop.box.width, crop.box.height) > 64:  # a pixel more or less of a small box holds much of the saliency
        columns, rows = analysis.saliency.shape[::-1]
        assert again.kept == pytest.approx(crop.kept, abs=(columns + rows) / 64)


@given(analyses)
def test_without_a_target_the_crop_is_the_salient_box(analysis: Analysis) -> None:
    crop = analysis.plan()
    assert crop.box == crop.salient_box


@pytest.mark.parametrize("left", [0.0, 0.2, 0.45, 0.7, 0.9])
@pytest.mark.parametrize("target", ["1:1", "9:16", "500x200", "200x500"])
def test_a_small_subject_is_never_lost(left: float, target: str) -> None:
    for size in (Size(1600, 500), Size(500, 1600), Size(640, 480)):
        for analysis in (spot(size, left, 0.45), spot(size, 0.45, left)):
            assert analysis.plan(target).kept > 0.99  # the edge of a subject may fall inside a pixel


def test_no_evidence_is_a_centre_crop() -> None:
    crop = Analysis(Size(400, 300), SaliencyMap.blank()).plan("1:1")
    assert crop.box == PixelBox(50, 0, 300, 300)
    assert crop.kept == 1.0
    assert crop.css == "object-position: 50% 50%"


def test_tight_does_not_enlarge_unless_told_to() -> None:
    analysis = spot(Size(1000, 1000), 0.6, 0.6)
    assert analysis.plan("400x400", fit="tight").box.width == 400
    assert analysis.plan("400x400", fit="tight", upscale=True).box.width == 100
    assert analysis.plan("2000x2000", fit="tight").box.width == 1000


@given(analyses, st.builds(Size, st.integers(1, 80), st.integers(1, 80)), boxes())
def test_a_box_to_keep_that_fits_is_shown_also_where_a_small_size_stands_for_a_common_ratio(
    analysis: Analysis, size: Size, keep: Box
) -> None:
    width, height = largest_window(analysis.source, size.aspect)
    assume(keep.width <= width and keep.height <= height)
    crop = choose_crop(analysis, size, Framing(keep=(keep,)))
    assert crop.relative.with_a_pixel_around(analysis.source).contains(keep)


def test_a_callers_focus_beats_the_map() -> None:
    analysis = spot(Size(1000, 500), 0.0, 0.4)
    assert analysis.plan("1:1").box.left == 0
    assert analysis.plan("1:1", focus=(0.9, 0.5)).box.right == 1000
    assert analysis.plan("1:1", keep=[(0.8, 0, 0.2, 1)]).box.right == 1000
    assert analysis.plan("1:1", avoid=[(0, 0, 0.3, 1)]).box.left >= 300


def test_tight_with_boxes_to_keep_holds_them_instead_of_the_salient_box() -> None:
    analysis = spot(Size(1000, 500), 0.0, 0.4)
    crop = analysis.plan("1:1", fit="tight", keep=[(0.8, 0.5, 0.1, 0.2)], upscale=True)
    assert crop.box == PixelBox(800, 250, 100, 100)


def test_the_free_form_crop_grows_around_what_the_caller_keeps() -> None:
    analysis = spot(Size(1000, 500), 0.5, 0.5)
    crop = analysis.plan(keep=[(0.1, 0.6, 0.1, 0.2)])
    assert crop.relative.contains(Box(0.1, 0.6, 0.1, 0.2))
    assert crop.relative.contains(analysis.plan().relative)


@given(analyses, targets)
def test_in_doubt_the_middle_or_padding_is_taken_and_said(analysis: Analysis, target: Target) -> None:
    plain = choose_crop(analysis, target, Framing())
    assert 0 <= plain.confidence <= 1
    middle = choose_crop(analysis, target, Framing(on_doubt="centre", doubt=1.0))
    if plain.confidence < 1:
        assert middle.notes == ("in doubt: the middle was taken",)
        assert middle.relative.centre == pytest.approx((0.5, 0.5), abs=1.0 / min(analysis.source.width, 2) + 0.5)
        # The nearest whole pixel of a size that is placed as the ratio that is meant: at most one beside the middle.
        assert abs(middle.box.left * 2 + middle.box.width - analysis.source.width) <= 2
        assert choose_crop(analysis, target, Framing(on_doubt="pad", doubt=1.0)).fit == "pad"
    else:
        assert middle.box == plain.box
    assert choose_crop(analysis, target, Framing(on_doubt="centre", doubt=0.0)).box == plain.box


def test_what_the_caller_asked_for_is_never_in_doubt() -> None:
    analysis = spot(Size(1000, 500), 0.0, 0.4)
    crop = analysis.plan("1:1", focus=(0.9, 0.5), on_doubt="centre", doubt=1.0)
    assert crop.box.right == 1000
    assert crop.notes == ()


@given(analyses, targets, st.lists(boxes(), min_size=1, max_size=4))
def test_rounding_cuts_no_subject_that_the_window_holds(analysis: Analysis, target: Target, found: list[Box]) -> None:
    analysis = replace(analysis, subjects=tuple(map(Subject, found)))
    crop = choose_crop(analysis, target, Framing())
    shown = crop.box.to_box(analysis.source)
    for subject in analysis.scored_subjects:
        for box in subject.boxes:
            assert shown.contains(box) or not crop.window.contains(box)


@pytest.mark.parametrize("ratio", [(2, 5), (9, 16), (4, 5), (16, 9), (5, 2)])
def test_two_places_that_are_nearly_as_good_are_not_exchanged_by_a_rounded_size(ratio: tuple[int, int]) -> None:
    values = np.zeros((48, 64))
    values[:, :20], values[:20, :], values[:, 44:], values[28:, :] = 1, 1, 1, 1
    values[:, 43], values[27, :] = 0.01, 0.01
    analysis = Analysis(Size(1200, 900), SaliencyMap(values))
    boxes_found = [
        analysis.plan((width, round(width * ratio[1] / ratio[0]))).relative for width in (100, 250, 500, 1080)
    ]
    assert all(box.jaccard(boxes_found[0]) > 0.98 for box in boxes_found)


@given(analyses, st.floats(0, 1), st.floats(0, 1))
def test_a_window_of_just_these_sides_lies_inside(analysis: Analysis, across: float, down: float) -> None:
    whole = analysis.visible.size
    size = Size(max(1, round(across * whole.width)), max(1, round(down * whole.height)))
    box = place_exactly(analysis, size, Framing())
    assert (box.width, box.height) == (size.width, size.height)
    assert 0 <= box.left <= whole.width - size.width
    assert 0 <= box.top <= whole.height - size.height


def test_a_window_of_just_these_sides_holds_what_matters_and_obeys_the_caller() -> None:
    analysis = Analysis(Size(400, 300), SaliencyMap([[0, 0, 0, 5], [0, 0, 0, 0], [0, 0, 0, 0]]))
    assert place_exactly(analysis, Size(100, 100), Framing()) == PixelBox(300, 0, 100, 100)
    assert place_exactly(analysis, Size(100, 100), Framing(focus=(0.125, 0.5))) == PixelBox(0, 100, 100, 100)
