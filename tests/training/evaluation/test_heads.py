"""Marked heads that a network finds, counted on made-up pictures."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from benchmarks.marked_heads import MarkedHead
from focalbox import Box, Subject
from training.evaluation.heads import found_and_false, headed

PERSON, ANIMAL, SMALL = Box(0.1, 0.1, 0.2, 0.3), Box(0.6, 0.1, 0.2, 0.2), Box(0.1, 0.8, 0.05, 0.1)
CROWD = Box(0.5, 0.5, 0.4, 0.4)
HEADS = [
    MarkedHead("person", PERSON),
    MarkedHead("animal", ANIMAL),
    MarkedHead("person", SMALL),
    MarkedHead("unsure", CROWD),
]
TRUTH = headed(b"", 1000, 500, HEADS)


def counted(*boxes: Box, least: float = 0.5) -> tuple[float, float, float]:
    recall, false = found_and_false([[Subject(box, "head", 0.5) for box in boxes]], [TRUTH], least)
    return recall["person"], recall["animal"], false


def test_heads_are_found_by_kind_and_small_ones_are_not_asked_for() -> None:
    assert counted(PERSON) == (1.0, 0.0, 0.0)
    assert counted(ANIMAL) == (0.0, 1.0, 0.0)
    assert counted(SMALL) == (0.0, 0.0, 0.0)
    assert counted(PERSON, ANIMAL, least=0.6) == (0.0, 0.0, 0.0)


def test_a_box_beside_every_head_is_false_but_where_nobody_knows() -> None:
    assert counted(Box(0.35, 0.6, 0.1, 0.1)) == (0.0, 0.0, 1.0)
    assert counted(Box(0.6, 0.6, 0.1, 0.1)) == (0.0, 0.0, 0.0)
    assert counted(Box(0.4, 0.6, 0.15, 0.1)) == (0.0, 0.0, 1.0)  # its centre is outside


def test_a_box_that_is_nearly_a_head_is_neither_found_nor_false() -> None:
    # The overlap of a box inside the head with it is its share of the head's height.
    assert counted(Box(0.1, 0.1, 0.2, 0.3 * 0.35)) == (0.0, 0.0, 0.0)
    assert counted(Box(0.1, 0.1, 0.2, 0.3 * 0.45)) == (1.0, 0.0, 0.0)
    assert counted(Box(0.1, 0.1, 0.2, 0.3 * 0.25)) == (0.0, 0.0, 1.0)


def test_false_ones_are_counted_where_no_head_is() -> None:
    empty = headed(b"", 1000, 500, [])
    recall, false = found_and_false([[Subject(PERSON, "head", 0.9)], []], [empty, TRUTH], 0.5)
    assert (recall, false) == ({"person": 0.0, "animal": 0.0}, 0.5)
