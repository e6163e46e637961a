"""Subjects: scores that are shares, and numbers that JSON can write."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import Box
from focalbox.core.subject import Subject
from focalbox.errors import InvalidRequest
from strategies import boxes


@pytest.mark.parametrize("score", [math.nan, math.inf, -0.1, 1.01, "0.5", None])
def test_a_score_is_a_share(score: Any) -> None:
    with pytest.raises(InvalidRequest, match="score from 0 to 1"):
        Subject(Box(0.1, 0.1, 0.2, 0.2), score=score)


def test_numbers_of_32_bits_are_taken_and_written_as_json() -> None:
    subject = Subject(Box(*np.array([0.1, 0.1, 0.2, 0.2], np.float32)), score=np.float32(0.5))  # type: ignore[arg-type]
    assert json.loads(json.dumps(subject.to_dict())) == subject.to_dict()
    assert Subject.from_dict(subject.to_dict()) == subject


@given(boxes(), st.none() | boxes())
def test_a_subject_is_read_as_it_was_written(box: Box, head: Box | None) -> None:
    subject = Subject(box, "face", 0.5, head)
    assert Subject.from_dict(json.loads(json.dumps(subject.to_dict()))) == subject
    assert ("head" in subject.to_dict()) == (head is not None)


def test_a_subject_moves_with_its_head() -> None:
    subject = Subject(Box(0.2, 0.3, 0.1, 0.1), head=Box(0.1, 0.2, 0.3, 0.3))
    assert subject.moved(Box.mirror) == Subject(subject.box.mirror(), head=Box(0.1, 0.2, 0.3, 0.3).mirror())
    assert Subject(subject.box).moved(Box.mirror).head is None


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"box": (0.1, 0.1, 0.2, 0.2)}, "a Box as box, not \\(0.1"),
        ({"box": None}, "a Box as box, not None"),
        ({"head": (0.1, 0.1, 0.2, 0.2)}, "a Box as head"),
        ({"kind": b"face"}, "a str as kind, not b'face'"),
        ({"score": 10**400}, "score from 0 to 1"),
    ],
)
def test_what_is_of_another_type_is_refused_when_the_subject_is_made(wrong: dict[str, Any], expected: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^a subject needs (a )?{expected}"):
        Subject(**{"box": Box(0.1, 0.1, 0.2, 0.2), **wrong})
