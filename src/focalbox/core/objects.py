"""Separates the salient objects in the map of objects, and says what showing each whole or cut counts in a window."""

from __future__ import annotations

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

_LEVEL = 0.7
"""Share of the map's highest value from which a cell belongs to an object. From 0.5 on, things that lie beside each other
become one that no window can hold, and so counts nothing. Of the windows that this moves, judges who did not know which was
which preferred 51 with 0.7 and 31 with 0.5 (two judges of the same 90 pairs; unfit to print 16 and 35), and 69 and 27
with weaker edges; with 0.4, 17 and 27 with 0.5. The mean gain is not proven to change (-0.005, -0.020 to +0.010)."""

_LEAST = 0.1
"""Share of the sum over all objects that an object needs to count: a smaller one is often a mistake, or only a part. With
0.05 and 0.2, windows cut as many of the subjects (5.8 and 5.9 % beside 5.9; masks of duts, with 0.1 and 0.1 above)."""

_CELLS = 64
"""The most cells on a side when objects are separated; the maps of the shipped network have fewer."""

_Places = NDArray[np.intp]
"""Places of cells, counted as in `_runs`."""


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
    starts, stops = _runs(inside)
    part = _connect(starts, stops, columns + 1)
    sums = np.zeros((rows, columns + 1))
    np.cumsum(cells, axis=1, out=sums[:, 1:])
    within = sums.ravel()[stops] - sums.ravel()[starts]
    shares = np.bincount(part, weights=within) / within.sum()
    weight = BESIDE_FACES if beside_faces else 1.0
    found: list[ScoredObject] = []
    for number in np.flatnonzero(shares >= _LEAST).tolist():
        top, left = np.divmod(starts[part == number], columns + 1)
        right = stops[part == number] - top * (columns + 1)
        box = Box.between(
            int(left.min()) / columns, int(top[0]) / rows, int(right.max()) / columns, (int(top[-1]) + 1) / rows
        )
        shown, share = box if size is None else box.to_whole_pixels(size), float(shares[number])
        found.append(ScoredObject(shown, weight * WHOLE_OBJECTS * share, weight * CUT_OBJECTS * share))
    return tuple(sorted(found, key=lambda one: -one.whole))


def _runs(inside: NDArray[np.bool_]) -> tuple[_Places, _Places]:
    """Return where the runs of a mask (h, w), adjacent cells of one row, start and stop.

    Places are counted row by row, each row with an empty cell at its end, which ends its last run.
    """
    rows, columns = inside.shape
    framed = np.zeros((rows, columns + 1), dtype=np.bool_)
    framed[:, :-1] = inside
    flat = framed.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate([[0], edges]) if flat[0] else edges
    return edges[::2], edges[1::2]


def _connect(starts: _Places, stops: _Places, row: int) -> _Places:
    """Return for each run, as `_runs` gives them in rows of so many places, the first run that it is connected with."""
    # A run of the row above touches a run when it overlaps with it once it is moved down by a row.
    first = (stops + row).searchsorted(starts, "right").tolist()
    behind = (starts + row).searchsorted(stops, "left").tolist()
    part_of = list(range(len(first)))  # an earlier run of the same part, or itself

    def find_first(number: int) -> int:
        while part_of[number] != number:
            part_of[number] = number = part_of[part_of[number]]
        return number

    for number, (begin, end) in enumerate(zip(first, behind, strict=True)):
        for above in range(begin, end):
            one, other = find_first(above), find_first(number)
            part_of[max(one, other)] = min(one, other)
    return np.array([find_first(number) for number in part_of], dtype=np.intp)
