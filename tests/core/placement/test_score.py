"""The score of a window: no place is better, mirroring changes nothing, and more of what counts is never worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.objects import ScoredObject
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.place import place, places_by_score
from focalbox.core.placement.score import BODY, BORDER, EDGE, MARGIN, MIDDLE, score_of
from focalbox.core.prominence import ScoredSubject
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.top import scored_top
from laws import cases
from strategies import boxes, maps

shares = st.floats(0.05, 1.0)
edges = st.sampled_from([0.0, 0.4, 1.0, EDGE])
objects = st.lists(st.builds(ScoredObject, boxes(), st.floats(0, 0.5), st.floats(0, 0.5)), max_size=3).map(tuple)


@st.composite
def scored(draw: st.DrawFn) -> ScoredSubject:
    """A subject with an inner box, and a price for cutting it and for showing its body without it."""
    outer = draw(boxes())
    inner = Box(outer.left, outer.top + outer.height / 4, outer.width, outer.height / 2)
    body = draw(st.none() | boxes())
    return ScoredSubject("face", (outer, inner), draw(st.floats(0, 1)), draw(st.floats(0, 1)), body)


def total(window: Box, saliency: SaliencyMap, demands: Demands) -> float:
    return score_of(window, saliency, demands).total


@pytest.mark.slow
@settings(deadline=None, max_examples=cases(60))
@given(maps, shares, shares, st.lists(scored(), max_size=4).map(tuple), st.none() | boxes(), objects, edges)
def test_no_place_scores_more(
    saliency: SaliencyMap,
    width: float,
    height: float,
    subjects: tuple[ScoredSubject, ...],
    whole: Box | None,
    things: tuple[ScoredObject, ...],
    edge: float,
) -> None:
    lean = None if whole is None else scored_top(saliency, saliency, whole, subjects)
    demands = Demands(subjects=subjects, top=lean, objects=things, edge=edge)
    best = place(saliency, width, height, demands)
    assert WHOLE.contains(best)
    reached = total(best, saliency, demands)
    # fine steps, and the places at and just beside every edge, where the score jumps
    corners = [
        box
        for subject in subjects
        for box in (*subject.boxes, subject.box_for(width, height), subject.body)
        if box is not None
    ]
    corners += [one.box for one in things]
    corners += [box for _, box in lean.begins] if lean is not None else []
    lefts = [
        *np.linspace(0, 1 - width, 13),
        *(x + d for b in corners for x in (b.left, b.right - width) for d in (0, 1e-6, -1e-6)),
    ]
    tops = [
        *np.linspace(0, 1 - height, 13),
        *(y + d for b in corners for y in (b.top, b.bottom - height) for d in (0, 1e-6, -1e-6)),
    ]
    for left in lefts:
        for top in tops:
            if 0 <= left <= 1 - width and 0 <= top <= 1 - height:
                assert total(Box(left, top, width, height), saliency, demands) <= reached + 1e-6


@given(maps, shares, shares, st.lists(scored(), max_size=4))
def test_a_mirrored_picture_has_the_same_best_score(
    saliency: SaliencyMap, width: float, height: float, subjects: list[ScoredSubject]
) -> None:
    turned = [
        replace(one, boxes=tuple(box.mirror() for box in one.boxes), body=one.body and one.body.mirror())
        for one in subjects
    ]
    demands, mirrored = (Demands(subjects=tuple(some), edge=0.4) for some in (subjects, turned))
    one, other = place(saliency, width, height, demands), place(saliency.mirror(), width, height, mirrored)
    assert total(other, saliency.mirror(), mirrored) == pytest.approx(total(one, saliency, demands), abs=1e-6)


@given(maps, shares, scored(), st.floats(0, 1))
def test_a_subject_moved_inside_never_makes_a_window_worse(
    saliency: SaliencyMap, side: float, subject: ScoredSubject, part: float
) -> None:
    window = Box((1 - side) * part, (1 - side) * part, side, side)
    outer = subject.boxes[0]
    assume(outer.width <= side and outer.height <= side)
    moved_left = min(max(outer.left, window.left), window.right - outer.width)
    moved_top = min(max(outer.top, window.top), window.bottom - outer.height)
    inside = replace(subject, boxes=(Box(moved_left, moved_top, outer.width, outer.height),))
    alone = replace(subject, boxes=(outer,))
    moved, before = (total(window, saliency, Demands(subjects=(one,))) for one in (inside, alone))
    assert moved >= before - 1e-9


def test_a_thing_that_fits_has_room_around_it() -> None:
    thing = SaliencyMap([[0, 0, 0, 5, 5, 5, 0, 0, 1, 0]])
    assert not place(thing, 0.4, 1.0).contains(Box(0.29, 0.0, 0.32, 1.0))  # the faint spot draws it to the edge
    window = place(thing, 0.4, 1.0, Demands(edge=0.4))
    assert window.contains(Box(0.3, 0.0, 0.3, 1.0))
    assert min(0.3 - window.left, window.right - 0.6) > 0.03


@given(maps, shares, shares)
def test_the_edge_only_takes_away_and_counts_the_margins_that_lie_inside(
    saliency: SaliencyMap, width: float, height: float
) -> None:
    assume(saliency.total)
    window = Box(0.0, 0.0, width, height)
    score = score_of(window, saliency, Demands(edge=1.0))
    across, down = (MARGIN * side if side < 1.0 else 0.0 for side in (width, height))
    middle = Box(across, down, width - 2 * across, height - 2 * down)
    assert score.edge == pytest.approx(saliency.share(middle) - score.saliency, abs=1e-9)
    assert score.edge <= 1e-12
    assert score_of(WHOLE, saliency, Demands(edge=1.0)).edge == 0.0


@given(
    st.lists(st.floats(0, 1, width=32), min_size=10, max_size=10),
    st.floats(0, 0.2),
    st.floats(0, 1),
    st.sampled_from([2, 3]),
    edges,
)
def test_saliency_added_inside_a_window_lets_none_beat_it_that_does_not_show_it(
    cells: list[float], left: float, more: float, column: int, edge: float
) -> None:
    """Where the window shows it with room: what is near an edge counts against it when ``edge`` is above 1."""
    middle = left + MARGIN * 0.4, left + (1 - MARGIN) * 0.4
    assume(sum(cells) > 0 and (edge <= 1 or (middle[0] <= column / 10 and (column + 1) / 10 <= middle[1])))
    added = [value + more * (at == column) for at, value in enumerate(cells)]
    window, other = Box(left, 0.0, 0.4, 1.0), Box(0.6, 0.0, 0.4, 1.0)
    demands = Demands(edge=edge)
    before, after = (
        total(window, saliency, demands) - total(other, saliency, demands)
        for saliency in (SaliencyMap([cells]), SaliencyMap([added]))
    )
    assert after >= min(before, 0.0) - 1e-5


def test_what_a_window_cuts_off_counts_against_it() -> None:
    saliency = SaliencyMap([[0, 0, 0, 0, 9, 9, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    cutting, beside = Box(0.12, 0.0, 0.3, 1.0), Box(0.1, 0.0, 0.3, 1.0)  # the second ends where the faint thing begins
    for edge, better in ((0.0, cutting), (EDGE, beside)):
        scores = {window: total(window, saliency, Demands(edge=edge)) for window in (cutting, beside)}
        assert max(scores, key=lambda window: scores[window]) == better


@pytest.mark.parametrize("start", [0, 1, 37, 39])
def test_the_only_thing_is_shown_where_no_window_has_room_for_it(start: int) -> None:
    cells = np.zeros((1, 40))
    cells[0, start] = 1.0
    box = Box(start / 40, 0.0, 1 / 40, 1.0)
    alone = Demands(objects=(ScoredObject(box, 0.1, 0.2),), edge=EDGE)
    assert place(SaliencyMap(cells), 0.75, 1.0, alone).contains(box)


def test_what_no_window_has_room_for_is_given_back_where_it_is_whole() -> None:
    saliency = SaliencyMap([[1, 0, 0, 0, 0, 0, 0, 0, 0, 1]])
    thing = ScoredObject(Box(0.0, 0.0, 0.1, 1.0), 0.0, 0.0)
    window = Box(0.0, 0.0, 0.5, 1.0)
    back = score_of(window, saliency, Demands(objects=(thing,), edge=EDGE)).objects
    assert back == pytest.approx((EDGE - BORDER) * saliency.share(Box(0.0, 0.0, MARGIN * 0.5, 1.0)))
    assert score_of(window, saliency, Demands(objects=(thing,), edge=BORDER)).objects == 0.0


def test_one_thing_whole_comes_before_two_halves() -> None:
    # Two things, the sides that they turn to each other the brighter.
    saliency = SaliencyMap([[0, 2, 3, 1, 3, 2, 0, 0]])
    things = (ScoredObject(Box(0.125, 0.0, 0.25, 1.0), 0.1, 0.0), ScoredObject(Box(0.5, 0.0, 0.25, 1.0), 0.1, 0.0))
    assert place(saliency, 0.375, 1.0).left == pytest.approx(0.25)  # saliency alone takes a part of both
    window = place(saliency, 0.375, 1.0, Demands(objects=things))
    assert any(window.contains(one.box, slack=1e-9) for one in things)


def test_a_window_ends_beside_a_thing_rather_than_in_it() -> None:
    saliency = SaliencyMap([[0, 0, 9, 9, 0, 1, 1, 0, 0, 0]])
    thing = ScoredObject(Box(0.5, 0.0, 0.2, 1.0), 0.0, 0.1)
    assert place(saliency, 0.4, 1.0).right > 0.5 + 1e-9
    window = place(saliency, 0.4, 1.0, Demands(objects=(thing,)))
    assert window.contains(Box(0.2, 0.0, 0.2, 1.0), slack=1e-9)
    assert window.right <= 0.5 + 1e-9


def test_an_object_that_no_window_can_hold_says_nothing() -> None:
    thing = ScoredObject(Box(0.0, 0.0, 0.6, 1.0), 0.1, 0.2)
    saliency = SaliencyMap([[1, 1, 1, 1, 1, 1, 1, 1, 1, 2]])
    assert place(saliency, 0.5, 1.0, Demands(objects=(thing,))) == place(saliency, 0.5, 1.0)


def test_no_body_is_shown_without_its_head_for_a_little_more_saliency() -> None:
    # a person standing at the left, and a tent on the ground that the map likes better
    person = ScoredSubject("face", (Box(0.1, 0.1, 0.1, 0.2),), 0.1, 0.1, Box(0.05, 0.3, 0.2, 0.4))
    saliency = SaliencyMap([[1, 0, 0, 0], [1, 2, 2, 0], [1, 2, 2, 0], [1, 2, 2, 0], [0, 0, 0, 0]])
    unseen = place(saliency, 1.0, 0.4, Demands(subjects=(replace(person, body=None),)))
    assert not unseen.contains(person.boxes[0])
    assert place(saliency, 1.0, 0.4, Demands(subjects=(person,))).contains(person.boxes[0])


@given(maps, scored(), shares, shares)
def test_a_body_costs_what_is_shown_of_it_unless_its_face_is_whole(
    saliency: SaliencyMap, subject: ScoredSubject, left: float, top: float
) -> None:
    window = Box(left / 2, top / 2, 0.5, 0.5)
    body = Box(0.25, 0.25, 0.5, 0.5)
    with_body, without = (
        score_of(window, saliency, Demands(subjects=(replace(subject, body=one),))) for one in (body, None)
    )
    shown = 0.0 if window.contains(subject.boxes[-1], slack=1e-9) else window.intersection(body).area / body.area
    assert without.cut - with_body.cut == pytest.approx(BODY * subject.cut * shown, abs=1e-6)
    assert without.total - with_body.total == pytest.approx(BODY * subject.cut * shown, abs=1e-6)


def test_a_head_that_no_window_can_hold_shows_its_top() -> None:
    head = ScoredSubject("face", (Box(0.3, 0.1, 0.4, 0.6),), 0.6, 0.3)
    window = place(SaliencyMap.blank(), 1.0, 0.4, Demands(subjects=(head,)))
    assert window.top == pytest.approx(0.1)


def test_the_face_is_whole_where_its_head_does_not_fit() -> None:
    head, face = Box(0.3, 0.1, 0.3, 0.5), Box(0.33, 0.25, 0.24, 0.33)
    window = place(SaliencyMap.blank(), 1.0, 0.4, Demands(subjects=(ScoredSubject("face", (head, face), 0.6, 0.3),)))
    assert window.contains(face)
    # What room is left is shared in proportion.
    assert window.bottom == pytest.approx(face.bottom + 0.02 * (0.4 - 0.33) / (0.5 - 0.33))


@given(scored(), shares, shares, st.floats(0, 0.01))
def test_what_is_shown_of_a_head_grows_with_the_window(
    subject: ScoredSubject, width: float, height: float, more: float
) -> None:
    smaller, larger = subject.box_for(width, height), subject.box_for(width + more, height + more)
    assume(smaller is not None and larger is not None)
    assert smaller is not None
    assert larger is not None
    assert larger.contains(smaller)
    assert subject.boxes[0].contains(larger)
    assert smaller.contains(subject.boxes[-1])
    assert larger.area - smaller.area <= 2 * more + 1e-9  # no jump


def test_places_that_differ_come_best_first() -> None:
    saliency = SaliencyMap([[5, 1, 0, 0, 0, 0, 0, 1, 4]])
    found = places_by_score(saliency, 1 / 3, 1.0, Demands(), count=3, overlap=0.6)
    assert [round(box.left, 2) for box, _ in found[:2]] == [0.0, 0.67]
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(one.jaccard(other) < 0.6 for i, (one, _) in enumerate(found) for other, _ in found[:i])


def head_at(left: float) -> ScoredSubject:
    return ScoredSubject("face", (Box(left, 0.3, 0.1, 0.2), Box(left + 0.02, 0.34, 0.06, 0.14)), 0.5, 0.2)


@pytest.mark.parametrize("left", [0.3, 0.42, 0.57])
def test_a_head_stands_in_the_middle_where_nothing_else_counts(left: float) -> None:
    window = place(SaliencyMap([[1]]), 0.4, 1.0, Demands(subjects=(head_at(left),)))
    assert window.centre[0] == pytest.approx(left + 0.05)


def test_a_head_adds_less_at_the_side_of_a_window() -> None:
    head, window = head_at(0.3), Box(0.3, 0.0, 0.4, 1.0)
    line = replace(head, kind="text")

    def added(window: Box, subject: ScoredSubject) -> float:
        return score_of(window, SaliencyMap([[1]]), Demands(subjects=(subject,))).whole

    assert added(window, head) == pytest.approx(0.5 * (1 - MIDDLE * abs(window.centre[0] - 0.35) / 0.2))
    assert added(window, line) == added(Box(0.0, 0.0, 1.0, 0.6), head) == 0.5
