"""Resizing as two banded matrix products: a third of the time that Pillow's loops take."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHANNELS", "LANCZOS", "TRIANGLE", "Band", "Kernel", "bands", "resized"]

CHANNELS = 3

_PLANS_KEPT = 64
"""Weights held, each some 100 kB: a service makes the same few sizes from pictures of the same few cameras."""

_DIGITS = 6
"""Decimals of a weight in `Kernel.levels` that count before it is rounded to a whole number: mirrored weights differ in the
last bits, and must not be rounded to two sides."""

_SMALL = 10**6
"""Multiplications up to which OpenBLAS multiplies without copying the factors into blocks first: three times as fast for
products of so few rows (its small-matrix kernels, 0.3.17 and later)."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """How much the pixels around a place count.

    Parameters
    ----------
    reach : int
        Where the kernel ends, in output pixels from its middle.
    weight : callable
        From distances in output pixels, any shape, to weights; they need not sum to 1.
    levels : int
        What the weights of an output pixel add up to if they are to be whole numbers, 0 for real ones that add up to 1.
        Up to 250, sums of 8-bit pixels weighted along both axes stay below 2**24, the whole numbers that 32-bit floats
        hold: they are exact in whatever order they are added, and a mirrored picture gives the mirrored result.
    """

    reach: int
    weight: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    levels: int = 0


LANCZOS = Kernel(3, lambda distance: np.sinc(distance) * np.sinc(distance / 3))
"""Sharp, for results (Duchon 1979, doi:10.1175/1520-0450(1979)018<1016:LFIOAT>2.0.CO;2)."""

TRIANGLE = Kernel(1, lambda distance: 1.0 - np.abs(distance), levels=240)
"""Smooth, short and exact, for looking."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A few neighbouring output cells along one axis, and what they are made of; equal to itself alone.

    Parameters
    ----------
    start, stop : int
        The output cells, the last excluded.
    low, high : int
        The input cells that they need, the last excluded.
    weights : ndarray of float32
        Shape (outputs, inputs) to stand before the pixels in a product, (inputs, outputs) to stand after them.
    """

    start: int
    stop: int
    low: int
    high: int
    weights: NDArray[np.float32]


class _Scratch(threading.local):
    """Memory of this thread for the numbers in between, used again by every resize.

    The system zeroes fresh memory page by page, which took as long as the arithmetic.
    """

    def __init__(self) -> None:
        self._memory: NDArray[np.float32] = np.empty(0, dtype=np.float32)

    def arrays(self, *shapes: tuple[int, ...]) -> list[NDArray[np.float32]]:
        """Return arrays of some shapes, their values whatever was left there; valid until the next call."""
        ends = [0, *itertools.accumulate(math.prod(shape) for shape in shapes)]
        if self._memory.size < ends[-1]:
            self._memory = np.empty(ends[-1], dtype=np.float32)
        places = zip(itertools.pairwise(ends), shapes, strict=True)
        return [self._memory[start:stop].reshape(shape) for (start, stop), shape in places]


_scratch = _Scratch()


@lru_cache(_PLANS_KEPT)
def bands(
    kernel: Kernel, cells: int, count: int, span: tuple[float, float], block: int, *, after: bool = False
) -> tuple[Band, ...]:
    """Return the weights of ``count`` output cells over a span of ``cells`` input cells.

    Parameters
    ----------
    kernel : Kernel
        Cut off at the picture's edges.
    cells, count : int
    span : tuple of float
        Where the outputs begin and end, in input cells; at least ``count`` long.
    block : int
        Outputs a band.
    after : bool
        Whether the weights stand after the pixels.
    """
    return tuple(
        Band(start, stop, low, high, np.ascontiguousarray(weights.T if after else weights))
        for start, stop, low, high, weights in _each_band(kernel, cells, count, span, block)
    )


def _each_band(
    kernel: Kernel, cells: int, count: int, span: tuple[float, float], block: int
) -> Iterator[tuple[int, int, int, int, NDArray[np.float32]]]:
    scale = (span[1] - span[0]) / count
    support = kernel.reach * scale
    centres = span[0] + (np.arange(count) + 0.5) * scale
    lows = np.maximum(0, np.floor(centres - support + 0.5).astype(np.int64))
    highs = np.minimum(cells, np.floor(centres + support + 0.5).astype(np.int64))
    taps = math.ceil(2 * support) + 2
    places = lows[:, None] + np.arange(taps)
    distance = (places + 0.5 - centres[:, None]) / scale
    weights = kernel.weight(distance)
    weights[(np.abs(distance) >= kernel.reach) | (places >= highs[:, None])] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    if kernel.levels:
        weights = np.floor(np.round(weights * kernel.levels, _DIGITS) + 0.5)
    for start in range(0, count, block):
        stop = min(start + block, count)
        low, high = int(lows[start]), int(highs[stop - 1])
        dense = np.zeros((stop - start, high - low + taps), dtype=np.float32)
        offsets = lows[start:stop] - low
        np.put_along_axis(dense, offsets[:, None] + np.arange(taps), weights[start:stop].astype(np.float32), axis=1)
        yield start, stop, low, high, dense[:, : high - low]


def resized(planes: Sequence[NDArray[np.uint8]], down: Sequence[Band], across: Sequence[Band]) -> NDArray[np.float32]:
    """Resize the rows of a picture that a few bands of output rows need.

    The channels lie side by side in every row, so that one product does all of them.

    Parameters
    ----------
    planes : sequence of ndarray of uint8, shape (h, w)
        The channels of the part of the picture that the bands need, and no more.
    down, across : sequence of Band
        Neighbouring bands of rows, and all bands of columns.

    Returns
    -------
    ndarray of float32, shape (rows, channels, columns)
        Weighted sums; valid until the next call in this thread.
    """
    first, row, column = down[0].start, down[0].low, across[0].low
    count, width = down[-1].stop - first, across[-1].stop
    height, length = planes[0].shape
    channels = len(planes)
    beside, half, whole = _scratch.arrays(
        (height, channels, length), (count, channels * length), (channels * count, width)
    )
    for channel, plane in enumerate(planes):
        beside[:, channel] = plane
    rows = beside.reshape(height, -1)
    for band in down:
        at_once = max(1, _SMALL // band.weights.size)
        for start in range(0, rows.shape[1], at_once):
            part = np.s_[start : start + at_once]
            out = half[band.start - first : band.stop - first, part]
            np.matmul(band.weights, rows[band.low - row : band.high - row, part], out=out)
    flat = half.reshape(-1, length)
    for band in across:
        np.matmul(flat[:, band.low - column : band.high - column], band.weights, out=whole[:, band.start : band.stop])
    return whole.reshape(count, channels, width)
