"""Salient objects, told apart in the map of objects: what a window earns that holds all of one, and pays that cuts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from focalbox.core.geometry import Box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.target import Size

__all__ = ["BESIDE_FACES", "CUT_OBJECTS", "WHOLE_OBJECTS", "ScoredObject", "scored_objects"]

WHOLE_OBJECTS, CUT_OBJECTS = 0.1, 0.2
"""What all objects of a picture add together when they are whole inside a window, and take away when its edge cuts them, in
shares of the saliency. Without them, a window shows one thing and half of another rather than the one with room around it,
since that keeps more saliency. Of the windows that these weights move by a fifth or more, judges who did not know which was
which preferred 35 and called 4 unfit to print with 0.1 and 0, against 9 and 23 without; each step to 0.1 and 0.1 and to 0.1
and 0.2 was preferred likewise. What people look at first is kept less: the mean gain is lower by 0.031 (0.014 to 0.048).
All that was tried stands in training/RECORD.md."""

BESIDE_FACES = 0.5
"""What objects count in a picture that shows faces, beside what they count in one that shows none. With 1.0, 0.4 % more
of the heads are cut (0.1 to 0.9; 584 pictures, paired): a thing whole took the place of a head."""

_LEVEL = 0.5
"""Share of the highest value of the map from which a cell is of an object."""

_LEAST = 0.1
"""Share of all that is of objects which an object needs to count: what is smaller is often a mistake, or a part."""

_CELLS = 64
"""The most cells on a side among which objects are told apart; the shipped network answers with fewer."""

_Run = tuple[int, int, int]
"""Cells of one row that are side by side: row, first column, column after the last."""


@dataclass(frozen=True, slots=True)
class ScoredObject:
    """An object as the score counts it.

    Parameters
    ----------
    box : Box
        The smallest box around it, fractions of what was looked at.
    whole, cut : float
        What it adds when it is whole inside a window, and takes away when the window's edge cuts it, in shares of the
        saliency. Where no window of these sides can hold it, it says nothing.
    """

    box: Box
    whole: float
    cut: float


def scored_objects(
    object_map: SaliencyMap, size: Size | None = None, *, beside_faces: bool = False
) -> tuple[ScoredObject, ...]:
    """Return the objects of a picture, the most salient first: cells of the map that hang together side by side.

    Parameters
    ----------
    object_map : SaliencyMap
        How surely each place belongs to a salient object.
    size : Size, optional
        Pixels of what was looked at: the boxes are those of whole pixels then, so that no window cuts them by being rounded.
    beside_faces : bool
        Whether the picture shows faces: then its objects count `BESIDE_FACES` of their weights.

    Returns
    -------
    tuple of ScoredObject
        At most ten. Each counts by its share of all that is of objects; together `WHOLE_OBJECTS` and `CUT_OBJECTS`, or less.
    """
    if not object_map.total:
        return ()
    rows, columns = (min(side, _CELLS) for side in object_map.shape)
    cells = (
        object_map.average(rows, columns)
        if object_map.shape != (rows, columns)
        else object_map.cells.astype(np.float64)
    )
    inside = cells >= _LEVEL * cells.max()
    before = np.zeros((rows, columns + 1))
    np.cumsum(cells, axis=1, out=before[:, 1:])
    whole = float(cells[inside].sum())
    weight = BESIDE_FACES if beside_faces else 1.0
    found: list[ScoredObject] = []
    for runs in _connected(inside):
        share = float(sum(before[row, stop] - before[row, start] for row, start, stop in runs)) / whole
        if share < _LEAST:
            continue
        box = Box.between(
            min(start for _, start, _ in runs) / columns,
            runs[0][0] / rows,
            max(stop for _, _, stop in runs) / columns,
            (runs[-1][0] + 1) / rows,
        )
        shown = box if size is None else box.to_whole_pixels(size)
        found.append(ScoredObject(shown, weight * WHOLE_OBJECTS * share, weight * CUT_OBJECTS * share))
    return tuple(sorted(found, key=lambda one: -one.whole))


def _connected(inside: NDArray[np.bool_]) -> list[list[_Run]]:
    """Return the parts of a mask that hang together side by side, each as its runs from the top down."""
    runs = list(_runs(inside))
    part_of = list(range(len(runs)))  # the number of an earlier run of the same part, or its own

    def first_of(number: int) -> int:
        while part_of[number] != number:
            part_of[number] = number = part_of[part_of[number]]
        return number

    begin = 0  # of the runs, the first that may lie above the one in hand
    for number, (row, start, stop) in enumerate(runs):
        while runs[begin][0] < row - 1:
            begin += 1
        above = begin
        while runs[above][0] < row:
            if runs[above][1] < stop and start < runs[above][2]:
                one, other = sorted((first_of(above), first_of(number)))
                part_of[other] = one
            above += 1
    parts: dict[int, list[_Run]] = {}
    for number, run in enumerate(runs):
        parts.setdefault(first_of(number), []).append(run)
    return list(parts.values())


def _runs(inside: NDArray[np.bool_]) -> Iterator[_Run]:
    """Yield the runs of a mask, row by row."""
    rows, columns = inside.shape
    framed = np.zeros((rows, columns + 1), dtype=np.bool_)  # an empty column ends the last run of each row
    framed[:, :-1] = inside
    flat = framed.ravel()
    edges = np.flatnonzero(np.diff(flat, prepend=False)).tolist()
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        row, column = divmod(start, columns + 1)
        yield row, column, column + stop - start
