"""Reads faces from grids of places, as YuNet and the finder of faces in focalbox's network answer."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Subject
from focalbox.core.geometry import WHOLE, Box

__all__ = ["MAX_FACES", "STRIDES", "face_scores", "faces_on_grid", "without_twins"]

STRIDES = (8, 16, 32)
"""Pixels between neighbouring places, for each of the three grids."""

MAX_FACES = 100
"""The most faces that are reported of a picture, strongest first."""

_LARGEST = 10.0
"""The largest logarithm of a side that is read, in strides: a face of 22,000 strides is larger than any picture."""


def face_scores(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how sure it is that a face is at each place, 0 to 1: the geometric mean of the chances of two logits (2, h, w).

    Examples
    --------
    >>> face_scores(np.zeros((2, 1, 1), np.float32)).tolist()
    [[0.5]]
    """
    with np.errstate(over="ignore"):  # what overflows has no chance
        first, second = 1 + np.exp(-logits)
    scores: NDArray[np.float32] = 1 / np.sqrt(first) / np.sqrt(second)
    return scores


def faces_on_grid(
    scores: NDArray[np.float32], boxes: NDArray[np.float32], columns: float, rows: float, *, sure: float
) -> list[Subject]:
    """Read the faces of one grid, row by row; several may be of one face.

    Parameters
    ----------
    scores : ndarray, shape (h, w)
        How sure it is that a face is at the place, 0 to 1.
    boxes : ndarray, shape (4, h, w)
        How far to the right and down from the place's corner its middle is, in strides, and the natural logarithms of its
        width and height, in strides. Places with a number that is not finite are left out.
    columns, rows : float
        Width and height of the picture in strides; less than w and h where only a part of the grid lies on the picture.
    sure : float
        Score from which a face counts.

    Returns
    -------
    list of Subject
        The parts of the faces that are inside the picture.

    Examples
    --------
    >>> scores, boxes = np.zeros((2, 4), np.float32), np.zeros((4, 2, 4), np.float32)
    >>> scores[1, 2], boxes[:2] = 0.9, 0.5
    >>> [face.box for face in faces_on_grid(scores, boxes, 4, 2, sure=0.7)]
    [Box(left=0.5, top=0.5, width=0.25, height=0.5)]
    """
    faces: list[Subject] = []
    across = scores.shape[1]
    for place in np.flatnonzero(scores >= sure).tolist():
        row, column = divmod(place, across)
        numbers = boxes[:, row, column].tolist()
        if not all(map(math.isfinite, numbers)):
            continue
        right, down, *sides = numbers
        width, height = (math.exp(min(side, _LARGEST)) for side in sides)
        left, top = column + right - width / 2, row + down - height / 2
        box = Box(left / columns, top / rows, width / columns, height / rows).intersection(WHOLE)
        if box.area > 0:
            faces.append(Subject(box, "face", min(1.0, float(scores[row, column]))))
    return faces


def without_twins(faces: Iterable[Subject], same: float) -> tuple[Subject, ...]:
    """Return the `MAX_FACES` strongest faces, the strongest first, each once.

    Parameters
    ----------
    faces : iterable of Subject
    same : float
        Jaccard index from which two boxes are the same face; the stronger stays.

    Examples
    --------
    >>> weak, strong = Subject(Box(0.1, 0.1, 0.2, 0.2), score=0.8), Subject(Box(0.11, 0.1, 0.2, 0.2), score=0.9)
    >>> without_twins([weak, strong], same=0.4) == (strong,)
    True
    """
    kept: list[Subject] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if len(kept) == MAX_FACES:
            break
        if all(face.box.jaccard(other.box) < same for other in kept):
            kept.append(face)
    return tuple(kept)
