"""The top of a subject that is taller than the window: where it is, and what it counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import Box
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.place import place
from focalbox.core.placement.score import score_of
from focalbox.core.prominence import ScoredSubject
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.top import ROOM, TOP, filled_by, scored_top, tops_of
from strategies import boxes, maps

STANDING = Box(0.4, 0.1, 0.2, 0.9)


def standing_map(outside: float) -> SaliencyMap:
    """A standing subject that the map marks evenly, and what it says of everything else."""
    cells = np.full((10, 10), outside)
    cells[1:, 4:6] = 1.0
    return SaliencyMap(cells)


def demand(saliency: SaliencyMap, box: Box, *subjects: ScoredSubject) -> Demands:
    return Demands(subjects=subjects, top=scored_top(saliency, None, box, subjects))


def test_the_top_of_what_is_too_high_comes_first_with_room_above_it() -> None:
    window = place(standing_map(0.0), 1.0, 0.4, demand(standing_map(0.0), STANDING))
    assert window.top == pytest.approx(STANDING.top - ROOM)


def weight(saliency: SaliencyMap, object_map: SaliencyMap | None, box: Box, *subjects: ScoredSubject) -> float:
    return sum(one for one, _ in scored_top(saliency, object_map, box, subjects).begins)


def test_the_top_says_less_the_less_the_subject_stands_out() -> None:
    counts = [weight(standing_map(outside), None, STANDING) for outside in (0.0, 0.25, 1.0)]
    assert counts[0] == TOP
    assert TOP > counts[1] > counts[2] == 0.0
    assert weight(SaliencyMap.blank(), None, STANDING) == 0.0


def test_one_solid_thing_that_fills_most_of_the_picture_has_a_top_too() -> None:
    large = Box(0.1, 0.1, 0.8, 0.9)
    figure, dome, things = np.zeros((3, 10, 10))
    figure[1:, 1:9] = 1.0
    for row in range(1, 10):
        dome[row, 5 - row // 2 : 5 + row // 2] = 1.0
    things[1:, 1:9:4] = 1.0
    assert weight(SaliencyMap(figure), None, large) == 0.0  # of such a box the saliency alone cannot tell
    assert weight(SaliencyMap(figure), SaliencyMap(figure), large) == TOP / 2
    assert weight(SaliencyMap(figure), SaliencyMap(dome), large) == TOP / 2  # half of its box is sky
    assert weight(SaliencyMap(figure), SaliencyMap(things), large) == 0.0  # a few things beside each other
    assert weight(SaliencyMap(figure), SaliencyMap.blank(), large) == 0.0
    window = place(
        SaliencyMap(figure), 1.0, 0.4, Demands(top=scored_top(SaliencyMap(figure), SaliencyMap(figure), large, []))
    )
    assert window.top == pytest.approx(large.top - ROOM)


@pytest.mark.parametrize("kind", ["face", "head"])
def test_a_head_says_better_than_a_large_box_what_matters(kind: str) -> None:
    large = Box(0.1, 0.1, 0.8, 0.9)
    solid = SaliencyMap(np.pad(np.ones((9, 8)), ((1, 0), (1, 1))))
    counts = [weight(solid, solid, large, replace(face_at(0.5, whole), kind=kind)) for whole in (0.0, 0.25, 0.5)]
    assert counts[0] == TOP / 2
    assert counts[1] == pytest.approx(TOP / 4)
    assert counts[2] == 0.0
    assert weight(solid, solid, large, replace(face_at(0.5), kind="text")) == TOP / 2


@given(maps, boxes())
def test_a_box_is_filled_by_a_share(objects: SaliencyMap, box: Box) -> None:
    assert 0.0 <= filled_by(objects, box) <= 1.0 + 1e-9
    assert filled_by(SaliencyMap(np.ones((4, 4))), box) == pytest.approx(1.0)


def test_a_subject_that_fits_pulls_no_window_to_its_top() -> None:
    standing = demand(standing_map(0.0), STANDING)
    assert score_of(Box(0.0, 0.0, 1.0, 0.9), standing_map(0.0), standing).top == 0.0
    assert score_of(Box(0.0, 0.0, 1.0, 0.8), standing_map(0.0), standing).top == TOP
    assert score_of(Box(0.0, 0.1, 1.0, 0.8), standing_map(0.0), standing).top == 0.0  # the room is missing


def face_at(top: float, whole: float = 0.5) -> ScoredSubject:
    """A face of a person in the middle, whose head with its hair begins at a height and is a fifth of the picture high."""
    return ScoredSubject("face", (Box(0.4, top, 0.2, 0.2), Box(0.45, top + 0.05, 0.1, 0.1)), whole, 0.2)


def test_a_box_that_reaches_far_above_a_head_does_not_pull_the_window_there() -> None:
    doorway = Box(0.3, 0.1, 0.4, 0.9)
    window = place(standing_map(0.0), 1.0, 0.4, demand(standing_map(0.0), doorway, face_at(0.5)))
    assert window.top > 0.2  # the box of the whole doorway begins at 0.1
    [(box, _), (head, top)] = tops_of(doorway, [face_at(0.5)])
    assert (box, head) == (0.0, 1.0)
    assert 0.45 < top.top < 0.5  # room above the head


def test_a_box_that_ends_a_little_above_a_head_is_believed_since_hats_do() -> None:
    hat = Box(0.3, 0.46, 0.4, 0.54)
    assert tops_of(hat, [face_at(0.5)]) == [(1.0, Box.between(0.3, 0.46 - ROOM, 0.7, 1.0))]


def test_the_highest_of_several_faces_of_one_size_is_the_top() -> None:
    shares = tops_of(Box(0.3, 0.0, 0.4, 1.0), [face_at(0.7, 0.25), face_at(0.5, 0.25)])
    assert [share for share, _ in shares] == [0.0, 1.0]
    assert 0.45 < shares[1][1].top < 0.5


def test_a_face_beside_the_subject_says_nothing_of_its_top() -> None:
    beside = Box(0.0, 0.1, 0.3, 0.9)
    assert [share for share, _ in tops_of(beside, [face_at(0.5)])] == [1.0]


@st.composite
def faces(draw: st.DrawFn) -> ScoredSubject:
    head = draw(boxes())
    return ScoredSubject("face", (head, head), draw(st.floats(0, 0.5)), 0.2)


@given(boxes(), st.lists(faces(), max_size=6))
def test_the_shares_add_up_and_no_top_lies_outside_the_subject(subject_box: Box, found: list[ScoredSubject]) -> None:
    tops = tops_of(subject_box, found)
    assert sum(share for share, _ in tops) == pytest.approx(1.0)
    for share, box in tops:
        assert -1e-9 <= share <= 1.0 + 1e-9
        assert max(0.0, subject_box.top - ROOM) - 1e-9 <= box.top <= subject_box.bottom
        assert (box.left, box.right) == pytest.approx((subject_box.left, subject_box.right))


@given(boxes(), st.lists(faces(), max_size=4), st.floats(1e-7, 1e-5))
def test_a_little_more_or_less_of_a_face_decides_nothing(box: Box, found: list[ScoredSubject], more: float) -> None:
    def pull(subjects: list[ScoredSubject]) -> float:
        return sum(share * top.top for share, top in tops_of(box, subjects))

    changed = [ScoredSubject(one.kind, one.boxes, one.whole + more, one.cut) for one in found]
    heaviest = max((one.whole for one in found), default=1.0)
    if heaviest > 0.01:  # a face of almost no weight has no top to speak of
        assert pull(changed) == pytest.approx(pull(found), abs=0.02)
