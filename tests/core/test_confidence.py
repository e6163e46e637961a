"""The confidence, and the doubt that a map leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.confidence import confidence, doubt
from focalbox.core.geometry import Box
from focalbox.core.saliency_map import SaliencyMap
from strategies import maps

RATIOS = (2 / 5, 9 / 16, 4 / 5, 1, 16 / 9, 5 / 2)
PLACES = 17
aspects = st.floats(0.3, 3.0)


def best_window(saliency: SaliencyMap, aspect: float, ratio: float) -> Box | None:
    """The window of a ratio that keeps most, of 17 places along its free axis; None when it is the whole picture."""
    relative = ratio / aspect
    if relative == 1:
        return None
    sides = (relative, 1.0) if relative < 1 else (1.0, 1 / relative)
    places = [
        Box(start, 0.0, *sides) if relative < 1 else Box(0.0, start, *sides)
        for start in np.linspace(0, 1, PLACES) * (1 - min(sides))
    ]
    return max(places, key=saliency.share)


@given(maps, aspects)
def test_doubt_is_one_minus_the_mean_confidence_in_the_best_windows(saliency: SaliencyMap, aspect: float) -> None:
    windows = [window for ratio in RATIOS if (window := best_window(saliency, aspect, ratio)) is not None]
    expected = 1 - np.mean([confidence(saliency, window) for window in windows])
    # A place that keeps 90 % to the last bit counts as nearly as good in one way of adding up and not in the other.
    step = 1 / PLACES
    assert doubt(saliency, aspect) == pytest.approx(1.0 if not saliency.total else expected, abs=step)


def test_doubt_of_a_peak_is_small_and_of_an_even_map_large() -> None:
    peak = np.zeros((40, 40))
    peak[18:22, 18:22] = 1
    assert doubt(SaliencyMap(peak), 1.5) < 0.2 < doubt(SaliencyMap(np.ones((40, 40))), 1.5)
    assert doubt(SaliencyMap.blank(), 1.5) == 1.0


@given(maps, aspects)
def test_doubt_is_the_same_for_the_mirrored_map(saliency: SaliencyMap, aspect: float) -> None:
    assert doubt(saliency, aspect) == pytest.approx(doubt(saliency.mirrored(), aspect), abs=1 / PLACES)
