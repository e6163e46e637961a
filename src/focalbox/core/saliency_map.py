"""The saliency map: how much each place of a picture attracts a viewer, in whole numbers that add up exactly."""

from __future__ import annotations

import base64
import binascii
import itertools
import math
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalbox.core.geometry import WHOLE, Box
from focalbox.errors import InvalidRequest, ModelError, show_value

__all__ = ["LEVELS", "MAX_CELLS", "SaliencyMap"]

LEVELS = 2**14 - 1
"""The value (no unit) of the strongest cell. Maps are whole numbers so that sums are exact: a mirrored or reloaded map
gives the same box to the last bit, and ties are real ties. With ``MAX_CELLS`` a side, every number that the exact box
needs stays below 2**63: 3 * (cells * LEVELS)**2 = 3.5e18."""

MAX_CELLS = 256
"""The most cells on a side of a map; a larger map is averaged down to it."""

_DIMENSIONS = 2
_AVERAGINGS_KEPT = 32
"""Weights remembered, some 50 kB each: a picture needs a few, and cameras make few shapes."""


class SaliencyMap:
    """How much each place of the upright picture attracts a viewer.

    The map covers the whole picture: cell (row, column) of a map of (h, w) cells is the part of the picture from
    (column / w, row / h) to ((column + 1) / w, (row + 1) / h). Values are scaled to a maximum of 1 and kept as whole
    numbers of ``LEVELS``.

    Parameters
    ----------
    values : array_like, shape (h, w)
        Finite numbers >= 0 on any scale. All zero means: no evidence.

    Raises
    ------
    ModelError
        When ``values`` is not a two-dimensional array of finite numbers >= 0.

    Examples
    --------
    >>> saliency = SaliencyMap([[0, 0], [0, 5]])
    >>> saliency.share(Box(0.5, 0.5, 0.5, 0.5))
    1.0
    """

    __slots__ = ("__dict__", "cells")

    cells: NDArray[np.int64]
    """Shape (h, w), whole numbers from 0 to ``LEVELS``, read-only."""

    def __init__(self, values: ArrayLike) -> None:
        try:
            array = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            message = f"a saliency map needs numbers in two dimensions, not {show_value(values)}"
            raise ModelError(message) from error
        if array.ndim != _DIMENSIONS or array.size == 0:
            message = f"a saliency map needs two dimensions with at least one cell, not shape {array.shape}"
            raise ModelError(message)
        low, high = array.min(), array.max()
        if not (math.isfinite(low) and math.isfinite(high)):
            message = "a saliency map needs finite numbers, but some are NaN or infinite"
            raise ModelError(message)
        if low < 0:
            message = f"a saliency map needs numbers of at least 0, but the smallest is {low:g}"
            raise ModelError(message)
        if high > 0:
            array = array / high
            if max(array.shape) > MAX_CELLS:
                array = _average(array)
                array /= array.max()
        self.cells = np.rint(array * LEVELS).astype(np.int64)
        self.cells.setflags(write=False)

    @classmethod
    def blank(cls) -> SaliencyMap:
        """Return the map of no evidence: one cell of 0."""
        return cls(np.zeros((1, 1)))

    def __reduce__(self) -> tuple[type[SaliencyMap], tuple[NDArray[np.int64]]]:
        """Make copies and pickles anew from the cells: what is restored as it lay in memory could be written to."""
        return type(self), (self.cells,)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns (h, w)."""
        rows, columns = self.cells.shape
        return rows, columns

    @property
    def values(self) -> NDArray[np.float32]:
        """The map as numbers from 0 to 1, shape (h, w)."""
        return (self.cells / LEVELS).astype(np.float32)

    @cached_property
    def total(self) -> int:
        """The sum of all cells; 0 means no evidence."""
        return int(self.cells.sum())

    @cached_property
    def table(self) -> NDArray[np.int64]:
        """The summed-area table, shape (h + 1, w + 1): ``table[r, c]`` is the sum of the cells above r, left of c."""
        rows, columns = self.shape
        table = np.zeros((rows + 1, columns + 1), dtype=np.int64)
        np.cumsum(self.cells, axis=0, out=table[1:, 1:])
        np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
        table.setflags(write=False)
        return table

    def share(self, box: Box) -> float:
        """Return the share of the saliency inside ``box``, 0 to 1; 1 when there is none to lose."""
        if self.total == 0:
            return 1.0
        inside = box.intersection(WHOLE)
        rows, columns = self.shape
        left, right = _cell_at(inside.left, columns), _cell_at(inside.right, columns)
        top, bottom = _cell_at(inside.top, rows), _cell_at(inside.bottom, rows)
        above = self._before(right, top) - self._before(left, top)
        kept = self._before(right, bottom) - self._before(left, bottom) - above
        return min(1.0, max(0.0, kept / self.total))

    def _before(self, x: tuple[int, float], y: tuple[int, float]) -> float:
        """Return the sum of what lies left of x and above y, as `_cell_at`: the summed-area table, linear within a cell."""
        (column, across), (row, down) = x, y
        cell = self.table.item
        above = cell(row, column) * (1.0 - across) + cell(row, column + 1) * across
        below = cell(row + 1, column) * (1.0 - across) + cell(row + 1, column + 1) * across
        return float(above * (1.0 - down) + below * down)

    def mirror(self) -> SaliencyMap:
        """Return the map of the picture mirrored left to right."""
        return SaliencyMap(self.cells[:, ::-1])

    def average(self, rows: int, columns: int) -> NDArray[np.float64]:
        """Return the mean of the map inside each of fewer, larger cells: shape (rows, columns), 1 on average.

        Zeros when the map is empty.
        """
        down, across = _averaging(self.shape[0], rows), _averaging(self.shape[1], columns)
        means: NDArray[np.float64] = down @ self.cells @ across.T
        return means * (self.cells.size / self.total) if self.total else means

    def __eq__(self, other: object) -> bool:
        """Compare cell by cell."""
        return isinstance(other, SaliencyMap) and np.array_equal(self.cells, other.cells)

    def __hash__(self) -> int:
        """Hash the cells, as ``__eq__`` compares them."""
        return hash((self.shape, self.cells.tobytes()))

    def __repr__(self) -> str:
        """Say how many cells there are."""
        rows, columns = self.shape
        return f"SaliencyMap({rows} x {columns} cells)"

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"width", "height", "cells"}``: the cells row by row, little-endian 16-bit, in base64."""
        rows, columns = self.shape
        packed = base64.b64encode(self.cells.astype("<u2").tobytes()).decode("ascii")
        return {"width": columns, "height": rows, "cells": packed}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> SaliencyMap:
        """Read what `to_dict` wrote.

        Raises
        ------
        InvalidRequest
            When the document is not such a map.
        """
        try:
            rows, columns = int(document["height"]), int(document["width"])
            packed = base64.b64decode(document["cells"], validate=True)
            cells = np.frombuffer(packed, dtype="<u2").reshape(rows, columns)
        except (LookupError, TypeError, ValueError, OverflowError, binascii.Error) as error:
            message = "a saved saliency map needs width, height and that many 16-bit cells in base64"
            raise InvalidRequest(message) from error
        if rows > MAX_CELLS or columns > MAX_CELLS or cells.size == 0 or cells.max() not in {0, LEVELS}:
            message = f"a saved saliency map needs 1 to {MAX_CELLS} cells a side and a largest cell of 0 or {LEVELS}"
            raise InvalidRequest(message)
        return cls(cells)


def _cell_at(place: float, cells: int) -> tuple[int, float]:
    """Return the cell of an axis that a place (a fraction) lies in, and how far inside (cells)."""
    cell = min(int(place * cells), cells - 1)
    return cell, place * cells - cell


def _average(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average blocks of cells until no side has more than `MAX_CELLS`."""
    rows, columns = (min(cells, MAX_CELLS) for cells in array.shape)
    averaged: NDArray[np.float64] = _averaging(array.shape[0], rows) @ array @ _averaging(array.shape[1], columns).T
    return averaged


@lru_cache(_AVERAGINGS_KEPT)
def _averaging(cells: int, parts: int) -> NDArray[np.float64]:
    """Return the weights that average unit cells inside equal parts of an axis, shape (parts, cells)."""
    edges = np.linspace(0, cells, parts + 1)
    return np.stack([_weights(start, stop, cells) / (stop - start) for start, stop in itertools.pairwise(edges)])


def _weights(start: float, stop: float, cells: int) -> NDArray[np.float64]:
    """Return how much of each of ``cells`` unit cells lies between two places, each 0 to 1, shape (cells,)."""
    index = np.arange(cells)
    inside: NDArray[np.float64] = np.clip(np.minimum(index + 1, stop) - np.maximum(index, start), 0.0, 1.0)
    return inside
