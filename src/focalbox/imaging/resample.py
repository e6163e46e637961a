"""Pixels of another size: the last resize of a crop, and the small copy that models look at."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focalbox.imaging.bands import CHANNELS, LANCZOS, TRIANGLE, Band, bands, resized

__all__ = ["average", "resample"]

_ROWS, _COLUMNS = 8, 16
"""Output rows and columns a matrix product makes at once; the fastest of 4..16 by 16..48 (see `_STRIP`)."""
_STRIP = 13
"""Most blocks of output rows that share one strip of the picture: 104 rows. Of 48, 72, 104 and 200 rows the fastest at
0.3 and 1 MP: fewer need more calls, more leave the processor's cache."""
_STRIP_NUMBERS = 2**20
"""Most numbers of a strip, 4 MB: wide pictures get lower strips."""
_MOST_OUTPUT = 2**22
"""Output pixels up to which the matrix products are used: above, their float planes would cost memory for little."""
_BLOCK = 16
"""Output rows and columns that a matrix product makes at once of the copy for looking; the fastest of 8, 16, 32."""

_Window = tuple[float, float, float, float]


def resample(
    image: Image.Image, size: tuple[int, int], window: _Window, pixels: NDArray[np.uint8] | None = None
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
    if not _shrinks(size, window) or width * height > _MOST_OUTPUT:
        return image.resize(size, Image.Resampling.LANCZOS, box=window)
    across = bands(LANCZOS, image.width, width, (left, right), _COLUMNS, after=True)
    down = bands(LANCZOS, image.height, height, (top, bottom), _ROWS)
    columns = across[0].low, across[-1].high
    planes = np.empty((CHANNELS, height, width), dtype=np.uint8)
    for strip in _strips(down, CHANNELS * (columns[1] - columns[0])):
        part = columns[0], strip[0].low, columns[1], strip[-1].high
        sums = resized(_planes(image, part) if pixels is None else _planes_of(pixels, part), strip, across)
        sums += 0.5
        np.clip(sums, 0, 255, out=sums)
        planes[:, strip[0].start : strip[-1].stop] = sums.astype(np.uint8).transpose(1, 0, 2)
    return Image.merge("RGB", [Image.fromarray(plane) for plane in planes])


def average(image: Image.Image, size: tuple[int, int], window: _Window) -> NDArray[np.uint8]:
    """Return a small copy of a window of a picture, smooth, and of the mirrored picture exactly the mirrored copy.

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB, not much larger than the copy.
    size : tuple of int
        Width and height of the copy, in pixels.
    window : tuple of float
        Left, top, right and bottom in pixels of ``image``, inside it.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    if not _shrinks(size, window):
        return np.asarray(image.resize(size, Image.Resampling.BILINEAR, box=window))
    (width, height), (left, top, right, bottom) = size, window
    across = bands(TRIANGLE, image.width, width, (left, right), _BLOCK, after=True)
    down = bands(TRIANGLE, image.height, height, (top, bottom), _BLOCK)
    part = across[0].low, down[0].low, across[-1].high, down[-1].high
    sums = resized(_planes(image, part), down, across)
    sums *= _scale(down, across)
    sums += 0.5
    copy = np.empty((height, width, CHANNELS), dtype=np.uint8)
    for channel in range(CHANNELS):
        copy[:, :, channel] = sums[:, channel]
    return copy


@lru_cache(16)
def _scale(down: tuple[Band, ...], across: tuple[Band, ...]) -> NDArray[np.float32]:
    """Return what brings weighted sums of whole numbers back to pixels, shape (rows, 1, columns)."""
    rows = np.concatenate([band.weights.sum(axis=1) for band in down])
    columns = np.concatenate([band.weights.sum(axis=0) for band in across])
    scale: NDArray[np.float32] = 1 / (rows[:, None, None] * columns)
    return scale


def _shrinks(size: tuple[int, int], window: _Window) -> bool:
    return window[2] - window[0] >= size[0] and window[3] - window[1] >= size[1]


def _strips(down: tuple[Band, ...], row_numbers: int) -> Iterator[tuple[Band, ...]]:
    """Group the bands of output rows by the strip of the picture that they share."""
    tallest = max(band.high - band.low for band in down)
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


def _with_alpha(image: Image.Image, size: tuple[int, int], window: _Window) -> Image.Image:
    """Resize with premultiplied alpha, so that what is invisible does not bleed into what is seen."""
    left, top, right, bottom = window
    scales = (right - left) / size[0], (bottom - top) / size[1]
    reach = [LANCZOS.reach * max(1.0, scale) + 1 for scale in scales]
    column, row = max(0, math.floor(left - reach[0])), max(0, math.floor(top - reach[1]))
    beyond = min(image.width, math.ceil(right + reach[0])), min(image.height, math.ceil(bottom + reach[1]))
    cut = image.crop((column, row, *beyond)).convert("RGBa")
    inner = left - column, top - row, right - column, bottom - row
    return cut.resize(size, Image.Resampling.LANCZOS, box=inner).convert("RGBA")
