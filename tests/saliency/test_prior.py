"""The centre prior: a law of symmetry, and its bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.saliency_map import SaliencyMap
from focalbox.errors import InvalidRequest
from focalbox.saliency.prior import CentrePrior, prefer_centre
from strategies import grids


@given(values=grids(), sigma=st.floats(0.05, 2), mixing=st.floats(0, 2))
def test_a_mirrored_map_gives_the_mirrored_map(values: np.ndarray, sigma: float, mixing: float) -> None:
    prior = CentrePrior(sigma, mixing)
    np.testing.assert_allclose(prior.apply(values[:, ::-1]), prior.apply(values)[:, ::-1], rtol=1e-12, atol=1e-15)


@given(values=grids())
def test_nothing_grows_and_the_middle_shrinks_least(values: np.ndarray) -> None:
    weights = CentrePrior(mixing=0).apply(np.ones_like(values))
    assert weights.max() <= 1
    rows, columns = values.shape
    assert weights[(rows - 1) // 2, (columns - 1) // 2] == weights.max()
    assert np.all(CentrePrior(mixing=0).apply(values) <= values)


def test_a_silent_map_stays_silent_and_keeps_its_name() -> None:
    def silent(rgb: np.ndarray) -> SaliencyMap:
        return SaliencyMap(np.zeros((3, 4)))

    model = prefer_centre(silent)
    assert model(np.zeros((2, 2, 3), np.uint8)).total == 0
    assert getattr(model, "__name__", "") == "centred silent"


@pytest.mark.parametrize("wrong", [{"sigma": 0}, {"sigma": float("inf")}, {"sigma": float("nan")}, {"mixing": -1}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidRequest, match="a centre prior needs sigma > 0 and mixing >= 0"):
        CentrePrior(**wrong)
