"""Every resize of the path: bilinear for looking, Lanczos for the result.

The filters are Pillow's, and so are the pixels but for rounding. The work is done by cykooz-resizer (the Rust crate
fast_image_resize), which uses the processor's vector instructions: a fifth to a tenth of Pillow's time. Where it has no
wheel, on Linux for ARM, Pillow does it. Averages of whole blocks stay with `Image.reduce`: cykooz-resizer rounds them
up between columns and rows, a third of a level on average.
"""

from __future__ import annotations

import importlib.util
import math
from enum import Enum
from functools import lru_cache

from PIL import Image

__all__ = ["VECTORISED", "Filter", "crop_and_resize", "resize_window"]

VECTORISED = importlib.util.find_spec("cykooz_resizer") is not None
"""Whether cykooz-resizer is installed, as it is wherever it has a wheel."""

if VECTORISED:
    import cykooz_resizer

Window = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

_LOBES = 3
"""Half-width of the Lanczos kernel in output pixels (Duchon 1979, doi:10.1175/1520-0450(1979)018<1016:LFIOAT>2.0.CO;2)."""
_ASKED_FOR = 2**22
"""Bytes of the intermediate picture above which Python allocates as much in advance: without memory Python raises an error,
while Rust would end the process."""
_PIXEL = 4
"""Bytes of a pixel."""
_STRIP = 2**20
"""Pixels with alpha that are premultiplied at once: 4 MB, where a whole picture of 98 MP takes 784 more."""
_OPTIONS_KEPT = 64
"""Settings held: a service makes the same few sizes from pictures of the same few cameras."""


class Filter(Enum):
    """Kernels, widened by the scale when a picture shrinks."""

    BILINEAR = Image.Resampling.BILINEAR
    LANCZOS = Image.Resampling.LANCZOS


def crop_and_resize(image: Image.Image, size: tuple[int, int], window: Window) -> Image.Image:
    """Cut a window out of a picture and resize it with Lanczos, reading no pixel that the window does not need.

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB or RGBA.
    size : tuple of int
        Width and height of the result, in pixels.
    window : tuple of float
        Left, top, right and bottom in pixels of ``image``, inside it.

    Returns
    -------
    PIL.Image.Image
        Of the same mode and exactly ``size``.
    """
    width, height = size
    left, top, right, bottom = window
    column, row = int(left), int(top)
    if max(abs(left - column), abs(top - row), abs(right - column - width), abs(bottom - row - height)) == 0:
        return image.crop((column, row, column + width, row + height))
    if image.mode == "RGBA":
        return _with_alpha(image, size, window)
    return resize_window(image, size, window, Filter.LANCZOS)


def resize_window(image: Image.Image, size: tuple[int, int], window: Window, kernel: Filter) -> Image.Image:
    """Resize a window of a picture.

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB, or RGBa, whose colours are premultiplied.
    size : tuple of int
        Width and height of the result, in pixels.
    window : tuple of float
        Left, top, right and bottom in pixels of ``image``, inside it.
    kernel : Filter

    Returns
    -------
    PIL.Image.Image
        Of the same mode and exactly ``size``.

    Raises
    ------
    MemoryError
        When there is not memory enough.
    """
    if VECTORISED:
        return _by_vectors(image, size, window, kernel)
    return image.resize(size, kernel.value, box=window)


if VECTORISED:
    _KERNELS = {
        Filter.BILINEAR: cykooz_resizer.FilterType.bilinear,
        Filter.LANCZOS: cykooz_resizer.FilterType.lanczos3,
    }


def _by_vectors(image: Image.Image, size: tuple[int, int], window: Window, kernel: Filter) -> Image.Image:
    result = Image.new(image.mode, size)
    (width, height), (left, top, right, bottom) = size, window
    between = _PIXEL * math.ceil(max(width * (bottom - top), height * (right - left)))
    if between > _ASKED_FOR:
        bytes(between)  # not written to, so it costs nothing, and given back at once
    # A new resizer each time: a kept one holds as much memory as its largest picture took.
    cykooz_resizer.Resizer().resize_pil(image, result, _options(image.size, window, kernel))
    return result


@lru_cache(_OPTIONS_KEPT)
def _options(sides: tuple[int, int], window: Window, kernel: Filter) -> cykooz_resizer.ResizeOptions:
    left, top, right, bottom = window
    box = cykooz_resizer.CropBox(left, top, _length(left, right, sides[0]), _length(top, bottom, sides[1]))
    return cykooz_resizer.ResizeOptions(
        cykooz_resizer.ResizeAlg.convolution(_KERNELS[kernel]), use_alpha=False, crop_box=box
    )


def _length(start: float, stop: float, side: int) -> float:
    """Return the length from start to stop; the sum of start and length is nowhere beyond the side, rounding included."""
    length = min(stop, side) - start
    while start + length > side:
        length = math.nextafter(length, 0)
    return length


def _with_alpha(image: Image.Image, size: tuple[int, int], window: Window) -> Image.Image:
    """Resize with premultiplied alpha, so that invisible colours do not bleed into visible ones."""
    left, top, right, bottom = window
    reach = [_LOBES * max(1.0, (right - left) / size[0]) + 1, _LOBES * max(1.0, (bottom - top) / size[1]) + 1]
    column, row = max(0, math.floor(left - reach[0])), max(0, math.floor(top - reach[1]))
    beyond = min(image.width, math.ceil(right + reach[0])), min(image.height, math.ceil(bottom + reach[1]))
    inner = left - column, top - row, right - column, bottom - row
    across, down = beyond[0] - column, beyond[1] - row
    if across * down <= _STRIP:
        cut = image.crop((column, row, *beyond)).convert("RGBa")
        return resize_window(cut, size, inner, Filter.LANCZOS).convert("RGBA")
    between = Image.new("RGBa", (across, size[1]))  # rows first, as cykooz-resizer does it: the same to the last bit
    columns = max(1, _STRIP // down)
    for first in range(0, across, columns):
        last = min(across, first + columns)
        strip = image.crop((column + first, row, column + last, beyond[1])).convert("RGBa")
        low = resize_window(strip, (last - first, size[1]), (0, inner[1], last - first, inner[3]), Filter.LANCZOS)
        between.paste(low, (first, 0))
    return resize_window(between, size, (inner[0], 0, inner[2], size[1]), Filter.LANCZOS).convert("RGBA")
