"""How prominence shares the weights of a kind among its subjects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import Box
from focalbox.core.prominence import MAX_SUBJECTS, WEIGHTS, scored_subjects
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.subject import Subject
from strategies import boxes, maps


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


def test_what_lies_outside_or_has_no_area_does_not_count() -> None:
    assert (
        scored_subjects(SaliencyMap.blank(), [Subject(Box(2.0, 0.0, 0.1, 0.1)), Subject(Box(0.1, 0.1, 0.0, 0.2))]) == ()
    )


def test_of_hundreds_the_most_prominent_count() -> None:
    many = [Subject(Box(0.001 * i, 0.1, 0.05, 0.1)) for i in range(400)]
    assert len(scored_subjects(SaliencyMap.blank(), many)) == MAX_SUBJECTS


def test_a_head_without_a_face_counts_less_beside_one_and_like_one_alone() -> None:
    face, behind = Subject(Box(0.1, 0.1, 0.2, 0.2)), Subject(Box(0.6, 0.1, 0.2, 0.2), "head")
    (face_alone,) = scored_subjects(SaliencyMap.blank(), [face])
    (head_alone,) = scored_subjects(SaliencyMap.blank(), [behind])
    both = {one.kind: one for one in scored_subjects(SaliencyMap.blank(), [behind, face])}
    assert both["face"] == face_alone
    assert 0 < both["head"].whole < both["face"].whole == head_alone.whole
    assert both["head"].boxes[0].contains(behind.box)
    assert both["head"].boxes[0].width > behind.box.width


@pytest.mark.parametrize(("score", "share"), [(0.35, 0.0), (0.475, 0.5), (0.6, 1.0), (1.0, 1.0)])
def test_a_head_counts_by_how_surely_it_was_found(score: float, share: float) -> None:
    """So that one that is hardly found does not drive a sure face out of the window."""
    saliency = SaliencyMap(np.ones((8, 8)))
    (head,) = scored_subjects(saliency, [Subject(Box(0.4, 0.4, 0.3, 0.3), "head", score)])
    (face,) = scored_subjects(saliency, [Subject(Box(0.4, 0.4, 0.3, 0.3), "face", score)])
    assert head.whole == pytest.approx(share * WEIGHTS["head"].whole)
    assert head.cut == pytest.approx(share * WEIGHTS["head"].cut)
    assert face.whole == WEIGHTS["face"].whole


def test_a_hat_is_shown_whole_and_the_face_at_least() -> None:
    face, hat = Box(0.375, 0.5, 0.125, 0.125), Box(0.25, 0.25, 0.375, 0.375)
    (one,) = scored_subjects(SaliencyMap.blank(), [Subject(face, head=hat)])
    assert one.boxes[0].contains(hat)
    assert one.boxes[-1] == face


SIGN = Box(0.25, 0.25, 0.5, 0.25)
"""The place of a line of text in a picture of 4 x 4 cells."""


def _cut(saliency_inside: float, *beside: Subject) -> float:
    """Return what cutting a line costs that holds this share of the saliency."""
    cells = np.full((4, 4), (1.0 - saliency_inside) / 14)
    cells[1, 1:3] = saliency_inside / 2
    scored = scored_subjects(SaliencyMap(cells), [Subject(SIGN, "text", 0.9), *beside])
    (line,) = (subject for subject in scored if subject.kind == "text")
    assert line.whole == pytest.approx(WEIGHTS["text"].whole), (
        "text repels the edges of windows; it does not attract them"
    )
    return line.cut


def test_cutting_text_costs_more_in_a_picture_that_is_about_it() -> None:
    small, about, more = _cut(0.1), _cut(0.5), _cut(0.9)
    assert small == pytest.approx(WEIGHTS["text"].cut)
    assert about == pytest.approx(more)
    assert about > 10 * small
    assert small < _cut(0.275) < about


def test_beside_a_head_text_costs_no_more_than_ever() -> None:
    face = Subject(Box(0.0, 0.5, 0.5, 0.5), "face", 0.9)
    small, large = _cut(0.1, face), _cut(0.5, face)
    assert large == pytest.approx(small)
    assert _cut(0.5, Subject(face.box, "head", 0.4)) > large, "a doubtful head counts less"
