"""Faces framed: which of them, how much around them, in which window, and what a caller's own focus does to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import choose_crop
from focalbox.core.choice.faces import MAX_ASPECT, FaceFrame, ranked_faces, with_headroom
from focalbox.core.choice.ratios import meant_aspect
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.framing import FITS, Fit, Framing, Mode, OnDoubt
from focalbox.core.geometry import WHOLE, Box, largest_window
from focalbox.core.target import Size, Target
from strategies import analyses, boxes, faces, spot, targets

SIZE = Size(400, 400)


SMALL, LARGE = (0.05, 0.1, 0.1, 0.1), (0.7, 0.3, 0.2, 0.2)
"""Left, top and sides of two faces; the larger is the first."""
TWO = replace(spot(SIZE, 0.0, 0.0), subjects=faces(SMALL, LARGE))
frames = st.builds(
    FaceFrame,
    st.lists(st.integers(1, 4), max_size=3, unique=True).map(tuple),
    st.none() | st.floats(0, 100),
    st.booleans(),
    align=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)


@st.composite
def peopled(draw: st.DrawFn) -> Analysis:
    size = draw(st.builds(Size, st.integers(1, 4000), st.integers(1, 4000)))
    found = [box for box in draw(st.lists(boxes(), max_size=4)) if box.area > 0]
    return replace(spot(size, 0.4, 0.4), subjects=faces(*((b.left, b.top, b.width, b.height) for b in found)))


def test_the_larger_face_is_the_first() -> None:
    assert [face.box.left for face in ranked_faces(TWO)] == [0.7, 0.05]


@pytest.mark.parametrize(
    ("numbers", "shown"), [((1,), [LARGE]), ((2,), [SMALL]), ((2, 1), [SMALL, LARGE]), ((), [SMALL, LARGE])]
)
def test_the_faces_that_are_named_are_framed_and_no_others(
    numbers: tuple[int, ...], shown: list[tuple[float, ...]]
) -> None:
    frame, notes = FaceFrame(numbers, 0.0).frame(TWO)
    for face in (SMALL, LARGE):
        assert frame.contains(Box(*face)) == (face in shown)
    assert notes == ()


def test_a_face_that_is_not_there_is_left_out_and_said() -> None:
    assert FaceFrame((2, 7), 0.0).frame(TWO)[0] == FaceFrame((2,), 0.0).frame(TWO)[0]
    assert FaceFrame((7,), 0.0).frame(TWO)[0] == FaceFrame((1,), 0.0).frame(TWO)[0]
    assert "not all faces" in FaceFrame((7,)).frame(TWO)[1][0]
    nobody = replace(TWO, subjects=())
    assert FaceFrame((1,)).frame(nobody) == (
        nobody.subject_box.to_whole_pixels(SIZE),
        ("no face was found: framed by saliency",),
    )


@pytest.mark.parametrize("percent", [0, 50, 100, 200])
def test_a_buffer_grows_the_box_by_a_share_of_its_own_sides(percent: int) -> None:
    middle = replace(TWO, subjects=faces((0.4, 0.4, 0.2, 0.1)))
    frame, _ = FaceFrame((1,), percent / 100).frame(middle)
    grown = Box(0.4, 0.4, 0.2, 0.1).resize(0.2 * (1 + percent / 100), 0.1 * (1 + percent / 100))
    assert frame == grown.to_whole_pixels(SIZE)


def test_without_a_buffer_there_is_headroom() -> None:
    frame, _ = FaceFrame((1,)).frame(TWO)
    assert frame == with_headroom(Box(*LARGE)).to_whole_pixels(SIZE)
    assert Box(*LARGE).top - frame.top > frame.bottom - Box(*LARGE).bottom > 0


def test_a_face_that_does_not_fit_beside_the_first_is_left_out() -> None:
    frame, _ = FaceFrame((), 0.0).frame(TWO, aspect=0.5)
    assert frame == FaceFrame((1,), 0.0).frame(TWO)[0]


@given(peopled(), frames, targets)
def test_frames_and_windows_lie_inside_and_hold_or_fill(evidence: Analysis, faces: FaceFrame, target: Target) -> None:
    size = evidence.visible.size
    frame, _ = faces.frame(evidence, target.aspect)
    assert WHOLE.contains(frame)
    window = faces.window(frame, size, target.aspect)
    assert WHOLE.contains(window, slack=1e-6)
    assert window.width * size.width == pytest.approx(window.height * size.height * target.aspect)
    if faces.cover:
        assert frame.contains(window, slack=1e-6)
    elif max(window.width, window.height) < 1 - 1e-6:
        assert window.contains(frame, slack=1e-6)


@given(peopled(), frames)
def test_a_frame_is_no_flatter_than_the_bound_or_the_picture(evidence: Analysis, faces: FaceFrame) -> None:
    if not ranked_faces(evidence):
        return
    size = evidence.visible.size
    box = faces.frame(evidence)[0].to_pixels(size)
    bound = max(MAX_ASPECT, size.aspect, 1 / size.aspect)
    assert box.width <= bound * (box.height + 1)
    assert box.height <= bound * (box.width + 1)


@pytest.mark.parametrize(
    ("min_size", "max_size", "sides"),
    [
        (None, None, [80, 40, 20]),
        (40, None, [80, 40]),
        (41, 79, []),
        (None, 40, [40, 20]),
        (0.5, None, [80, 40, 20]),
        (0.49, None, [80, 40]),
        (None, 0.99, [40, 20]),
        (None, 1, [80, 40, 20]),
    ],
)
def test_faces_of_another_size_do_not_count(min_size: float | None, max_size: float | None, sides: list[int]) -> None:
    boxes = [(0.1, 0.1, 0.2, 0.2), (0.5, 0.5, 0.1, 0.1), (0.8, 0.8, 0.05, 0.05)]
    found = FaceFrame((), min_size=min_size, max_size=max_size).faces(replace(TWO, subjects=faces(*boxes)))
    assert [round(face.box.width * SIZE.width) for face in found] == sides


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
