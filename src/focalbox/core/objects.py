"""Separates the salient objects in the map of objects, and says what showing each whole or cut counts in a window."""

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
"""What all objects of a picture together add to a window's score when they are whole inside it, and what they take away
when its edge cuts them, in shares of the saliency. Without them, one object and half of another win over one object with
room around it, since they hold more saliency. Judges who did not know which was which compared the windows that these
weights move by a fifth or more: with 0.1 and 0 they preferred 35 and called 4 unfit to print; without, 9 and 23. The steps
to 0.1 and 0.1, and on to 0.1 and 0.2, were preferred likewise. Windows keep less of what people look at first: the mean
gain is lower by 0.031 (0.014 to 0.048). training/record/score.md lists all that was tried."""

BESIDE_FACES = 0.5
"""What objects count in a picture with faces, relative to a picture without. With 1.0, 0.4 % more of the heads are cut (0.1
to 0.9; 584 pictures, paired): a whole object took the place of a head."""

_LEVEL = 0.5
"""Share of the map's highest value from which a cell belongs to an object. With 0.7, one blob becomes several; judges liked
the windows, but the mean gain is lower by 0.013 more, and it was not taken (training/record/score.md)."""

_LEAST = 0.1
"""Share of the sum over all objects that an object needs to count: a smaller one is often a mistake, or only a part. With
0.05 and 0.2, windows cut as many of the subjects (5.8 and 5.9 % beside 5.9; masks of duts, with 0.1 and 0.1 above)."""

_CELLS = 64
"""The most cells on a side when objects are separated; the maps of the shipped network have fewer."""

_Run = tuple[int, int, int]
"""Adjacent cells of one row: the row, the first column, and the column after the last."""


@dataclass(frozen=True, slots=True)
class ScoredObject:
    """An object as the score counts it.

    Parameters
    ----------
    box : Box
        The smallest box around it, fractions of what was looked at.
    whole, cut : float
        What it adds when it is whole inside a window, and takes away when the window's edge cuts it, in shares of the
        saliency. It does not count for windows that are too small to hold it.
    """

    box: Box
    whole: float
    cut: float


def scored_objects(
    object_map: SaliencyMap, size: Size | None = None, *, beside_faces: bool = False
) -> tuple[ScoredObject, ...]:
    """Return the objects of a picture, the most salient first: connected cells of the map (4-neighbours).

    Parameters
    ----------
    object_map : SaliencyMap
        How surely each place belongs to a salient object.
    size : Size, optional
        The part that was looked at, pixels. When given, boxes grow to whole pixels, so that no rounded window cuts them.
    beside_faces : bool
        Whether the picture shows faces: then its objects count `BESIDE_FACES` of their weights.

    Returns
    -------
    tuple of ScoredObject
        At most ten. Each counts by its share of the sum over all objects; together at most `WHOLE_OBJECTS` and
        `CUT_OBJECTS`.
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
    for runs in _connect(inside):
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


def _connect(inside: NDArray[np.bool_]) -> list[list[_Run]]:
    """Return the connected parts of a mask (4-neighbours), each as its runs from the top down."""
    runs = list(_runs(inside))
    part_of = list(range(len(runs)))  # the number of an earlier run of the same part, or its own

    def find_first(number: int) -> int:
        while part_of[number] != number:
            part_of[number] = number = part_of[part_of[number]]
        return number

    begin = 0  # the first run that may touch the current one from above
    for number, (row, start, stop) in enumerate(runs):
        while runs[begin][0] < row - 1:
            begin += 1
        above = begin
        while runs[above][0] < row:
            if runs[above][1] < stop and start < runs[above][2]:
                one, other = sorted((find_first(above), find_first(number)))
                part_of[other] = one
            above += 1
    parts: dict[int, list[_Run]] = {}
    for number, run in enumerate(runs):
        parts.setdefault(find_first(number), []).append(run)
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
