"""Heads from faces, and how prominence shares the weights of a kind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.subjects import MAX_SUBJECTS, WEIGHTS, Subject, head_of, scored_subjects, whole_of
from strategies import boxes, maps


@given(boxes())
def test_a_head_holds_its_face_and_lies_inside_the_picture(face: Box) -> None:
    head = head_of(face)
    assert WHOLE.contains(head)
    assert head.contains(face.intersection(WHOLE))


@given(maps, st.lists(boxes(), min_size=1, max_size=6))
def test_the_subjects_of_a_kind_count_at_most_its_weight(saliency: SaliencyMap, found: list[Box]) -> None:
    scored = scored_subjects(saliency, [Subject(box) for box in found])
    assert sum(subject.whole for subject in scored) <= WEIGHTS["face"].whole + 1e-9
    assert all(subject.whole >= 0 and subject.cut >= 0 for subject in scored)


def test_certainty_of_a_face_decides_nothing() -> None:
    sure, unsure = Subject(Box(0.1, 0.1, 0.2, 0.2), score=0.99), Subject(Box(0.7, 0.1, 0.2, 0.2), score=0.4)
    one, other = scored_subjects(SaliencyMap.blank(), [sure, unsure])
    assert one.whole == other.whole


def test_a_small_face_pulls_nothing() -> None:
    large, small = Subject(Box(0.1, 0.1, 0.3, 0.4)), Subject(Box(0.8, 0.1, 0.05, 0.1))
    scored = scored_subjects(SaliencyMap.blank(), [small, large])
    assert [subject.whole > 0 for subject in scored] == [True, False]
    assert scored[1].cut >= 0


def test_what_lies_outside_or_has_no_area_does_not_count() -> None:
    assert (
        scored_subjects(SaliencyMap.blank(), [Subject(Box(2.0, 0.0, 0.1, 0.1)), Subject(Box(0.1, 0.1, 0.0, 0.2))]) == ()
    )


def test_of_hundreds_the_most_prominent_count() -> None:
    many = [Subject(Box(0.001 * i, 0.1, 0.05, 0.1)) for i in range(400)]
    assert len(scored_subjects(SaliencyMap.blank(), many)) == MAX_SUBJECTS


@given(boxes(), st.sampled_from(["face", "head", "text", "logo"]))
def test_what_is_to_be_whole_holds_the_subject_inside_the_picture(box: Box, kind: str) -> None:
    inside = box.intersection(WHOLE)
    whole = whole_of(Subject(inside, kind), aspect=1.5)
    assert WHOLE.contains(whole)
    assert whole.contains(inside)
    assert (whole == inside) or kind in {"face", "head"}


def test_a_head_without_a_face_counts_apart_and_less() -> None:
    face, behind = Subject(Box(0.1, 0.1, 0.2, 0.2)), Subject(Box(0.6, 0.1, 0.2, 0.2), "head")
    alone = scored_subjects(SaliencyMap.blank(), [face])
    both = {one.kind: one for one in scored_subjects(SaliencyMap.blank(), [behind, face])}
    assert both["face"] == alone[0]
    assert 0 < both["head"].whole < both["face"].whole
    assert both["head"].boxes[0].contains(behind.box)
    assert both["head"].boxes[0].width > behind.box.width


@pytest.mark.parametrize(("score", "share"), [(0.3, 0.0), (0.4, 0.5), (0.5, 1.0), (1.0, 1.0)])
def test_a_head_counts_by_how_surely_it_was_found(score: float, share: float) -> None:
    """So that one that is hardly found does not drive a sure face out of the window."""
    saliency = SaliencyMap(np.ones((8, 8)))
    (head,) = scored_subjects(saliency, [Subject(Box(0.4, 0.4, 0.3, 0.3), "head", score)])
    (face,) = scored_subjects(saliency, [Subject(Box(0.4, 0.4, 0.3, 0.3), "face", score)])
    assert head.whole == pytest.approx(share * WEIGHTS["head"].whole)
    assert head.cut == pytest.approx(share * WEIGHTS["head"].cut)
    assert face.whole == WEIGHTS["face"].whole
