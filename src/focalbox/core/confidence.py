"""How sure a crop is: the probability that it keeps nearly as much as the best window of its shape would."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from focalbox.core.geometry import Box
from focalbox.core.placement import shares_at
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["FEATURES", "NEARLY", "confidence", "doubt", "features"]

_PLACES = 17
"""Places along a free axis at which a window of the same shape is compared; more changed no probability by 0.01."""

NEARLY = 0.9
"""Share of the best that counts as nearly as much."""

_WEIGHTS = (-1.232, 0.618, -0.510, 3.106, -0.184, 1.572)
"""Logistic regression on the features, the constant first: fitted by `python -m benchmarks.calibration` on the crops of the
default network before the present one, on dev rows (2026-11-25). They are as true of the present one as weights fitted to it
(apart from the truth by 0.027 and 0.031; docs/quality.md). Other models' maps are read alike."""

_AXES_KEPT = 64
"""Axes whose windows are remembered, some 50 kB each: a picture has two, and cameras make few shapes."""

_COMMON = (2 / 5, 9 / 16, 4 / 5, 1.0, 16 / 9, 5 / 2)
"""Ratios for which `doubt` asks: those of the gain measure (DESIGN 6)."""
_COMMON_TURNED = tuple(1.0 / ratio for ratio in _COMMON)
"""The same for rows in place of columns."""

FEATURES = ("nearly as good elsewhere", "kept elsewhere", "kept", "kept in the middle", "area")
"""What `features` gives, in order; all are shares from 0 to 1."""


def features(saliency: SaliencyMap, window: Box) -> tuple[float, ...]:
    """Return what the confidence is computed from, in the order of `FEATURES`.

    How much a wrong place would cost is written in the map itself: when windows all over the picture keep nearly as much,
    a crop can hardly go wrong; when the map is one narrow peak, all depends on its being right.
    """
    lefts = np.linspace(0.0, 1.0 - window.width, _PLACES if window.width < 1.0 else 1)
    tops = np.linspace(0.0, 1.0 - window.height, _PLACES if window.height < 1.0 else 1)
    shares = shares_at(saliency, lefts, tops, window.width, window.height)
    kept = max(saliency.share(window), 1e-9)
    relative = np.minimum(shares / kept, 1.0)
    return (
        float((relative >= NEARLY).mean()),
        float(relative.mean()),
        min(kept, 1.0),
        float(relative[len(tops) // 2, len(lefts) // 2]),
        min(1.0, window.area),
    )


def confidence(saliency: SaliencyMap, window: Box) -> float:
    """Return the probability that a window keeps at least 90 % of what the best window of its shape would keep.

    Parameters
    ----------
    saliency : SaliencyMap
        What the window was chosen from.
    window : Box
        The chosen window, inside the picture.

    Returns
    -------
    float
        0 to 1; 1 for the whole picture, 0 when there is no evidence and another window would do as well.
    """
    if window.width >= 1.0 and window.height >= 1.0:
        return 1.0
    if saliency.total == 0:
        return 0.0
    return float(_chance(np.array(features(saliency, window))))


def doubt(saliency: SaliencyMap, aspect: float) -> float:
    """Return how unsure a map leaves one where to crop: one minus the mean confidence in its best windows of common ratios.

    Parameters
    ----------
    saliency : SaliencyMap
    aspect : float
        Width by height of the picture.

    Returns
    -------
    float
        0 to 1. What `confidence` says of every window, with the windows of one axis at once, so that it costs little.
    """
    if saliency.total == 0:
        return 1.0
    rows, columns = saliency.shape
    across, down = _along(columns, _COMMON, aspect), _along(rows, _COMMON_TURNED, 1.0 / aspect)
    if across is None and down is None:
        return 0.0
    found = [
        (running @ axis.shares, axis.lengths)
        for running, axis in ((saliency.table[-1], across), (saliency.table[:, -1], down))
        if axis is not None
    ]
    shares = np.concatenate([share for share, _ in found]).reshape(-1, _PLACES) / saliency.total
    kept = np.maximum(shares.max(axis=1, keepdims=True), 1e-9)
    relative = shares / kept
    given = np.empty((len(kept), len(FEATURES)))
    given[:, 0], given[:, 1] = (relative >= NEARLY).mean(axis=1), relative.mean(axis=1)
    given[:, 2], given[:, 3] = kept[:, 0], relative[:, _PLACES // 2]
    given[:, 4] = np.concatenate([lengths for _, lengths in found])
    return 1.0 - float(_chance(given).mean())


@dataclass(frozen=True, eq=False)
class _Along:
    """Windows that slide along one axis.

    Parameters
    ----------
    lengths : ndarray, shape (windows,)
        Their shares of the axis.
    shares : ndarray, shape (cells + 1, windows * places)
        What turns running sums of the axis' cells into the sum inside each window at each place.
    """

    lengths: NDArray[np.float64]
    shares: NDArray[np.float64]


@lru_cache(_AXES_KEPT)
def _along(cells: int, ratios: tuple[float, ...], aspect: float) -> _Along | None:
    """Return the windows of some ratios that are as high as a picture and slide along ``cells`` cells of its width.

    None when all are wider than the picture.
    """
    lengths = np.array([ratio / aspect for ratio in ratios if ratio < aspect])
    if not lengths.size:
        return None
    starts = (np.linspace(0.0, 1.0, _PLACES) * (1.0 - lengths[:, None])).ravel()
    edges = np.arange(cells + 1)[:, None]

    def reached(places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weights that interpolate running sums at places: 1 at the nearest edge, falling to 0 one cell away."""
        return np.maximum(0.0, 1.0 - np.abs(edges - places * cells))

    return _Along(lengths, reached(starts + np.repeat(lengths, _PLACES)) - reached(starts))


def _chance(given: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities for features, shape (..., features)."""
    constant, *weights = _WEIGHTS
    chance: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(constant + given @ np.array(weights))))
    return chance
