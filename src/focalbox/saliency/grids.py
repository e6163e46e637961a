"""Reads marks (faces, heads, lines of text) from grids of places, as YuNet and focalbox's network answer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalbox.core.evidence import Subject
from focalbox.core.geometry import Box

__all__ = [
    "KINDS",
    "MAX_MARKS",
    "SAID",
    "STRIDES",
    "Boxes",
    "boxes_at",
    "mark_scores",
    "marks_on_grids",
    "without_twins",
]

Boxes = NDArray[np.float64]

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

_ROUNDING = 1e-3
"""More than all rounding of a logit that decides whether a mark counts."""

_LARGEST = 10.0
"""The largest logarithm of a side that is read, in strides: a mark of 22,000 strides is larger than any picture."""


def mark_scores(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how sure a mark at each place is, 0 to 1: the geometric mean of the chances of two logits.

    Parameters
    ----------
    logits : ndarray, shape (n, 2)

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> mark_scores(np.zeros((1, 2), np.float32)).tolist()
    [0.5]
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
        By the pixels between two places; for each of the first `KINDS`, two logits, then a box as in `boxes_at`. All of as
        many kinds.
    sure : mapping of str to float
        By kind, the score from which a mark counts, between 0 and 1.

    Returns
    -------
    dict of str to tuple of Subject
        By kind, strongest first, inside the picture.
    """
    if not grids:
        return {}
    shapes = np.array([grid.shape[1:] for grid in grids.values()])
    said = np.concatenate([grid.reshape(-1, SAID, grid.shape[1] * grid.shape[2]) for grid in grids.values()], axis=2)
    kinds = KINDS[: len(said)]
    wanted = np.array([sure[kind] for kind in kinds])
    # A mean of two chances that reaches a score has none below its square: most places need no exponentials.
    least = np.log(wanted**2 / (1 - wanted**2)) - _ROUNDING
    of_kind, place = np.nonzero(np.minimum(said[:, 0], said[:, 1]) >= least[:, None])
    told = said[of_kind, :, place]
    scores = mark_scores(told[:, :2])
    counted = scores >= wanted[of_kind]
    of_kind, place, told, scores = of_kind[counted], place[counted], told[counted], scores[counted]
    stops = shapes.prod(axis=1).cumsum()
    grid = stops.searchsorted(place, "right")
    sides = shapes[grid, ::-1]
    row, column = np.divmod(place - stops[grid] + sides.prod(axis=1), sides[:, 0])
    boxes = boxes_at(row, column, told[:, 2:], scores, sides)
    return {kind: without_twins(boxes[of_kind == number], _SAME, kind) for number, kind in enumerate(kinds)}


def boxes_at(
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    said: NDArray[np.float32],
    scores: NDArray[np.float32],
    sides: ArrayLike,
) -> Boxes:
    """Return the boxes that some places of grids tell of, inside the picture; several may be of one thing.

    Parameters
    ----------
    row, column : ndarray, shape (n,)
        The places.
    said : ndarray, shape (n, 4)
        How far to the right and down from a place's corner the middle is, in strides, and the natural logarithms of width
        and height, in strides.
    scores : ndarray, shape (n,)
        How sure each is, 0 to 1.
    sides : array-like, shape (2,) or (n, 2)
        Width and height of the picture in strides; less than those of the grid where only a part of it lies on the picture.

    Returns
    -------
    ndarray, shape (n, 5)
        Left, top, width and height, shares of the picture's sides, and the score; of no area where nothing lies inside the
        picture, or a number is not finite.

    Examples
    --------
    >>> place = np.array([1]), np.array([2])
    >>> boxes_at(*place, np.array([[0.5, 0.5, 0.0, 0.0]]), np.array([0.75]), (4, 2)).tolist()
    [[0.5, 0.5, 0.25, 0.5, 0.75]]
    """
    known = np.isfinite(
        said.sum(axis=1, keepdims=True, dtype=np.float64)
    )  # wider than what it adds: it cannot overflow
    ends = np.asarray(sides, dtype=np.float64)
    middle = np.where(known, said[:, :2] + np.stack([column, row], axis=1), 0.0)
    half = np.where(known, np.exp(np.minimum(said[:, 2:], _LARGEST, dtype=np.float64)) / 2, 0.0)
    start = np.minimum(np.maximum((middle - half) / ends, 0.0), 1.0)
    stop = np.minimum(np.maximum((middle + half) / ends, 0.0), 1.0)
    return np.concatenate([start, stop - start, np.minimum(scores, 1.0)[:, None]], axis=1, dtype=np.float64)


def without_twins(boxes: Boxes, same: float, kind: str = "face") -> tuple[Subject, ...]:
    """Return the `MAX_MARKS` strongest boxes as subjects, the strongest first, each thing once, none without an area.

    Parameters
    ----------
    boxes : ndarray, shape (n, 5)
        As `boxes_at` returns them.
    same : float
        Jaccard index from which two boxes are the same thing; the stronger stays.
    kind : str
        What they are of.

    Examples
    --------
    >>> weak, strong = (0.1, 0.1, 0.2, 0.2, 0.75), (0.11, 0.1, 0.2, 0.2, 0.875)
    >>> [mark.score for mark in without_twins(np.array([weak, strong]), same=0.4)]
    [0.875]
    """
    inside = boxes[boxes[:, 2] * boxes[:, 3] > 0]
    left = inside[np.argsort(-inside[:, 4], kind="stable")]
    kept: list[Subject] = []
    while len(left) and len(kept) < MAX_MARKS:
        strongest, left = left[0], left[1:]
        *sides, score = strongest.tolist()
        kept.append(Subject(Box(*sides), kind, score))
        left = left[_jaccard(strongest, left) < same]
    return tuple(kept)


def _jaccard(box: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Return the Jaccard index of a box (5,) with each of others (n, 5)."""
    start = np.maximum(box[:2], others[:, :2])
    stop = np.minimum(box[:2] + box[2:4], others[:, :2] + others[:, 2:4])
    both = np.maximum(stop - start, 0.0).prod(axis=1)
    index: NDArray[np.float64] = both / (box[2] * box[3] + others[:, 2] * others[:, 3] - both)
    return index
