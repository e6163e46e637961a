"""Boolean map saliency: what is surrounded stands out, whatever its colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalbox.core.saliency_map import SaliencyMap
from focalbox.saliency.cells import Planes, average, blur, to_lab

__all__ = ["boolean_map", "boolean_values", "widest_path"]

_TOP = 255
"""Highest level of a feature; every one of the 255 thresholds is used (the paper samples each eighth)."""

_WHITENING_RIDGE = 1.0
"""Added to the variances before whitening (squared Lab units, about one just noticeable difference), so that a channel
that hardly varies, such as the colours of a grey picture, is not blown up to noise."""

_EVEN_BELOW = 0.5
"""A picture whose Lab channels all vary by less than this (Lab units, half a just noticeable difference) is uniform."""

_ROUNDS_A_LOOK = 8
"""Rounds of `widest_path` between two checks whether anything still changes: a check costs as much as a round."""

_BLUR = 1.0
"""Standard deviation of the closing blur (cells of 1/48 side). The paper dilates by 23 of 600
pixels and blurs by 20."""


def boolean_map(rgb: NDArray[np.uint8]) -> SaliencyMap:
    """Find surrounded parts: Boolean map saliency, every threshold at once.

    J. Zhang and S. Sclaroff, "Saliency Detection: A Boolean Map Approach", ICCV 2013, doi:10.1109/ICCV.2013.26.
    For each threshold of each whitened Lab channel and of its inverse, the cells above it that no path above it joins
    to the picture's edge are surrounded; the map is the sum of these Boolean maps, each divided by its L2 norm.

    A cell of level x is surrounded for exactly the thresholds from w to x, where w is the widest path to the edge: the
    largest level that a path to the edge never leaves. So one grey-level reconstruction gives all 255 maps of a
    channel, with the paper's normalisation kept exactly (J. Zhang et al., "Minimum Barrier Salient Object Detection at
    80 FPS", ICCV 2015, doi:10.1109/ICCV.2015.165, shows the relation of these maps to the minimum barrier distance).
    Not as in the paper: cells of 1/48 side and 4-neighbours take the place of the 600-pixel picture with its opening,
    and a small Gaussian that of its dilations.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3)
        Upright sRGB, about 192 pixels a side.

    Returns
    -------
    SaliencyMap
        About 48 cells a side; all zero for a uniform picture.

    Raises
    ------
    ModelError
        When ``rgb`` is not such an array.
    """
    return SaliencyMap(boolean_values(to_lab(average(rgb))))


def boolean_values(lab: Planes) -> Planes:
    """Return the map of `boolean_map` for cells in CIE Lab, shape (rows, columns, 3), as numbers >= 0."""
    levels = _levels(lab)
    if levels is None:
        return np.zeros(lab.shape[:2])
    both = np.concatenate([levels, _TOP - levels], axis=0)
    lowest = widest_path(both)
    total = np.zeros(lab.shape[:2])
    for level, low in zip(both, lowest, strict=True):
        above = np.cumsum(np.bincount(low.ravel(), minlength=_TOP + 1) - np.bincount(level.ravel(), minlength=_TOP + 1))
        weights = np.where(above > 0, 1 / np.sqrt(np.maximum(above, 1)), 0.0)  # cells in the map of each threshold
        running = np.concatenate([[0.0], np.cumsum(weights)])
        total += running[level] - running[low]
    return np.maximum(blur(total, _BLUR), 0.0)


def widest_path(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return, for every cell, the largest level that some path of 4-neighbours to the edge never goes below.

    Parameters
    ----------
    levels : ndarray of uint8, shape (planes, rows, columns)

    Returns
    -------
    ndarray of uint8, same shape
        At most ``levels``, and equal to it on the edge (grey-level reconstruction from the edge, L. Vincent 1993,
        doi:10.1109/83.217222).

    Examples
    --------
    >>> widest_path(np.array([[[5, 5, 5], [5, 9, 5], [5, 5, 5]]], np.uint8))[0, 1, 1]
    np.uint8(5)
    """
    reached = np.zeros_like(levels)
    reached[:, [0, -1], :] = levels[:, [0, -1], :]
    reached[:, :, [0, -1]] = levels[:, :, [0, -1]]
    while True:
        before = reached.copy()
        for _ in range(_ROUNDS_A_LOOK):
            wider = reached.copy()
            np.maximum(wider[:, 1:], reached[:, :-1], out=wider[:, 1:])
            np.maximum(wider[:, :-1], reached[:, 1:], out=wider[:, :-1])
            np.maximum(wider[:, :, 1:], reached[:, :, :-1], out=wider[:, :, 1:])
            np.maximum(wider[:, :, :-1], reached[:, :, 1:], out=wider[:, :, :-1])
            reached = np.minimum(wider, levels, out=wider)
        if np.array_equal(before, reached):
            return reached


def _levels(lab: Planes) -> NDArray[np.uint8] | None:
    """Whiten the channels and scale them to levels 0.._TOP, shape (3, rows, columns); None for a uniform picture."""
    if np.ptp(lab, axis=(0, 1)).max() < _EVEN_BELOW:
        return None
    flat = lab.reshape(-1, 3)
    centred = flat - flat.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(flat) + _WHITENING_RIDGE * np.eye(3))
    white = (centred @ (axes / np.sqrt(variances) @ axes.T)).T
    white -= white.min(axis=1, keepdims=True)
    levels = np.rint(white * (_TOP / white.max())).astype(np.uint8)
    return np.asarray(levels.reshape(3, *lab.shape[:2]))
