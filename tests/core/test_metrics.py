"""Laws of the measures of windows and boxes."""

from __future__ import annotations

import numpy as np
import pytest

from focalbox.core import metrics


def random_map(seed: int, shape: tuple[int, int] = (12, 16)) -> metrics.Array:
    return np.random.default_rng(seed).random(shape) ** 4


@pytest.mark.parametrize("seed", range(5))
def test_label_itself_gains_all(seed: int) -> None:
    label = random_map(seed)
    cases = metrics.window_cases(label, label, 4 / 3)
    assert metrics.gain(cases) == pytest.approx(1.0)
    assert metrics.loss(cases) == 0.0


def test_flat_map_is_the_centre_window() -> None:
    cases = metrics.window_cases(np.ones((8, 8)), random_map(1), 1.5)
    assert metrics.gain(cases) == pytest.approx(0.0)


def test_empty_map_is_the_centre_window() -> None:
    assert metrics.choose_position(np.zeros((8, 8)), 1.5, 1.0) == 0.5


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ratio", metrics.RATIOS)
def test_mirror_mirrors_the_choice(seed: int, ratio: float) -> None:
    saliency = random_map(seed)
    axis, _ = metrics.free_axis(4 / 3, ratio)
    there = metrics.choose_position(saliency, 4 / 3, ratio)
    back = metrics.choose_position(np.flip(saliency, axis), 4 / 3, ratio)
    assert there == pytest.approx(1 - back)


@pytest.mark.parametrize("seed", range(5))
def test_scale_changes_nothing(seed: int) -> None:
    saliency, label = random_map(seed), random_map(seed + 9)
    assert metrics.window_cases(saliency * 37.5, label, 0.7) == metrics.window_cases(saliency, label, 0.7)


@pytest.mark.parametrize("seed", range(5))
def test_no_window_beats_the_best(seed: int) -> None:
    for case in metrics.window_cases(random_map(seed), random_map(seed + 9), 4 / 3):
        assert case.chosen <= case.best
        assert case.centre <= case.best


def test_gain_is_not_a_number_where_nothing_can_be_gained() -> None:
    assert np.isnan(metrics.gain([metrics.WindowCase(1.0, 1.0, 1.0, 1.0)]))


def test_boxes_overlap_as_they_should() -> None:
    box = (0.1, 0.2, 0.3, 0.4)
    assert metrics.iou(box, box) == pytest.approx(1.0)
    assert metrics.iou(box, (0.8, 0.8, 0.1, 0.1)) == 0.0
    assert metrics.iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0.0
    assert metrics.displacement(box, box) == pytest.approx(0.0)


def test_bootstrap_interval_holds_the_mean() -> None:
    values = list(np.random.default_rng(4).normal(size=50))
    low, high = metrics.bootstrap_interval(values, lambda drawn: float(np.mean(drawn)), np.random.default_rng(5))
    assert low < np.mean(values) < high
