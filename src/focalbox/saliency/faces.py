"""Faces from a network's heat: peaks become subjects."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Subject
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["AGREED", "SURE", "faces_in", "seen_by"]

SURE = 0.35
"""Heat (0..1) from which a peak counts as a face; chosen with `AGREED`."""

AGREED = 0.65
"""Mean of the saliency map (maximum 1) inside a face from which the map agrees that it is one. A face holds the window, so
a false one is dear. Mean gain of the default on dev rows (132 of duts): 0.430 without faces, 0.434 at heat 0.5 and agreement
0.5, 0.424 at 0.35 and 0.5, 0.440 at 0.35 and 0.6, 0.441 at 0.35 and 0.65, 0.435 at 0.35 and 0.7 (2026-11-23)."""

_MOST = 100
"""The most faces that are reported, strongest first."""

_SAME = 0.4
"""Jaccard index from which two boxes are the same face; the stronger stays."""


def faces_in(heat: NDArray[np.float32], sizes: NDArray[np.float32], *, sure: float = SURE) -> tuple[Subject, ...]:
    """Read faces from a heat map of centres and a map of sizes.

    Parameters
    ----------
    heat : ndarray, shape (h, w)
        How sure it is that a face's centre is in the cell, 0 to 1.
    sizes : ndarray, shape (2, h, w)
        Width and height of that face, fractions of the picture's sides.
    sure : float
        Heat from which a peak is a face.

    Returns
    -------
    tuple of Subject
        Strongest first, inside the picture.

    References
    ----------
    X. Zhou, D. Wang and P. Kraehenbuehl, "Objects as Points", 2019, https://arxiv.org/abs/1904.07850: peaks of a heat
    map that no neighbour exceeds are the objects.
    """
    rows, columns = heat.shape
    around = np.full((rows + 2, columns + 2), -np.inf, dtype=heat.dtype)
    around[1:-1, 1:-1] = heat
    flat = around.ravel()
    hot = np.flatnonzero(flat >= sure)
    if not hot.size:
        return ()
    across = columns + 2
    beside = np.array([-across - 1, -across, -across + 1, -1, 1, across - 1, across, across + 1])
    peaks = hot[flat[hot] >= flat[hot[:, None] + beside].max(axis=1)]
    strongest = peaks[np.argsort(-flat[peaks], kind="stable")[:_MOST]]
    faces: list[Subject] = []
    for place in strongest.tolist():
        row, column = place // across - 1, place % across - 1
        width, height = (min(1.0, max(0.0, side)) for side in sizes[:, row, column].tolist())
        x, y = (column + 0.5) / columns, (row + 0.5) / rows
        box = Box(x - width / 2, y - height / 2, width, height).intersection(WHOLE)
        if box.area > 0 and all(box.jaccard(other.box) < _SAME for other in faces):
            faces.append(Subject(box, "face", float(heat[row, column])))
    return tuple(faces)


def seen_by(saliency: SaliencyMap, faces: tuple[Subject, ...], *, agreed: float = AGREED) -> tuple[Subject, ...]:
    """Return the faces that the saliency map agrees with: where viewers do not look, there is hardly a face."""
    values = saliency.values
    return tuple(face for face in faces if _mean_inside(values, face.box) >= agreed)


def _mean_inside(values: NDArray[np.float32], box: Box) -> float:
    rows, columns = values.shape
    down = slice(int(box.top * rows), max(int(box.top * rows) + 1, math.ceil(box.bottom * rows)))
    across = slice(int(box.left * columns), max(int(box.left * columns) + 1, math.ceil(box.right * columns)))
    return float(values[down, across].mean())
