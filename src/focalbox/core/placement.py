"""Where to put a window of given sides: the exact best place, by criteria in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["NO_DEMANDS", "Demands", "place", "shares_at"]

_SAME = 1e-9
"""Shares (no unit) that differ by less are equal: well above the rounding of 64-bit sums, well below one `LEVELS` step
in a map of 256 x 256 cells (1e-9 against 9e-10 for a single weakest cell)."""

_Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Demands:
    """What a window must do before saliency has a say, most binding first.

    Parameters
    ----------
    keep : tuple of Box
        Kept whole when any window can; else as much of their area as possible.
    avoid : tuple of Box
        As little of their area as possible.
    focus : (float, float), optional
        A point (x, y) that the window is centred on as nearly as the picture allows.
    hold : tuple of Box
        Each kept whole when any window can, the first before the next; one that no window can keep says nothing.
    subjects : tuple of Box
        When all fit into a window, all are kept whole; else at least one is, when any window can.
    near : (float, float), optional
        As ``focus``, with what all the others leave open.
    """

    keep: tuple[Box, ...] = ()
    avoid: tuple[Box, ...] = ()
    focus: tuple[float, float] | None = None
    hold: tuple[Box, ...] = ()
    subjects: tuple[Box, ...] = ()
    near: tuple[float, float] | None = None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All the boxes whose edges matter."""
        return (*self.keep, *self.avoid, *self.hold, *self.subjects)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """All the points that matter."""
        return tuple(point for point in (self.focus, self.near) if point is not None)


NO_DEMANDS = Demands()
"""Saliency alone decides."""


def place(
    saliency: SaliencyMap, width: float, height: float, demands: Demands = NO_DEMANDS, *, within: Box = WHOLE
) -> Box:
    """Place a window where it does best.

    The criteria are taken in order, each among the places that are best by those before: ``keep``, ``avoid``,
    ``focus``, ``hold``, ``subjects``, ``near``, the share of the saliency inside, and the distance to the centre.

    Along one axis the share inside is a piecewise linear function of the window's place that bends only where an edge
    of the window meets an edge of a cell (or of a demanded box), so its maximum over *all* real places is among those
    places or the centre; with two free axes it is bilinear between them and the same holds. Nothing is stepped over.

    Parameters
    ----------
    saliency : SaliencyMap
        What attracts viewers.
    width, height : float
        The window's sides, fractions of the picture's, at most those of ``within``.
    demands : Demands
        What comes before saliency.
    within : Box
        Where the window has to stay.

    Returns
    -------
    Box
        The best place; with no evidence and no demands the one in the middle.
    """
    rows, columns = saliency.shape
    edges = demands.boxes
    lefts = _places(
        columns,
        width,
        (within.left, within.right),
        [edge for box in edges for edge in (box.left, box.right)],
        [x for x, _ in demands.points],
    )
    tops = _places(
        rows,
        height,
        (within.top, within.bottom),
        [edge for box in edges for edge in (box.top, box.bottom)],
        [y for _, y in demands.points],
    )
    windows = _Windows(lefts, tops, width, height)
    best = np.ones((tops.size, lefts.size), dtype=np.bool_)
    for score in _scores(windows, saliency, demands, within):
        best &= score >= score[best].max() - _SAME
        if np.count_nonzero(best) == 1:  # nothing is left to be decided
            break
    row, column = divmod(int(best.argmax()), lefts.size)
    return Box(float(lefts[column]), float(tops[row]), width, height)


def shares_at(saliency: SaliencyMap, lefts: _Grid, tops: _Grid, width: float, height: float) -> _Grid:
    """Return the share of the saliency inside windows at given places, shape (tops, lefts); all 1 without evidence."""
    if saliency.total == 0:
        return np.ones((tops.size, lefts.size))
    return _Windows(lefts, tops, width, height).saliency_in(saliency)


@dataclass(frozen=True, slots=True)
class _Windows:
    """All candidate windows: every left edge with every top edge."""

    lefts: _Grid
    tops: _Grid
    width: float
    height: float

    def share_of(self, box: Box) -> _Grid:
        """Return the share of the box's area inside each window, shape (tops, lefts)."""
        across = _overlap(self.lefts, self.width, box.left, box.width)
        return _overlap(self.tops, self.height, box.top, box.height)[:, None] * across

    def saliency_in(self, saliency: SaliencyMap) -> _Grid:
        """Return the share of the saliency inside each window, shape (tops, lefts), from the summed-area table."""
        rows, columns = saliency.shape
        strips: NDArray[np.int64] | _Grid
        if self.height >= 1.0:  # as high as the picture, as most are: nothing to look up
            strips = saliency.table[-1:].T
        else:
            above = _between(saliency.table, self.tops * rows)
            below = _between(saliency.table, (self.tops + self.height) * rows)
            strips = (below - above).T
        if self.width >= 1.0:
            shares: _Grid = strips[-1:].T / max(1, saliency.total)
            return shares
        left = _between(strips, self.lefts * columns)
        right = _between(strips, (self.lefts + self.width) * columns)
        return (right - left).T / max(1, saliency.total)

    def distance_to(self, x: float, y: float) -> _Grid:
        """Return the distance of each window's centre to a point, fractions, shape (tops, lefts)."""
        distance: _Grid = np.hypot((self.tops + self.height / 2 - y)[:, None], self.lefts + self.width / 2 - x)
        return distance


def _scores(windows: _Windows, saliency: SaliencyMap, demands: Demands, within: Box) -> Iterator[_Grid]:
    """Yield a score for each criterion, in order; the more the better."""
    if demands.keep:
        yield _total(windows, demands.keep)
    if demands.avoid:
        yield -_total(windows, demands.avoid)
    if demands.focus is not None:
        yield -windows.distance_to(*demands.focus)
    for box in demands.hold:
        yield _whole(windows.share_of(box))
    if demands.subjects:
        kept_whole = np.stack([_whole(windows.share_of(box)) for box in demands.subjects])
        yield kept_whole.max(axis=0)
        yield kept_whole.min(axis=0)
    if demands.near is not None:
        yield -windows.distance_to(*demands.near)
    yield windows.saliency_in(saliency)
    yield -windows.distance_to(*within.centre)


def _total(windows: _Windows, boxes: Sequence[Box]) -> _Grid:
    """Return the shares of boxes inside each window, added up."""
    total: _Grid = np.sum([windows.share_of(box) for box in boxes], axis=0)
    return total


def _whole(share: _Grid) -> _Grid:
    """Return 1 where all of it is inside, else 0."""
    return (share >= 1 - _SAME).astype(np.float64)


def _places(
    cells: int, side: float, within: tuple[float, float], edges: Sequence[float], points: Sequence[float]
) -> _Grid:
    """Return every start of a window along one axis at which a score can bend, ascending."""
    start, stop = within
    free = max(0.0, stop - start - side)
    if free <= _SAME:
        return np.array([start + free / 2])
    grid = np.arange(cells + 1) / cells
    special = [place for edge in edges for place in (edge, edge - side)] + [point - side / 2 for point in points]
    bends = np.concatenate([grid, grid - side, special])
    inside = bends[(bends > start) & (bends < start + free)]
    return np.sort(np.concatenate([inside, [start, start + free / 2, start + free]]))


def _overlap(starts: _Grid, side: float, start: float, length: float) -> _Grid:
    """Return the share of a stretch that lies inside each window along one axis; a point counts as a whole."""
    if length <= 0:
        return ((starts <= start + _SAME) & (starts + side >= start - _SAME)).astype(np.float64)
    inside = np.minimum(starts + side, start + length) - np.maximum(starts, start)
    return _within(inside / length, 0.0, 1.0)


def _between(table: NDArray[np.int64] | _Grid, places: _Grid) -> _Grid:
    """Return rows of a table at real places (in rows), linearly between its whole rows."""
    last = table.shape[0] - 1
    below = np.minimum(np.maximum(places.astype(np.int64), 0), last - 1)
    part = _within(places - below, 0.0, 1.0)[:, None]
    rows: _Grid = table[below] * (1.0 - part) + table[below + 1] * part
    return rows


def _within(values: _Grid, least: float, most: float) -> _Grid:
    """Limit values; ``np.clip`` takes four times as long for so few."""
    limited: _Grid = np.minimum(np.maximum(values, least), most)
    return limited
