"""Measures over many pictures, and how far they may be from the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.intervals import interval, share_of


def test_intervals_are_the_same_every_time_and_hold_the_mean() -> None:
    values = list(np.random.default_rng(3).normal(0.5, 0.1, 80))
    first, second = interval(values), interval(values)
    assert first == second
    assert first.low < first.value < first.high
    assert first.high - first.low == pytest.approx(4 * 0.1 / 80**0.5, rel=0.3)


def test_a_share_is_of_all_cases_not_a_mean_of_shares() -> None:
    found = share_of([(1, 1), (0, 3)])
    assert found.value == 0.25
    assert (found.low, found.high) == (0, 1)


def test_nothing_has_no_share() -> None:
    assert math.isnan(share_of([]).value)
    assert math.isnan(share_of([(0, 0)]).value)
