"""The last resize: Lanczos as two banded matrix products, a third of the time that Pillow's loops take."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["resample"]

_LOBES = 3
"""Half-width of the kernel in output pixels (Duchon 1979, doi:10.1175/1520-0450(1979)018<1016:LFIOAT>2.0.CO;2)."""
_ROWS, _COLUMNS = 8, 16
"""Output rows and columns a matrix product makes at once; the fastest of 4..16 by 16..48 (see `_STRIP`)."""
_STRIP = 13
"""Most blocks of output rows that share one strip of the picture: 104 rows. Of 48, 72, 104 and 200 rows the fastest at
0.3 and 1 MP: fewer need more calls, more leave the processor's cache."""
_STRIP_NUMBERS = 2**20
"""Most numbers of a strip, 4 MB: wide pictures get lower strips."""
_CHANNELS = 3
_SMALL = 2**18
"""Multiplications up to which OpenBLAS takes one thread, whatever number it was started with (its GEMM_MULTITHREAD_THRESHOLD
of 4 times 2**16), and does not first copy the factors into blocks (up to 10**6): products are done in pieces of that size.
With larger ones a service whose threads all resize answered a third fewer requests."""
_MOST_OUTPUT = 2**22
"""Output pixels up to which the matrix products are used: above, their float planes would cost memory for little."""
_PLANS_KEPT = 64
"""Weights held, each some 100 kB: a service makes the same few sizes from pictures of the same few cameras."""


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

_Band = tuple[int, int, int, int, NDArray[np.float32]]


def resample(
    image: Image.Image,
    size: tuple[int, int],
    window: tuple[float, float, float, float],
    pixels: NDArray[np.uint8] | None = None,
) -> Image.Image:
    """Cut a window out of a picture and resize it, reading no pixel that the window does not need.

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB or RGBA.
    size : tuple of int
        Width and height of the result, in pixels.
    window : tuple of float
        Left, top, right and bottom in pixels of ``image``, inside it.
    pixels : ndarray of uint8, shape (h, w, 4), optional
        The memory in which an RGB ``image`` lies, if it is known: its planes are then read without a copy.

    Returns
    -------
    PIL.Image.Image
        Of the same mode and exactly ``size``. The kernel is Pillow's ``LANCZOS``, cut off at the picture's edges, so
        the pixels are Pillow's but for rounding, which happens once instead of twice.
    """
    width, height = size
    left, top, right, bottom = window
    column, row = int(left), int(top)
    if max(abs(left - column), abs(top - row), abs(right - column - width), abs(bottom - row - height)) == 0:
        return image.crop((column, row, column + width, row + height))
    if image.mode == "RGBA":
        return _with_alpha(image, size, window)
    shrinks = right - left >= width and bottom - top >= height
    if not shrinks or width * height > _MOST_OUTPUT:
        return image.resize(size, Image.Resampling.LANCZOS, box=window)
    across = _bands(image.width, width, left, right, _COLUMNS, after=True)
    down = _bands(image.height, height, top, bottom, _ROWS)
    columns = across[0][2], across[-1][3]
    planes = np.empty((_CHANNELS, height, width), dtype=np.uint8)
    for bands in _strips(down, _CHANNELS * (columns[1] - columns[0])):
        part = columns[0], bands[0][2], columns[1], bands[-1][3]
        strip = _planes(image, part) if pixels is None else _planes_of(pixels, part)
        planes[:, bands[0][0] : bands[-1][1]] = _resized(strip, bands, across)
    return Image.merge("RGB", [Image.fromarray(plane) for plane in planes])


def _strips(down: tuple[_Band, ...], row_numbers: int) -> Iterator[tuple[_Band, ...]]:
    """Group the bands of output rows by the strip of the picture that they share."""
    tallest = max(high - low for _, _, low, high, _ in down)
    together = max(1, min(_STRIP, _STRIP_NUMBERS // (row_numbers * tallest)))
    for first in range(0, len(down), together):
        yield down[first : first + together]


def _planes(image: Image.Image, part: tuple[int, int, int, int]) -> list[NDArray[np.uint8]]:
    """Return red, green and blue of a part of a picture, each of shape (h, w)."""
    return [np.asarray(plane) for plane in image.crop(part).split()]


def _planes_of(pixels: NDArray[np.uint8], part: tuple[int, int, int, int]) -> list[NDArray[np.uint8]]:
    """Return the same from pixels of four bytes, read as one number each: twice as fast as every fourth byte."""
    left, top, right, bottom = part
    numbers = pixels.view("<u4")[top:bottom, left:right, 0]
    return [(numbers >> shift).astype(np.uint8) for shift in (0, 8, 16)]


def _resized(planes: list[NDArray[np.uint8]], down: tuple[_Band, ...], across: tuple[_Band, ...]) -> NDArray[np.uint8]:
    """Resize the rows of a picture that a few bands of output rows need.

    The three channels lie side by side in every row, so that one product does all of them.

    Returns
    -------
    ndarray of uint8, shape (3, h, w)
    """
    first, row, left = down[0][0], down[0][2], across[0][2]
    count, width = down[-1][1] - first, across[-1][1]
    height, length = planes[0].shape
    beside, half, whole = _scratch.arrays(
        (height, _CHANNELS, length), (count, _CHANNELS * length), (_CHANNELS * count, width)
    )
    for channel, plane in enumerate(planes):
        beside[:, channel] = plane
    rows = beside.reshape(height, -1)
    for start, stop, low, high, weights in down:
        at_once = max(1, _SMALL // weights.size)
        for column in range(0, rows.shape[1], at_once):
            part = np.s_[column : column + at_once]
            np.matmul(weights, rows[low - row : high - row, part], out=half[start - first : stop - first, part])
    flat = half.reshape(-1, length)
    for start, stop, low, high, weights in across:
        at_once = max(1, _SMALL // weights.size)
        for top in range(0, len(flat), at_once):
            part = np.s_[top : top + at_once]
            np.matmul(flat[part, low - left : high - left], weights, out=whole[part, start:stop])
    whole += 0.5
    np.clip(whole, 0, 255, out=whole)
    return whole.reshape(count, _CHANNELS, width).astype(np.uint8).transpose(1, 0, 2)


@lru_cache(_PLANS_KEPT)
def _bands(cells: int, count: int, start: float, stop: float, block: int, *, after: bool = False) -> tuple[_Band, ...]:
    """Return the weights of ``count`` output cells over ``start..stop`` of ``cells`` input cells, in blocks.

    Parameters
    ----------
    after : bool
        Whether the weights stand after the pixels in the product: they are then turned.

    Returns
    -------
    tuple of (first output, last output, first input, last input, weights)
        The "last" ones are outside; weights have shape (outputs, inputs), or (inputs, outputs) when turned, and the
        weights of an output sum to 1.
    """
    return tuple(
        (first, last, low, high, np.ascontiguousarray(weights.T if after else weights))
        for first, last, low, high, weights in _each_band(cells, count, start, stop, block)
    )


def _each_band(cells: int, count: int, start: float, stop: float, block: int) -> Iterator[_Band]:
    scale = (stop - start) / count
    support = _LOBES * scale
    centres = start + (np.arange(count) + 0.5) * scale
    lows = np.maximum(0, np.floor(centres - support + 0.5).astype(np.int64))
    highs = np.minimum(cells, np.floor(centres + support + 0.5).astype(np.int64))
    taps = math.ceil(2 * support) + 2
    places = lows[:, None] + np.arange(taps)
    distance = (places + 0.5 - centres[:, None]) / scale
    weights = np.sinc(distance) * np.sinc(distance / _LOBES)
    weights[(np.abs(distance) >= _LOBES) | (places >= highs[:, None])] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    for first in range(0, count, block):
        last = min(first + block, count)
        low, high = int(lows[first]), int(highs[last - 1])
        dense = np.zeros((last - first, high - low + taps), dtype=np.float32)
        offsets = lows[first:last] - low
        np.put_along_axis(dense, offsets[:, None] + np.arange(taps), weights[first:last].astype(np.float32), axis=1)
        yield first, last, low, high, dense[:, : high - low]


def _with_alpha(image: Image.Image, size: tuple[int, int], window: tuple[float, float, float, float]) -> Image.Image:
    """Resize with premultiplied alpha, so that what is invisible does not bleed into what is seen."""
    left, top, right, bottom = window
    reach = [_LOBES * max(1.0, (right - left) / size[0]) + 1, _LOBES * max(1.0, (bottom - top) / size[1]) + 1]
    column, row = max(0, math.floor(left - reach[0])), max(0, math.floor(top - reach[1]))
    beyond = min(image.width, math.ceil(right + reach[0])), min(image.height, math.ceil(bottom + reach[1]))
    cut = image.crop((column, row, *beyond)).convert("RGBa")
    inner = left - column, top - row, right - column, bottom - row
    return cut.resize(size, Image.Resampling.LANCZOS, box=inner).convert("RGBA")
