"""The notes about a window are true of the shown part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import choose_crop
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.framing import FITS, Fit, Framing
from focalbox.core.geometry import Box, largest_window
from focalbox.core.target import Size, Target
from strategies import boxes, faces, maps, sizes, spot, targets

TALL = "no window of this ratio can show a whole face: its top comes first"
KINDS = ("face", "head", "text")
subjects = st.lists(st.builds(Subject, boxes(), st.sampled_from(KINDS)), min_size=1, max_size=4).map(tuple)
points = st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(st.builds(Analysis, sizes, maps, subjects), targets, st.sampled_from(FITS), st.floats(0, 1), points)
def test_a_note_that_a_kind_is_cut_is_true_of_what_is_shown(
    analysis: Analysis, target: Target, fit: Fit, retain: float, focus: tuple[float, float] | None
) -> None:
    crop = choose_crop(analysis, target, Framing(fit=fit, retain=retain, focus=focus))
    cut = {kind: [one.box for one in crop.cut if one.kind == kind] for kind in KINDS}
    noted = [(note, kind) for note in crop.notes for kind in KINDS if f" {kind}" in note]
    assert len(noted) == len(crop.notes)
    assert all(cut[kind] for _, kind in noted)
    width, height = largest_window(analysis.source, target.aspect)
    room = crop.relative.with_a_pixel_around(analysis.source)
    for note, kind in noted:
        found = [one.boxes[-1] for one in analysis.scored_subjects if one.kind == kind]
        too_large = [box for box in found if box.width > width or box.height > height]
        if "its top comes first" in note:
            assert any(room.top <= box.top and room.shared_area(box) > 0 for box in too_large)
        if "a whole" in note and not crop.padding:
            assert found == too_large


@pytest.mark.parametrize("fit", FITS)
def test_every_kind_of_which_one_is_too_large_and_cut_is_noted(fit: Fit) -> None:
    analysis = Analysis(Size(1000, 500), SaliencyMap.blank(), faces((0.1, 0.1, 0.3, 0.8)))
    crop = analysis.plan("8:1", fit=fit, retain=0.5)
    assert bool(crop.notes) == bool(crop.cut) == (fit != "contain")


def test_a_face_whose_top_is_cut_is_not_said_to_show_it() -> None:
    analysis = Analysis(Size(1000, 500), SaliencyMap.blank(), faces((0.1, 0.1, 0.3, 0.8)))
    assert analysis.plan("4:1").notes == (TALL,)
    assert analysis.plan("4:1", focus=(0.2, 0.6)).notes == ("no window of this ratio can show a whole face",)


def test_a_face_that_fits_beside_one_that_does_not_is_no_face_that_no_window_can_show() -> None:
    found = faces((0.0, 0.1, 0.3, 0.8), (0.9, 0.45, 0.02, 0.1))
    notes = Analysis(Size(1000, 500), SaliencyMap.blank(), found).plan("4:1").notes
    assert notes == ("no window of this ratio can show every face whole: its top comes first",)


def test_padding_that_cuts_a_face_says_what_it_would_need() -> None:
    analysis = Analysis(Size(1000, 500), SaliencyMap.blank(), faces((0.1, 0.1, 0.3, 0.8)))
    crop = analysis.plan("8:1", fit="pad", retain=0.5)
    assert crop.notes == ("a whole face would need more padding",)
    assert analysis.plan("8:1", fit="pad", retain=1.0).notes == ()


@given(st.builds(Analysis, sizes, maps), targets, st.sampled_from(FITS), st.lists(boxes(), min_size=1, max_size=3))
def test_boxes_to_keep_are_said_to_be_cut_only_when_they_are(
    analysis: Analysis, target: Target, fit: Fit, keep: list[Box]
) -> None:
    crop = choose_crop(analysis, target, Framing(fit=fit, keep=tuple(keep)))
    room = crop.relative.with_a_pixel_around(analysis.source)
    assert bool(crop.notes) == (not all(map(room.contains, keep)))


@given(st.builds(Analysis, sizes, maps), targets, st.sampled_from(FITS), boxes())
def test_a_box_to_avoid_is_said_to_be_shown_only_when_it_is(
    analysis: Analysis, target: Target, fit: Fit, avoid: Box
) -> None:
    crop = choose_crop(analysis, target, Framing(fit=fit, avoid=(avoid,)))
    shown = crop.relative.shared_area(avoid)
    assert shown > 0 or not crop.notes
    if fit == "cover" and min(crop.box.width, crop.box.height) > 64:
        across, down = 2 / analysis.source.width, 2 / analysis.source.height
        assert bool(crop.notes) or shown <= across * avoid.height + down * avoid.width


def test_a_large_box_that_a_window_beside_it_avoids_is_no_conflict() -> None:
    analysis = spot(Size(1000, 500), 0.1, 0.4)
    assert analysis.plan("4:5", avoid=(0.0, 0.0, 0.55, 1.0)).notes == ()
    assert "can avoid" in analysis.plan("4:5", avoid=(0.25, 0.0, 0.5, 1.0)).notes[0]
    whole = analysis.plan("4:5", avoid=(0.0, 0.0, 0.1, 0.1), fit="contain")
    assert whole.notes == ("the padded picture shows some of the boxes to avoid",)


def test_a_crop_without_a_head_that_would_fit_says_so() -> None:
    analysis = spot(Size(1000, 500), 0.0, 0.2)
    far = Analysis(analysis.source, analysis.saliency, (Subject(Box(0.7, 0.3, 0.1, 0.2), "head", 0.41),))
    told = "no head is shown whole, though a window of this ratio could"
    assert far.plan("1:1").notes == (told,)
    assert far.plan("1:1", fit="contain").notes == ()
    assert far.plan("1:1", focus=(0.1, 0.5)).notes == ()
    assert far.plan("1:1", keep=[(0.0, 0.0, 0.1, 0.1)]).notes == ()
    near = Analysis(analysis.source, analysis.saliency, (Subject(Box(0.1, 0.3, 0.1, 0.2), "head", 0.41),))
    assert near.plan("1:1").notes == ()


def test_what_no_window_can_do_is_said() -> None:
    analysis = Analysis(Size(1000, 500), SaliencyMap.blank(), faces((0.1, 0.1, 0.3, 0.8)))
    ends = [(0.0, 0.0, 0.1, 1.0), (0.9, 0.0, 0.1, 1.0)]
    assert "keep all of the boxes" in analysis.plan("1:1", keep=ends).notes[0]
    assert "avoid" in analysis.plan("1:1", avoid=[(0.0, 0.0, 1.0, 1.0)]).notes[0]
    assert "before the focus" in analysis.plan("1:1", keep=ends[:1], focus=(0.9, 0.5)).notes[0]
    assert analysis.plan("4:1").notes == ("no window of this ratio can show a whole face: its top comes first",)
    assert analysis.plan("1:1").notes == ()
