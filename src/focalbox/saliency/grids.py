"""Reads marks (faces, heads, lines of text) from grids of places, as YuNet and focalbox's network answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Subject
from focalbox.core.geometry import WHOLE, Box

__all__ = ["KINDS", "MAX_MARKS", "SAID", "STRIDES", "mark_scores", "marks_on_grid", "marks_on_grids", "without_twins"]

STRIDES = (8, 16, 32)
"""Pixels between neighbouring places, for each of the three grids."""

KINDS = ("face", "head", "text")
"""What a network marks on grids, in this order."""

SAID = 6
"""Numbers for each kind and place: two logits, where the middle of the mark is, and the logarithms of its sides."""

MAX_MARKS = 100
"""The most marks of a kind that are reported of a picture, strongest first."""

_SAME = 0.4
"""Jaccard index from which two boxes are the same thing; the stronger stays."""

_LARGEST = 10.0
"""The largest logarithm of a side that is read, in strides: a mark of 22,000 strides is larger than any picture."""


def mark_scores(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how sure a mark at each place is, 0 to 1: the geometric mean of the chances of two logits.

    Parameters
    ----------
    logits : ndarray, shape (kinds, 2, h, w)

    Returns
    -------
    ndarray, shape (kinds, h, w)

    Examples
    --------
    >>> mark_scores(np.zeros((1, 2, 1, 1), np.float32)).tolist()
    [[[0.5]]]
    """
    with np.errstate(over="ignore"):  # what overflows has no chance
        roots = np.sqrt(1 + np.exp(-logits))
    scores: NDArray[np.float32] = 1 / roots[:, 0] / roots[:, 1]
    return scores


def marks_on_grids(
    grids: Mapping[int, NDArray[np.float32]], sure: Mapping[str, float]
) -> dict[str, tuple[Subject, ...]]:
    """Read marks from what a network says at the places of several grids; of several boxes of one thing, the surest stays.

    Parameters
    ----------
    grids : mapping of int to ndarray, shape (SAID * kinds, h, w)
        By the pixels between two places; for each of the first `KINDS`, two logits, then a box as in `marks_on_grid`.
    sure : mapping of str to float
        By kind, the score from which a mark counts.

    Returns
    -------
    dict of str to tuple of Subject
        By kind, strongest first, inside the picture.
    """
    found: dict[str, list[Subject]] = {}
    for grid in grids.values():
        rows, columns = grid.shape[1:]
        said = grid.reshape(-1, SAID, rows, columns)
        for kind, scores, boxes in zip(KINDS, mark_scores(said[:, :2]), said[:, 2:], strict=False):
            found.setdefault(kind, []).extend(marks_on_grid(scores, boxes, columns, rows, sure=sure[kind], kind=kind))
    return {kind: without_twins(marks, _SAME) for kind, marks in found.items()}


def marks_on_grid(
    scores: NDArray[np.float32],
    boxes: NDArray[np.float32],
    columns: float,
    rows: float,
    *,
    sure: float,
    kind: str = "face",
) -> list[Subject]:
    """Read the marks of one kind from one grid, row by row; several may be of one thing.

    Parameters
    ----------
    scores : ndarray, shape (h, w)
        How sure the mark at the place is, 0 to 1.
    boxes : ndarray, shape (4, h, w)
        How far to the right and down from the place's corner its middle is, in strides, and the natural logarithms of its
        width and height, in strides. Places with a number that is not finite are left out.
    columns, rows : float
        Width and height of the picture in strides; less than w and h where only a part of the grid lies on the picture.
    sure : float
        Score from which a mark counts.
    kind : str
        What is found.

    Returns
    -------
    list of Subject
        The parts of the marks that are inside the picture.

    Examples
    --------
    >>> scores, boxes = np.zeros((2, 4), np.float32), np.zeros((4, 2, 4), np.float32)
    >>> scores[1, 2], boxes[:2] = 0.9, 0.5
    >>> [face.box for face in marks_on_grid(scores, boxes, 4, 2, sure=0.7)]
    [Box(left=0.5, top=0.5, width=0.25, height=0.5)]
    """
    marks: list[Subject] = []
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
            marks.append(Subject(box, kind, min(1.0, float(scores[row, column]))))
    return marks


def without_twins(marks: Iterable[Subject], same: float) -> tuple[Subject, ...]:
    """Return the `MAX_MARKS` strongest marks, the strongest first, each once.

    Parameters
    ----------
    marks : iterable of Subject
    same : float
        Jaccard index from which two boxes are the same thing; the stronger stays.

    Examples
    --------
    >>> weak, strong = Subject(Box(0.1, 0.1, 0.2, 0.2), score=0.8), Subject(Box(0.11, 0.1, 0.2, 0.2), score=0.9)
    >>> without_twins([weak, strong], same=0.4) == (strong,)
    True
    """
    kept: list[Subject] = []
    for mark in sorted(marks, key=lambda mark: -mark.score):
        if len(kept) == MAX_MARKS:
            break
        if all(mark.box.jaccard(other.box) < same for other in kept):
            kept.append(mark)
    return tuple(kept)
