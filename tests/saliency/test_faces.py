"""Faces: peaks of a heat map become subjects inside the picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from focalbox.core.geometry import WHOLE
from focalbox.saliency.faces import faces_in


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


@settings(max_examples=50)
@given(npst.arrays(np.float32, (9, 7), elements=st.floats(0, 1, width=32)), st.floats(0, 2, width=32))
def test_faces_are_inside_the_picture(heat: np.ndarray, side: float) -> None:
    for face in faces_in(heat, np.full((2, 9, 7), side, np.float32)):
        assert WHOLE.contains(face.box)
        assert face.box.area > 0
