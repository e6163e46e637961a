"""Crops: the laws of every fit, and the JSON form."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import choose_crop, place_exactly
from focalbox.core.choice.ratios import meant_aspect
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.framing import FITS, Fit, Framing, Mode, OnDoubt
from focalbox.core.geometry import WHOLE, Box, PixelBox, largest_window
from focalbox.core.target import Ratio, Size, Target
from strategies import analyses, boxes, faces, framings, padded_framings, spot, targets, trimmed_analyses


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


@given(analyses, targets, st.floats(0, 1))
def test_pad_keeps_what_it_is_told_to_and_no_more_than_it_has_to(
    analysis: Analysis, target: Target, retain: float
) -> None:
    crop = choose_crop(analysis, target, Framing(fit="pad", retain=retain))
    assert crop.kept >= retain - 1e-9
    if crop.padding:
        assert choose_crop(analysis, target, Framing()).kept < retain


@given(analyses, st.builds(Size, st.integers(1, 80), st.integers(1, 80)), boxes())
def test_a_box_to_keep_that_fits_is_shown_also_where_a_small_size_stands_for_a_common_ratio(
    analysis: Analysis, size: Size, keep: Box
) -> None:
    width, height = largest_window(analysis.source, size.aspect)
    assume(keep.width <= width and keep.height <= height)
    crop = choose_crop(analysis, size, Framing(keep=(keep,)))
    assert crop.relative.with_a_pixel_around(analysis.source).contains(keep)


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


def test_face_mode_frames_the_face_with_headroom() -> None:
    values = np.zeros((20, 40))
    values[:, -4:] = 1  # saliency is elsewhere
    analysis = Analysis(Size(2000, 1000), SaliencyMap(values), faces((0.2, 0.4, 0.1, 0.2)))
    crop = analysis.plan("1:1", mode="face")
    assert crop.relative.contains(Box(0.2, 0.4, 0.1, 0.2))
    assert crop.relative.centre[0] == pytest.approx(0.25, abs=0.001)
    tight = analysis.plan("1:1", mode="face", fit="tight", upscale=True).relative
    assert tight.top < 0.4 - 0.05
    assert tight.contains(Box(0.2, 0.4, 0.1, 0.2))


def test_face_mode_without_faces_falls_back_and_says_so() -> None:
    analysis = spot(Size(1000, 500), 0.0, 0.4)
    crop = analysis.plan("1:1", mode="face")
    assert crop.box == analysis.plan("1:1").box
    assert crop.to_dict()["crops"][0]["notes"] == ["no face was found: framed by saliency"]


def test_face_mode_with_faces_at_both_ends_frames_one_and_names_the_other() -> None:
    analysis = Analysis(Size(2000, 500), SaliencyMap.blank(), faces((0.0, 0.3, 0.05, 0.2), (0.9, 0.2, 0.1, 0.4)))
    crop = analysis.plan("1:1", mode="face")
    assert crop.relative.contains(Box(0.9, 0.2, 0.1, 0.4))
    assert [subject.box.left for subject in crop.cut] == [0.0]


@given(analyses, targets, boxes(), st.sampled_from([("face", "crop"), ("auto", "centre"), ("face", "centre")]))
def test_a_face_that_fits_is_whole_where_saliency_has_no_say(
    analysis: Analysis, target: Target, face: Box, asked: tuple[Mode, OnDoubt]
) -> None:
    mode, on_doubt = asked
    width, height = largest_window(analysis.source, target.aspect)
    face = Box(face.left, face.top, face.width * width, face.height * height)
    analysis = Analysis(analysis.source, analysis.saliency, (Subject(face),))
    whole = face.to_whole_pixels(analysis.source)
    # A very small size stands for a common ratio, and is placed by that one's window, which may be smaller.
    meant = largest_window(analysis.source, meant_aspect(target))
    assume(whole.width <= min(width, meant[0]) and whole.height <= min(height, meant[1]))
    assert choose_crop(analysis, target, Framing(mode=mode, on_doubt=on_doubt, doubt=1.0)).cut == ()


def test_in_doubt_a_face_is_whole_also_where_a_small_size_is_a_rounded_ratio() -> None:
    """8x3 stands for 5:2, whose window is narrower."""
    analysis = Analysis(Size(7, 1), SaliencyMap.blank(), faces((0.0, 0.0, 0.23809523809523808, 0.0625)))
    assert choose_crop(analysis, Size(8, 3), Framing(on_doubt="centre", doubt=1.0)).cut == ()


def test_a_face_without_room_for_its_headroom_is_whole() -> None:
    analysis = Analysis(Size(820, 800), SaliencyMap.blank(), faces((0.45, 0.4, 0.53, 0.1)))
    crop = analysis.plan("9:16", mode="face")
    assert crop.relative.contains(Box(0.45, 0.4, 0.53, 0.1))
    assert crop.cut == ()


def test_a_callers_focus_beats_faces_and_the_salient_box() -> None:
    analysis = Analysis(Size(1000, 500), spot(Size(1000, 500), 0.0, 0.4).saliency, faces((0.0, 0.3, 0.1, 0.2)))
    for options in ({"mode": "face"}, {"fit": "tight", "upscale": True}):
        crop = analysis.plan("1:1", focus=(0.7, 0.5), **options)
        assert crop.relative.centre == pytest.approx((0.7, 0.5), abs=0.002)


@given(analyses, targets, st.lists(boxes(), min_size=1, max_size=4), st.sampled_from(FITS))
def test_face_mode_is_never_an_error(analysis: Analysis, target: Target, found: list[Box], fit: Fit) -> None:
    subjects = tuple(Subject(box, "face", 0.5) for box in found)
    analysis = Analysis(analysis.source, analysis.saliency, subjects)
    assert WHOLE.contains(analysis.plan(target, mode="face", fit=fit).relative)


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


def test_what_no_window_can_do_is_said() -> None:
    analysis = Analysis(Size(1000, 500), SaliencyMap.blank(), faces((0.1, 0.1, 0.3, 0.8)))
    ends = [(0.0, 0.0, 0.1, 1.0), (0.9, 0.0, 0.1, 1.0)]
    assert "keep all of the boxes" in analysis.plan("1:1", keep=ends).notes[0]
    assert "avoid" in analysis.plan("1:1", avoid=[(0.0, 0.0, 1.0, 1.0)]).notes[0]
    assert "before the focus" in analysis.plan("1:1", keep=ends[:1], focus=(0.9, 0.5)).notes[0]
    assert analysis.plan("4:1").notes == ("no window of this ratio can show a whole face: its top comes first",)
    assert analysis.plan("1:1").notes == ()


def test_padding_shows_the_heads_too() -> None:
    analysis = Analysis(
        Size(1000, 500), SaliencyMap([[1, 0, 0, 0]]), faces((0.0, 0.3, 0.1, 0.2), (0.85, 0.3, 0.1, 0.2))
    )
    crop = analysis.plan("1:1", fit="pad")
    assert crop.padding
    shown = [subject.box.intersection(crop.relative).area / subject.box.area for subject in crop.subjects]
    assert min(shown) >= 0.85 - 0.01


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
