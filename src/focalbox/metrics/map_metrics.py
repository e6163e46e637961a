"""Measures of saliency maps against fixations and masks; pure NumPy.

Maps and labels are arrays of shape (rows, columns), values >= 0, over the whole upright picture. Fixations are ``(x, y)``
in fractions of the picture's sides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

F_MEASURE_BETA_SQUARED = 0.3
"""Weight of precision in the F-measure, as usual for salient objects (Achanta et al., CVPR 2009,
doi:10.1109/CVPR.2009.5206596)."""


def count_fixations(fixations: ArrayLike, shape: tuple[int, int]) -> Array:
    """Count fixations in the cells of a grid.

    Parameters
    ----------
    fixations : array_like, shape (n, 2)
        x and y as fractions of the picture's sides; those outside 0..1 are left out.
    shape : (int, int)
        Rows and columns of the grid.

    Examples
    --------
    >>> count_fixations([(0.1, 0.9), (0.2, 0.6), (1.4, 0.5)], (2, 2)).tolist()
    [[0.0, 0.0], [2.0, 0.0]]
    """
    points = np.asarray(fixations, dtype=np.float64).reshape(-1, 2)
    points = points[((points >= 0) & (points <= 1)).all(axis=1)]
    rows = np.minimum((points[:, 1] * shape[0]).astype(int), shape[0] - 1)
    columns = np.minimum((points[:, 0] * shape[1]).astype(int), shape[1] - 1)
    counts = np.zeros(shape, dtype=np.float64)
    np.add.at(counts, (rows, columns), 1.0)
    return counts


def nss(saliency: ArrayLike, fixations: ArrayLike) -> float:
    """Normalised scanpath saliency: mean of the standardised map at the fixations (doi:10.1016/j.visres.2005.03.019).

    NaN for a flat map or where no fixation is inside.

    Examples
    --------
    >>> nss([[0, 0], [0, 4]], [(0.9, 0.9)]).__round__(3)
    1.732
    """
    values = np.asarray(saliency, dtype=np.float64)
    counts = count_fixations(fixations, (values.shape[0], values.shape[1]))
    spread = values.std()
    if spread == 0 or counts.sum() == 0:
        return float("nan")
    return float(((values - values.mean()) / spread * counts).sum() / counts.sum())


def cc(saliency: ArrayLike, density: ArrayLike) -> float:
    """Pearson's correlation of two maps of the same shape, -1..1; NaN where one is flat.

    Examples
    --------
    >>> cc([[0, 1], [2, 3]], [[1, 3], [5, 7]])
    1.0
    """
    first, second = np.asarray(saliency, dtype=np.float64), np.asarray(density, dtype=np.float64)
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum() / scale) if scale > 0 else float("nan")


def auc_judd(saliency: ArrayLike, fixations: ArrayLike) -> float:
    """Area under the ROC curve, fixated cells against all others (Judd et al., doi:10.1109/ICCV.2009.5459462).

    Ties count one half, so a flat map gives 0.5. NaN where no fixation is inside, or every cell has one.

    Examples
    --------
    >>> auc_judd([[0.1, 0.2], [0.3, 0.9]], [(0.9, 0.9)])
    1.0
    """
    values = np.asarray(saliency, dtype=np.float64)
    fixated = count_fixations(fixations, (values.shape[0], values.shape[1])).ravel() > 0
    hits, others = values.ravel()[fixated], np.sort(values.ravel()[~fixated])
    if hits.size == 0 or others.size == 0:
        return float("nan")
    below = np.searchsorted(others, hits, side="left") + np.searchsorted(others, hits, side="right")
    return float(below.mean() / 2 / others.size)


def max_f_measure(saliency: ArrayLike, mask: ArrayLike, levels: int = 256) -> float:
    """Best F-measure over thresholds of the map (scaled to max 1) against a mask of the same shape, 0..1.

    Examples
    --------
    >>> max_f_measure([[0.2, 0.9], [0.1, 0.8]], [[0, 1], [0, 1]])
    1.0
    """
    values, truth = np.asarray(saliency, dtype=np.float64), np.asarray(mask) > 0
    peak = values.max()
    if peak <= 0 or not truth.any():
        return 0.0
    index = np.minimum((values / peak * levels).astype(int), levels - 1)
    chosen = np.bincount(index.ravel(), minlength=levels)[::-1].cumsum()
    right = np.bincount(index[truth], minlength=levels)[::-1].cumsum()
    precision, recall = right / np.maximum(chosen, 1), right / truth.sum()
    weighted = F_MEASURE_BETA_SQUARED * precision + recall
    scores = (1 + F_MEASURE_BETA_SQUARED) * precision * recall / np.where(weighted > 0, weighted, 1.0)
    return float(scores.max())


def mae(saliency: ArrayLike, mask: ArrayLike) -> float:
    """Mean absolute error between a map in 0..1 and a mask of the same shape.

    Examples
    --------
    >>> mae([[0.0, 0.5]], [[0, 1]])
    0.25
    """
    return float(np.abs(np.asarray(saliency, dtype=np.float64) - (np.asarray(mask) > 0)).mean())
