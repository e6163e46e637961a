"""Laws of the measures of maps."""

from __future__ import annotations

import numpy as np
import pytest

from focalbox.metrics import map_metrics
from maps import random_map


def test_saliency_measures_know_right_from_wrong() -> None:
    saliency = random_map(2)
    row, column = np.unravel_index(saliency.argmax(), saliency.shape)
    peak = [((column + 0.5) / 16, (row + 0.5) / 12)]
    assert map_metrics.nss(saliency, peak) > 1
    assert map_metrics.nss(-saliency, peak) < 0
    assert map_metrics.auc_judd(saliency, peak) == 1.0
    assert map_metrics.auc_judd(np.ones((12, 16)), peak) == 0.5
    assert map_metrics.cc(saliency, 3 * saliency + 1) == pytest.approx(1.0)
    assert map_metrics.cc(saliency, -saliency) == pytest.approx(-1.0)


def test_mask_measures_know_right_from_wrong() -> None:
    mask = random_map(3) > 0.5
    assert map_metrics.max_f_measure(mask.astype(float), mask) == pytest.approx(1.0)
    assert map_metrics.mae(mask.astype(float), mask) == 0.0
    assert map_metrics.mae(1.0 - mask, mask) == 1.0
    assert map_metrics.max_f_measure(np.zeros((12, 16)), mask) == 0.0


def test_measures_without_an_answer_are_not_numbers() -> None:
    assert np.isnan(map_metrics.nss(np.ones((4, 4)), [(0.5, 0.5)]))
    assert np.isnan(map_metrics.cc(np.ones((4, 4)), random_map(1, (4, 4))))
    assert np.isnan(map_metrics.auc_judd(random_map(1), []))
