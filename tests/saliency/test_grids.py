"""Marks read from grids of places."""

from __future__ import annotations

import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalbox import Subject
from focalbox.core.geometry import WHOLE, Box
from focalbox.saliency.grids import KINDS, MAX_MARKS, SAID, boxes_at, mark_scores, marks_on_grids, without_twins
from laws import cases


def faces_on_grids(grids: dict[int, np.ndarray], *, sure: float = 0.5) -> tuple[Subject, ...]:
    return marks_on_grids(grids, {"face": sure})["face"]


def grids_of(*places: tuple[int, int, int, float, float]) -> dict[int, np.ndarray]:
    """Return the grids of a picture of 64 x 64 pixels, with (stride, row, column, logit, side in strides) at some places."""
    grids = {stride: np.full((6, 64 // stride, 64 // stride), -20.0, np.float32) for stride in (8, 16, 32)}
    for stride, row, column, logit, side in places:
        grids[stride][:, row, column] = logit, logit, 0.5, 0.5, np.log(side), np.log(side)
    return grids


def test_a_face_lies_where_its_place_says() -> None:
    (face,) = faces_on_grids(grids_of((16, 2, 1, 4.0, 2.0)), sure=0.7)
    assert face.box.centre == pytest.approx((1.5 * 16 / 64, 2.5 * 16 / 64))
    assert [face.box.width, face.box.height] == pytest.approx([0.5, 0.5])
    assert face.score == pytest.approx(1 / (1 + np.exp(-4.0)))


def test_of_places_that_tell_of_one_face_the_surest_stays() -> None:
    found = faces_on_grids(
        grids_of((8, 3, 4, 2.0, 4.0), (8, 3, 3, 3.0, 4.0), (16, 1, 1, 1.0, 2.0), (8, 0, 7, 1.5, 1.0))
    )
    assert [round(face.score, 2) for face in found] == [0.95, 0.82]


def test_of_a_hundred_faces_and_more_the_strongest_are_reported() -> None:
    places = [(8, row, column, 1 + 0.01 * column + 0.1 * row, 0.5) for row in range(20) for column in range(20)]
    grid = np.full((6, 20, 20), -20.0, np.float32)
    for _, row, column, logit, side in places:
        grid[:, row, column] = logit, logit, 0.5, 0.5, np.log(side), np.log(side)
    found = faces_on_grids({8: grid})
    assert len(found) == MAX_MARKS
    assert min(face.score for face in found) >= 1 / (1 + np.exp(-(1 + 0.1 * 15)))


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [2, 3, 4, 5])
def test_a_place_with_a_number_that_is_not_finite_tells_of_no_face(number: float, place: int) -> None:
    grids = grids_of((16, 2, 1, 4.0, 2.0))
    grids[16][place, 2, 1] = number
    assert faces_on_grids(grids) == ()


def test_a_grid_may_reach_over_the_edge_of_the_picture() -> None:
    row, column = np.zeros(4, np.int64), np.arange(4)
    said = np.full((4, 4), [0.5, 0.5, 0.0, 0.0], np.float32)
    faces = without_twins(boxes_at(row, column, said, np.full(4, 0.9, np.float32), (2, 1)), same=0.4)
    assert [face.box for face in faces] == [Box(0, 0, 0.5, 1), Box(0.5, 0, 0.5, 1)]


def test_numbers_as_large_as_they_come_are_no_fault() -> None:
    grid = np.full((6, 1, 1), np.finfo(np.float32).max, np.float32)
    (face,) = faces_on_grids({8: grid * np.array([1, 1, 1e-38, 1e-38, 1, 1], np.float32)[:, None, None]})
    assert face.box == WHOLE
    assert faces_on_grids({8: grid}) == ()


@settings(max_examples=cases(50))
@given(npst.arrays(np.float32, (6, 3, 4), elements=st.floats(width=32)))
def test_any_numbers_give_faces_inside_the_picture(grid: np.ndarray) -> None:
    for face in faces_on_grids({16: grid}):
        assert 0 < face.box.intersection(WHOLE).area == face.box.area
        assert 0.5 <= face.score <= 1


def test_a_grid_may_tell_of_all_kinds() -> None:
    grid = np.concatenate([grids_of((8, 0, index, 3.0, 1.0))[8] for index in range(len(KINDS))])
    found = marks_on_grids({8: grid}, dict.fromkeys(KINDS, 0.7))
    assert [(mark.kind, round(mark.box.left * 8)) for marks in found.values() for mark in marks] == [
        ("face", 0),
        ("head", 1),
        ("text", 2),
    ]
    assert list(marks_on_grids({8: grid[: 2 * SAID]}, dict.fromkeys(KINDS, 0.7))) == ["face", "head"]


@given(npst.arrays(np.float32, (3, 2, 2, 2), elements=st.floats(width=32, allow_nan=False)))
def test_scores_are_chances(logits: np.ndarray) -> None:
    scores = mark_scores(logits)
    assert scores.shape == (3, 2, 2)
    assert ((scores >= 0) & (scores <= 1)).all()
