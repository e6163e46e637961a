"""Laws of the measures of windows and boxes."""

from __future__ import annotations

import numpy as np
import pytest

from focalbox.metrics import window_metrics
from maps import random_map


@pytest.mark.parametrize("seed", range(5))
def test_the_label_as_map_has_gain_1(seed: int) -> None:
    label = random_map(seed)
    cases = window_metrics.window_cases(label, label, 4 / 3)
    assert window_metrics.gain(cases) == pytest.approx(1.0)
    assert window_metrics.loss(cases) == 0.0


def test_flat_map_is_the_centre_window() -> None:
    cases = window_metrics.window_cases(np.ones((8, 8)), random_map(1), 1.5)
    assert window_metrics.gain(cases) == pytest.approx(0.0)


def test_empty_map_is_the_centre_window() -> None:
    assert window_metrics.choose_position(np.zeros((8, 8)), 1.5, 1.0) == 0.5


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ratio", window_metrics.RATIOS)
def test_mirror_mirrors_the_choice(seed: int, ratio: float) -> None:
    saliency = random_map(seed)
    axis, _ = window_metrics.free_axis(4 / 3, ratio)
    there = window_metrics.choose_position(saliency, 4 / 3, ratio)
    back = window_metrics.choose_position(np.flip(saliency, axis), 4 / 3, ratio)
    assert there == pytest.approx(1 - back)


@pytest.mark.parametrize("seed", range(5))
def test_scale_changes_nothing(seed: int) -> None:
    saliency, label = random_map(seed), random_map(seed + 9)
    assert window_metrics.window_cases(saliency * 37.5, label, 0.7) == window_metrics.window_cases(saliency, label, 0.7)


@pytest.mark.parametrize("seed", range(5))
def test_no_window_beats_the_best(seed: int) -> None:
    for case in window_metrics.window_cases(random_map(seed), random_map(seed + 9), 4 / 3):
        assert case.chosen <= case.best
        assert case.centre <= case.best


def test_gain_is_not_a_number_where_nothing_can_be_gained() -> None:
    assert np.isnan(window_metrics.gain([window_metrics.WindowCase(1.0, 1.0, 1.0, 1.0)]))


def test_boxes_overlap_as_they_should() -> None:
    box = (0.1, 0.2, 0.3, 0.4)
    assert window_metrics.iou(box, box) == pytest.approx(1.0)
    assert window_metrics.iou(box, (0.8, 0.8, 0.1, 0.1)) == 0.0
    assert window_metrics.iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0.0
    assert window_metrics.displacement(box, box) == pytest.approx(0.0)


def test_bootstrap_interval_holds_the_mean() -> None:
    values = list(np.random.default_rng(4).normal(size=50))
    low, high = window_metrics.bootstrap_interval(values, lambda drawn: float(np.mean(drawn)), np.random.default_rng(5))
    assert low < np.mean(values) < high
