"""How sure a crop is: the probability that it keeps nearly as much as the best window of its shape, and cuts no head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from focalbox.core.geometry import SAME, Box
from focalbox.core.placement.place import shares_at
from focalbox.core.prominence import ScoredSubject
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["FEATURES", "NEARLY", "confidence", "features"]

_PLACES = 17
"""Places along a free axis at which windows of the same shape are compared; with more, no probability changed by 0.01."""

NEARLY = 0.9
"""Share of what one window keeps from which another keeps nearly as much."""

_WEIGHTS = (-0.779, 0.708, -0.482, 3.326, -0.847, 1.427, -1.353, -0.323)
"""Logistic regression on the features, the constant first: fitted by `python -m benchmarks.quality.calibration` on dev rows
and pictures of people (2026-11-26). The same weights serve the maps of other models."""

_HAIR = 4.0
"""Factor on the missing share of a head whose face is whole: hair is a quarter of a head, so without any hair it is cut."""

FEATURES = (
    "nearly as good elsewhere",
    "kept elsewhere",
    "kept",
    "kept in the middle",
    "area",
    "heads cut",
    "text cut",
)
"""The names of what `features` returns, in order; all are shares from 0 to 1."""


def features(saliency: SaliencyMap, window: Box, subjects: Sequence[ScoredSubject] = ()) -> tuple[float, ...]:
    """Return what the confidence is computed from, in the order of `FEATURES`.

    The map itself tells how much a wrong place would cost: when windows all over the picture keep nearly as much, a crop
    can hardly go wrong; when the map is one narrow peak, all depends on whether the peak is right.
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
        _cut(window, [subject for subject in subjects if subject.kind != "text"]),
        _cut(window, [subject for subject in subjects if subject.kind == "text"]),
    )


def confidence(saliency: SaliencyMap, window: Box, subjects: Sequence[ScoredSubject] = ()) -> float:
    """Return the probability that a window is right.

    It is right when it keeps at least 90 % of what the best window of its shape would keep, and cuts no head that such a
    window could hold.

    Parameters
    ----------
    saliency : SaliencyMap
        What the window was chosen from.
    window : Box
        The chosen window, inside the picture.
    subjects : sequence of ScoredSubject, optional
        What was found in the picture.

    Returns
    -------
    float
        0 to 1; 1 for the whole picture, 0 when the map is empty and any other window would do as well.
    """
    if window.width >= 1.0 and window.height >= 1.0:
        return 1.0
    if saliency.total == 0:
        return 0.0
    return float(_chance(np.array(features(saliency, window, subjects))))


def _cut(window: Box, subjects: Sequence[ScoredSubject]) -> float:
    """Return how much of the subjects a window cuts, weighted by what each counts, 0 to 1.

    A subject outside the window is not cut. One whose inner box (the face of a head) is not whole is cut fully, and one
    that lacks only hair in part.
    """
    together = sum(subject.whole for subject in subjects)
    if together <= 0:
        return 0.0
    cut = 0.0
    for subject in subjects:
        outer, inner = subject.boxes[0], subject.boxes[-1]
        shown = window.shared_area(outer) / outer.area
        if shown > SAME:
            missing = 1.0 if not window.contains(inner) else min(1.0, _HAIR * (1.0 - shown))
            cut += subject.whole * missing
    return cut / together


def _chance(given: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities for features, shape (..., features)."""
    constant, *weights = _WEIGHTS
    chance: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(constant + given @ np.array(weights))))
    return chance
