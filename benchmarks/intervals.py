"""Means over many pictures, with their bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "interval", "share_of"]

_SEED = 20261123
"""Seed of the bootstrap: the table does not change when nothing else did."""

_ROUNDS = 1000
"""Rounds of the bootstrap; the ends of a 95 % interval then move by about a hundredth of its length."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A measure over pictures with its 95 % bootstrap interval; NaN where it cannot be measured."""

    value: float
    low: float
    high: float


def share_of(rows: Sequence[tuple[float, float]]) -> Interval:
    """Sum of the first numbers divided by the sum of the second ones, a pair a picture: a share of cases, or a gain."""
    pairs = np.array(rows, dtype=np.float64).reshape(-1, 2)
    return _resample(pairs, lambda sums: sums[..., 0] / np.where(sums[..., 1] > 0, sums[..., 1], np.nan))


def interval(values: Sequence[float]) -> Interval:
    """Mean of some numbers, one a picture."""
    return _resample(np.array([(value, 1.0) for value in values]), lambda sums: sums[..., 0] / sums[..., 1])


def _resample(rows: NDArray[np.float64], measure: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Interval:
    """Measure the sum of rows, and 95 % of the sums of as many rows drawn with replacement (Efron 1979)."""
    if len(rows) == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    draws = np.random.default_rng(_SEED).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=_ROUNDS)
    values = measure(draws @ rows)
    whole = float(measure(rows.sum(axis=0)))
    if np.isnan(values).all():
        return Interval(whole, float("nan"), float("nan"))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Interval(whole, float(low), float(high))
