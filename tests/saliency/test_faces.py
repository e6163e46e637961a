"""Faces: peaks of a heat map become subjects inside the picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from focalbox.core.evidence import Subject
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.saliency.faces import (
    FaceRule,
    agreeing_faces,
    face_from_head,
    faces_in,
)
from laws import cases


def heat_of(*peaks: tuple[int, int, float]) -> tuple[np.ndarray, np.ndarray]:
    heat, sizes = np.zeros((48, 48), np.float32), np.full((2, 48, 48), 0.1, np.float32)
    for row, column, height in peaks:
        heat[row, column] = height
    return heat, sizes


def test_a_peak_is_a_face_about_its_cell() -> None:
    (face,) = faces_in(*heat_of((23, 11, 0.9)))
    assert face.box.centre == pytest.approx((11.5 / 48, 23.5 / 48))
    assert face.box.width == pytest.approx(0.1)
    assert face.score == pytest.approx(0.9)


def test_faces_come_strongest_first_and_once() -> None:
    found = faces_in(*heat_of((10, 10, 0.7), (10, 30, 0.95), (11, 31, 0.9)))
    assert [round(face.score, 2) for face in found] == [0.95, 0.7]


def test_no_heat_is_no_face() -> None:
    assert faces_in(*heat_of()) == ()


@settings(max_examples=cases(50))
@given(npst.arrays(np.float32, (9, 7), elements=st.floats(0, 1, width=32)), st.floats(0, 2, width=32))
def test_faces_are_inside_the_picture(heat: np.ndarray, side: float) -> None:
    for face in faces_in(heat, np.full((2, 9, 7), side, np.float32)):
        assert WHOLE.contains(face.box)
        assert face.box.area > 0


def test_a_face_counts_where_viewers_look_or_its_peak_is_strong() -> None:
    values = np.full((20, 20), 0.1)
    values[5:9, 5:9] = 0.5
    saliency = SaliencyMap(values)
    looked_at, elsewhere = Box(0.25, 0.25, 0.2, 0.2), Box(0.7, 0.7, 0.2, 0.2)
    faces = (Subject(looked_at, score=0.9), Subject(elsewhere, score=0.9), Subject(looked_at, score=0.2))
    assert agreeing_faces(saliency, faces, FaceRule(agreed=2.0)) == faces[:1]
    assert agreeing_faces(saliency, ()) == ()


def test_a_rule_without_agreement_takes_all() -> None:
    faces = (Subject(Box(0.3, 0.3, 0.2, 0.2), score=0.6), Subject(Box(0.8, 0.8, 0.2, 0.2), score=0.1))
    assert agreeing_faces(SaliencyMap.blank(), faces, FaceRule()) == faces


def test_a_centre_may_lie_beside_the_middle_of_its_cell() -> None:
    heat, sizes = heat_of((23, 11, 0.9))
    shifts = np.zeros_like(sizes)
    shifts[:, 23, 11] = 0.5, -0.25
    (line,) = faces_in(heat, np.concatenate([sizes, shifts]), kind="text")
    assert line.kind == "text"
    assert line.box.centre == pytest.approx((12 / 48, 23.25 / 48))


def test_a_face_is_the_lower_part_of_its_head() -> None:
    head = Subject(Box(0.2, 0.1, 0.1, 0.2), score=0.7)
    face = face_from_head(head)
    assert head.box.contains(face.box)
    assert face.box.bottom == pytest.approx(head.box.bottom)
    assert face.box.centre[0] == pytest.approx(head.box.centre[0])
    assert face.score == head.score
