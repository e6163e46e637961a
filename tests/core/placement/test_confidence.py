"""The confidence in a window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.placement.confidence import confidence, features
from focalbox.core.prominence import ScoredSubject
from focalbox.core.saliency_map import SaliencyMap
from strategies import boxes, maps


@given(maps, boxes())
def test_it_is_a_probability_and_the_same_for_the_mirrored_picture(saliency: SaliencyMap, window: Box) -> None:
    assert 0 <= confidence(saliency, window) <= 1
    found, turned = features(saliency, window), features(saliency.mirror(), window.mirror())
    # The first counts shares that may lie just on its threshold.
    assert turned[1:] == pytest.approx(found[1:], abs=1e-6)


def test_the_whole_picture_is_certain_and_nothing_is_not() -> None:
    assert confidence(SaliencyMap.blank(), WHOLE) == 1.0
    assert confidence(SaliencyMap.blank(), Box(0, 0, 0.5, 1)) == 0.0


def test_a_window_on_a_peak_is_surer_than_one_on_an_even_map() -> None:
    peak = np.zeros((40, 40))
    peak[18:22, 18:22] = 1
    window = Box(0.3, 0.0, 0.4, 1.0)
    assert confidence(SaliencyMap(peak), window) > 0.8 > confidence(SaliencyMap(np.ones((40, 40))), window)


def test_a_head_that_is_cut_lowers_it_and_the_more_the_more_is_missing() -> None:
    window, saliency = Box(0.0, 0.2, 1.0, 0.4), SaliencyMap(np.ones((40, 40)))
    places = (0.6, 0.25, 0.19, 0.17, 0.1)  # outside, whole, less and less hair, then not even the face
    heads = [
        ScoredSubject("face", (Box(0.4, top, 0.2, 0.2), Box(0.45, top + 0.05, 0.1, 0.14)), 0.3, 0.1) for top in places
    ]
    outside, whole, *cut = [confidence(saliency, window, [head]) for head in heads]
    assert outside == pytest.approx(whole) == confidence(saliency, window)
    assert [whole, *cut] == sorted([whole, *cut], reverse=True)
    assert len({whole, *cut}) == 4
    assert cut[-1] < 0.5
