"""The grid of colours: averages that add up, colours against published values, a blur that loses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from focalbox.errors import ModelError
from focalbox.saliency.cells import average, blur, check_picture, to_lab

pictures = st.tuples(st.integers(1, 60), st.integers(1, 60), st.just(3)).flatmap(
    lambda shape: npst.arrays(np.uint8, shape, elements=st.integers(0, 255))
)


@given(picture=pictures, cells=st.integers(1, 20))
def test_the_mean_of_the_cells_is_that_of_the_picture(picture: np.ndarray, cells: int) -> None:
    found = average(picture, cells)
    np.testing.assert_allclose(found.mean((0, 1)), picture.mean((0, 1)), atol=1e-6)
    assert found.min() >= picture.min() - 1e-6
    assert found.max() <= picture.max() + 1e-6


def test_whole_blocks_are_averaged_alone() -> None:
    picture = np.zeros((96, 96, 3), np.uint8)
    picture[:2, :2] = 200
    found = average(picture, cells=48)
    assert found.shape == (48, 48, 3)
    assert found[0, 0].tolist() == [200, 200, 200]
    assert found[0, 1].tolist() == found[1, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [  # CIE Lab under D65 of sRGB's primaries, as Bruce Lindbloom's calculator gives them
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((128, 128, 128), (53.59, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
    ],
)
def test_colours_are_the_published_ones(rgb: tuple[int, ...], lab: tuple[float, ...]) -> None:
    np.testing.assert_allclose(to_lab(np.array([[rgb]], dtype=float))[0, 0], lab, atol=0.02)


@given(
    plane=npst.arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(0, 1)),
    sigma=st.floats(0.3, 3),
)
def test_a_blur_keeps_the_sum_and_the_range(plane: np.ndarray, sigma: float) -> None:
    found = blur(plane, sigma)
    np.testing.assert_allclose(found.sum(), plane.sum(), atol=1e-9)
    assert plane.min() - 1e-9 <= found.min()
    assert found.max() <= plane.max() + 1e-9


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3))])
def test_what_is_no_picture_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ModelError, match="a saliency model looks at a uint8 array"):
        check_picture(wrong)
