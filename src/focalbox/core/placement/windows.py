"""All candidate windows of given sides, and what each of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from focalbox.core.geometry import SAME, Box
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["Grid", "Windows", "places"]


Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Windows:
    """Every left edge with every top edge, at one width and height.

    Parameters
    ----------
    lefts, tops : ndarray of float, shape (n,) and (m,)
        Fractions of the picture's sides, ascending.
    width, height : float
        Fractions of the picture's sides.
    """

    lefts: Grid
    tops: Grid
    width: float
    height: float

    @classmethod
    def at(cls, box: Box) -> Windows:
        """Return one window alone."""
        return cls(np.array([box.left]), np.array([box.top]), box.width, box.height)

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of tops and of lefts."""
        return self.tops.size, self.lefts.size

    def middle(self, margin: float) -> Windows:
        """Return the windows without a margin, a share of their sides, at the edges that lie inside the picture.

        A window that is as wide or as high as the picture loses nothing along that axis.
        """
        across, down = self.margins(margin)
        return Windows(self.lefts + across, self.tops + down, self.width - 2 * across, self.height - 2 * down)

    def margins(self, margin: float) -> tuple[float, float]:
        """Return how wide a margin is at the left and right, and how high at the top and bottom; shares of the picture."""
        return margin * self.width if self.width < 1.0 else 0.0, margin * self.height if self.height < 1.0 else 0.0

    def share_of(self, box: Box) -> Grid:
        """Return the share of the box's area inside each window, 0 to 1, shape (tops, lefts)."""
        across = _overlap(self.lefts, self.width, box.left, box.width)
        return _overlap(self.tops, self.height, box.top, box.height)[:, None] * across

    def shares_of(self, boxes: Sequence[Box]) -> tuple[Grid, Grid]:
        """Return the share of each box's sides inside windows along one axis, 0 to 1; shapes as in `holds`.

        The product of both is the share of the box's area. All boxes have an area.
        """
        left, top, right, bottom = _edges(boxes)
        down = np.minimum(self.tops + self.height, bottom) - np.maximum(self.tops, top)
        across = np.minimum(self.lefts + self.width, right) - np.maximum(self.lefts, left)
        return np.maximum(down, 0.0) / (bottom - top), np.maximum(across, 0.0) / (right - left)

    def begin_above(self, box: Box) -> Grid:
        """Return the share of the box's width inside each window that begins at or above its top, else 0; as `share_of`."""
        across = _overlap(self.lefts, self.width, box.left, box.width)
        return (self.tops <= box.top + SAME)[:, None] * across

    def holds(self, boxes: Sequence[Box]) -> tuple[Grid, Grid]:
        """Return 1 where windows hold the whole of each box along one axis, else 0.

        Returns
        -------
        (ndarray, ndarray), shapes (boxes, tops) and (boxes, lefts)
            A window holds a box when the product of both is 1.
        """
        left, top, right, bottom = _edges(boxes)
        down = (self.tops <= top + SAME) & (self.tops + self.height >= bottom - SAME)
        across = (self.lefts <= left + SAME) & (self.lefts + self.width >= right - SAME)
        return down.astype(np.float64), across.astype(np.float64)

    def touches(self, boxes: Sequence[Box]) -> tuple[Grid, Grid]:
        """Return 1 where windows show any part of each box along one axis, else 0; shapes as in `holds`."""
        left, top, right, bottom = _edges(boxes)
        down = (self.tops < bottom - SAME) & (self.tops + self.height > top + SAME)
        across = (self.lefts < right - SAME) & (self.lefts + self.width > left + SAME)
        return down.astype(np.float64), across.astype(np.float64)

    def beside(self, points: Sequence[float]) -> Grid:
        """Return how far each point lies to the left or right of the windows' vertical middle lines, shape (points, lefts).

        0 on the line, 1 at the edge. A window as wide as the picture cannot move sideways: 0 for it.
        """
        if self.width >= 1.0:
            return np.zeros((len(points), self.lefts.size))
        distance: Grid = np.abs(self.lefts + self.width / 2 - np.array(points)[:, None]) / (self.width / 2)
        return distance

    def saliency_in(self, saliency: SaliencyMap) -> Grid:
        """Return the share of the saliency inside each window, shape (tops, lefts), from the summed-area table."""
        inside: NDArray[np.int64] | Grid = saliency.table
        if self.width >= 1.0:  # most are as wide or as high as the picture: nothing to look up along that axis
            inside = inside[:, -1:]
        inside = inside[-1:] if self.height >= 1.0 else _inside(inside, self.tops, self.height)
        if self.width < 1.0:
            inside = _inside(inside.T, self.lefts, self.width).T
        shares: Grid = inside / max(1, saliency.total)
        return shares

    def distance_to(self, x: float, y: float) -> Grid:
        """Return the distance of each window's centre to a point, fractions, shape (tops, lefts)."""
        distance: Grid = np.hypot((self.tops + self.height / 2 - y)[:, None], self.lefts + self.width / 2 - x)
        return distance


def places(
    cells: int,
    side: float,
    within: tuple[float, float],
    edges: Sequence[float],
    points: Sequence[float],
    *,
    margin: float = 0.0,
) -> Grid:
    """Return every start of a window along one axis at which a score can bend or jump, ascending.

    Parameters
    ----------
    cells : int
        Cells of the map along the axis.
    side : float
        The window's side, a fraction of the axis.
    within : (float, float)
        Where the window has to stay, fractions.
    edges : sequence of float
        Edges of boxes, fractions: a window begins or ends at them.
    points : sequence of float
        Points that a window is centred on.
    margin : float
        Of the window's middle part, whose edges count as well: a share of the side. 0 when there is none.
    """
    start, stop = within
    free = max(0.0, stop - start - side)
    if free <= SAME:
        return np.array([start + free / 2])
    grid = np.arange(cells + 1) / cells
    special = [place for edge in edges for place in (edge, edge - side)] + [point - side / 2 for point in points]
    inner = [grid - margin * side, grid - (1.0 - margin) * side] if margin else []
    bends = np.concatenate([grid, grid - side, *inner, special])
    inside = bends[(bends > start) & (bends < start + free)]
    return np.sort(np.concatenate([inside, [start, start + free / 2, start + free]]))


def _edges(boxes: Sequence[Box]) -> Grid:
    """Return left, top, right and bottom of boxes, shape (4, boxes, 1)."""
    return np.array([(box.left, box.top, box.right, box.bottom) for box in boxes]).T[:, :, None]


def _overlap(starts: Grid, side: float, start: float, length: float) -> Grid:
    """Return the share of a stretch that lies inside each window along one axis; a point counts as a whole."""
    if length <= 0:
        return ((starts <= start + SAME) & (starts + side >= start - SAME)).astype(np.float64)
    inside = np.minimum(starts + side, start + length) - np.maximum(starts, start)
    return _limit(inside / length, 0.0, 1.0)


def _inside(table: NDArray[np.int64] | Grid, starts: Grid, side: float) -> Grid:
    """Return what is added to a table's running sums along each stretch of its rows (fractions), linearly within a row."""
    cells = table.shape[0] - 1
    rows = np.concatenate([starts, starts + side]) * cells
    before = np.minimum(np.maximum(rows.astype(np.int64), 0), cells - 1)
    part = _limit(rows - before, 0.0, 1.0)[:, None]
    sums: Grid = table[before] * (1.0 - part) + table[before + 1] * part
    return sums[starts.size :] - sums[: starts.size]


def _limit(values: Grid, low: float, high: float) -> Grid:
    """Limit values; ``np.clip`` takes four times as long for so few."""
    limited: Grid = np.minimum(np.maximum(values, low), high)
    return limited
