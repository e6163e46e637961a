"""Windows that differ, and what the caller asked of all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import DIFFERENT, alternatives, choose_crop
from focalbox.core.evidence import SaliencyMap
from focalbox.core.framing import Framing
from focalbox.core.geometry import Box, largest_window
from focalbox.core.target import Size, Target
from strategies import analyses, boxes, faces, targets

TWO = SaliencyMap(np.repeat([[5.0, 1, 0, 0, 0, 0, 0, 1, 4]], 3, axis=0))
"""Something at both ends."""


def test_all_of_them_show_what_is_kept_and_not_what_is_avoided() -> None:
    analysis = Analysis(Size(900, 300), TWO)
    assert len(analysis.alternatives("1:1", 3)) == 3
    for crop in analysis.alternatives("1:1", 3, keep=[(0.3, 0.1, 0.2, 0.8)]):
        assert crop.relative.contains(Box(0.3, 0.1, 0.2, 0.8), slack=0.001)
    lefts = [crop.relative.left for crop in analysis.alternatives("1:1", 3, avoid=[(0.0, 0.0, 0.2, 1.0)])]
    assert len(lefts) > 1
    assert min(lefts) >= 0.2 - 0.001


def test_a_focus_leaves_no_choice() -> None:
    (only,) = Analysis(Size(900, 300), TWO).alternatives("1:1", 3, focus=(0.9, 0.5))
    assert only.relative.right == pytest.approx(1.0)


def test_all_of_them_frame_a_face_in_face_mode() -> None:
    analysis = Analysis(Size(900, 300), TWO, faces((0.45, 0.3, 0.1, 0.3)))
    found = analysis.alternatives("1:1", 3, mode="face")
    assert len(found) > 1
    assert all(crop.relative.contains(Box(0.45, 0.3, 0.1, 0.3)) for crop in found)


@given(analyses, targets, boxes(), st.sampled_from(["keep", "avoid"]))
def test_they_meet_demands_as_well_as_the_first_one(analysis: Analysis, target: Target, box: Box, name: str) -> None:
    asked: dict[str, Any] = {name: (box,)}
    first, *others = alternatives(analysis, target, Framing(**asked), 4)
    pixels = 2 / min(analysis.source.width, analysis.source.height)
    for one in others:
        assert one.window.jaccard(first.window) < DIFFERENT
        off = first.window.shared_area(box) - one.window.shared_area(box)
        assert (off if name == "keep" else -off) <= pixels


@given(analyses, targets, st.floats(0.001, 0.999))
def test_a_zoom_on_the_way_shows_what_it_ends_at(analysis: Analysis, target: Target, zoom: float) -> None:
    """Between two people there may be nobody: so the way begins where the end is seen."""
    source = analysis.source
    assume(min(source.width, source.height) > 32)
    end = choose_crop(analysis, target, Framing(zoom=1.0, upscale=True))
    between = choose_crop(analysis, target, Framing(zoom=zoom, upscale=True))
    assert between.relative.contains(end.relative, slack=2 / min(source.width, source.height))


def test_a_zoom_from_what_attracts_to_what_it_is_about_does_not_end_between() -> None:
    looked_at, about = np.zeros((20, 40)), np.zeros((20, 40))
    looked_at[8:12, 2:6], about[8:12, 32:38] = 1.0, 1.0
    analysis = Analysis(Size(800, 400), SaliencyMap(looked_at), object_map=SaliencyMap(about))
    assert analysis.plan("1:1").relative.right < 0.6
    for zoom in (0.2, 0.5, 0.8):
        assert analysis.plan("1:1", zoom=zoom, upscale=True).relative.contains(Box(0.8, 0.4, 0.15, 0.2), slack=0.003)


def test_where_the_subject_does_not_fit_tight_is_the_person_that_cover_has_settled_on() -> None:
    values = np.zeros((20, 40))
    values[4:12, 8:18], values[4:12, 22:32] = 1.0, 1.02
    analysis = Analysis(Size(800, 400), SaliencyMap(values), faces((0.27, 0.25, 0.12, 0.3), (0.62, 0.25, 0.12, 0.3)))
    plans = [analysis.plan("9:16", zoom=zoom) for zoom in (0.0, 0.5, 1.0)]
    assert {len(plan.cut) for plan in plans} == {1}
    assert len({plan.cut[0].box.left for plan in plans}) == 1


@given(targets, st.floats(0.0, 0.5), st.floats(0.2, 0.5))
def test_of_a_face_that_is_too_high_its_top_is_shown_in_face_mode(target: Target, top: float, left: float) -> None:
    source = Size(1000, 1000)
    _, height = largest_window(source, target.aspect)
    high = height + 0.1
    assume(top + high <= 1.0)
    analysis = Analysis(source, SaliencyMap.blank(), faces((left, top, 0.3, high)))
    shown = choose_crop(analysis, target, Framing(mode="face")).relative
    assert shown.top == pytest.approx(top, abs=0.002)


@given(analyses, targets, st.integers(2, 5))
def test_no_two_show_the_same_pixels(analysis: Analysis, target: Target, count: int) -> None:
    boxes = [tuple(crop.box) for crop in alternatives(analysis, target, Framing(), count)]
    assert len({*boxes}) == len(boxes) <= count
