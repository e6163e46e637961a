"""The exact salient box: the one with the highest Jaccard index with the saliency map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import LEVELS, SaliencyMap

__all__ = ["SalientBox", "salient_box"]

_COARSE = 16
"""Cells a side of the averaged map that gives the first guess. A good guess leaves few row pairs to look at again;
16 costs a tenth of the first full pass (`make bench`, exact box)."""

_Table = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SalientBox:
    """The box that covers the saliency best.

    Parameters
    ----------
    box : Box
        In fractions of the picture; its edges lie on the edges of the map's cells.
    jaccard : float
        Its Jaccard index with the map, 0 to 1; 0 only when there is no evidence.
    """

    box: Box
    jaccard: float


def salient_box(saliency: SaliencyMap) -> SalientBox:
    r"""Find the box with the highest Jaccard index with a saliency map, exactly.

    For a map :math:`S` with maximum 1 and a box :math:`B` of :math:`|B|` cells,

    .. math:: J(B) = \frac{\sum_B S}{|B| + \sum S - \sum_B S}

    is the intersection over union of the fuzzy set :math:`S` with :math:`B` (Ruzicka 1958). It is a ratio of two
    functions that are sums over the box, so Dinkelbach's iteration [1]_ finds its global maximum: for the best ratio
    known so far, look for the box with the largest numerator - ratio * denominator; when none is above 0, no box is
    better. Each look is a maximum-sum rectangle, found for all pairs of rows at once with a running minimum along the
    columns (Kadane's scan as told by Bentley [2]_). A pair of rows that has nothing to offer at one ratio has nothing
    at a higher one, so only the first look goes over all of them. Everything is in whole numbers: no tolerance.

    Parameters
    ----------
    saliency : SaliencyMap
        Any shape.

    Returns
    -------
    SalientBox
        The whole picture with index 0 when the map is all zero. Of equally good boxes the one nearest the centre,
        then the largest, then the uppermost, then the leftmost.

    References
    ----------
    .. [1] W. Dinkelbach, "On Nonlinear Fractional Programming", Management Science 13(7), 1967,
       https://doi.org/10.1287/mnsc.13.7.492
    .. [2] J. Bentley, "Programming Pearls: Algorithm Design Techniques", Communications of the ACM 27(9), 1984,
       https://doi.org/10.1145/358234.381162

    Examples
    --------
    >>> from focalbox.core.geometry import Size
    >>> found = salient_box(SaliencyMap([[0, 0, 0, 0], [0, 8, 8, 0], [0, 0, 1, 0]]))
    >>> found.box.to_pixels(Size(40, 30))
    PixelBox(left=10, top=10, width=20, height=10)
    >>> round(found.jaccard, 3)
    0.941
    """
    if saliency.total == 0:
        return SalientBox(WHOLE, 0.0)
    rows, columns = saliency.shape
    tall = rows > columns  # a scan costs columns * rows**2: let the shorter side be the rows
    table = np.ascontiguousarray(saliency.table.T) if tall else saliency.table
    boxes = _search(table, _guess(table))
    if tall:
        boxes = [box.transposed() for box in boxes]
    best = min(boxes, key=lambda box: box.off_centre(rows, columns))
    box = Box.between(best.left / columns, best.top / rows, best.right / columns, best.bottom / rows)
    return SalientBox(box, best.inside / best.whole)


@dataclass(frozen=True, slots=True)
class _Cells:
    """A box in whole cells; its Jaccard index is ``inside / whole``, both in `LEVELS`."""

    left: int
    top: int
    right: int
    bottom: int
    inside: int
    whole: int

    @classmethod
    def of(cls, table: _Table, left: int, top: int, right: int, bottom: int) -> Self:
        inside = int(table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left])
        area = (right - left) * (bottom - top) * LEVELS
        return cls(left, top, right, bottom, inside, area + int(table[-1, -1]) - inside)

    def transposed(self) -> Self:
        return type(self)(self.top, self.left, self.bottom, self.right, self.inside, self.whole)

    def off_centre(self, rows: int, columns: int) -> tuple[int, int, int, int]:
        """Order ties: the nearest to the centre, then the largest, the uppermost, the leftmost."""
        across, down = self.left + self.right - columns, self.top + self.bottom - rows
        area = (self.right - self.left) * (self.bottom - self.top)
        return across * across + down * down, -area, self.top, self.left


def _guess(table: _Table) -> _Cells:
    """Return a box to start from: the best of those whose edges lie on a coarse grid."""
    rows, columns = table.shape[0] - 1, table.shape[1] - 1
    everything = _Cells.of(table, 0, 0, columns, rows)
    if max(rows, columns) <= _COARSE:
        return everything
    down, across = (np.linspace(0, cells, min(cells, _COARSE) + 1).astype(np.int64) for cells in (rows, columns))
    return _search(table, everything, down, across)[0]


def _search(
    table: _Table, best: _Cells, down: NDArray[np.int64] | None = None, across: NDArray[np.int64] | None = None
) -> list[_Cells]:
    """Return all the best boxes with edges at ``down`` and ``across`` (by default at every cell's edge).

    One of them when they are no better than ``best``.
    """
    down = np.arange(table.shape[0]) if down is None else down
    across = np.arange(table.shape[1]) if across is None else across
    sums, areas = table[np.ix_(down, across)], np.outer(down, across) * LEVELS
    total = int(table[-1, -1])

    surplus, least = _surplus(sums, areas, total, best)
    tops, bottoms = np.nonzero(np.triu(_screen(surplus) >= least, 1))
    while True:
        strips, lows = _strips(surplus, tops, bottoms)
        gains = (strips - lows).max(axis=1)
        if gains.max(initial=least) <= least:
            break
        pair = int(gains.argmax())
        right = int((strips[pair] - lows[pair]).argmax())
        left = int(strips[pair, : right + 1].argmin())
        best = _Cells.of(table, int(across[left]), int(down[tops[pair]]), int(across[right]), int(down[bottoms[pair]]))
        tops, bottoms = tops[gains >= least], bottoms[gains >= least]
        surplus, least = _surplus(sums, areas, total, best)
    boxes = [best]
    for pair in np.flatnonzero(gains == least).tolist():
        lefts, rights = np.nonzero(np.triu(strips[pair] - strips[pair][:, None] == least, 1))
        boxes += [
            _Cells.of(table, int(across[a]), int(down[tops[pair]]), int(across[b]), int(down[bottoms[pair]]))
            for a, b in zip(lefts, rights, strict=True)
        ]
    return boxes


def _surplus(sums: _Table, areas: _Table, total: int, best: _Cells) -> tuple[_Table, int]:
    """Return a table whose sum over a box exceeds ``least`` just when the box is better than ``best``.

    inside / (area + total - inside) > n / d  <=>  (n + d) * inside - n * area > n * total.
    """
    numerator, denominator = best.inside, best.whole
    return (numerator + denominator) * sums - numerator * areas, numerator * total


def _screen(surplus: _Table) -> _Table:
    """Return the largest box sum for every pair of rows (top, bottom), shape (rows, rows).

    A scan along the columns keeps, for all pairs at once, the smallest strip sum so far; what is above the diagonal
    counts. Column by column the four working arrays stay in the processor's cache, which is twice as fast as whole
    arrays of strips.
    """
    by_column = np.ascontiguousarray(surplus.T)
    rows = by_column.shape[1]
    most = np.full((rows, rows), np.iinfo(np.int64).min)
    low = np.zeros((rows, rows), dtype=np.int64)
    strip, gain = np.empty_like(low), np.empty_like(low)
    for column in by_column[1:]:
        np.subtract(column[None, :], column[:, None], out=strip)
        np.subtract(strip, low, out=gain)
        np.maximum(most, gain, out=most)
        np.minimum(low, strip, out=low)
    return most


def _strips(surplus: _Table, tops: NDArray[np.intp], bottoms: NDArray[np.intp]) -> tuple[_Table, _Table]:
    """Return the running sums along the strips between two rows, and the smallest so far, shape (pairs, columns)."""
    strips = surplus[bottoms] - surplus[tops]
    return strips, np.minimum.accumulate(strips, axis=1)
