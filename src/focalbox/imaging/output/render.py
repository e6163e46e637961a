"""From a decided crop to its pixels: cut the window, resize it, fill what lies beyond the picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from focalbox.core.choice.padding import Padding
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.errors import LimitExceeded
from focalbox.imaging.output.fill import Fill, colour_of
from focalbox.imaging.resample import crop_and_resize
from focalbox.imaging.working import WorkingImage

__all__ = ["render"]

_BLUR = 0.04
"""Radius of the blur as a share of the result's longer side: it removes details and keeps colours."""
_BLUR_SIDE = 64
"""Pixels of the longer side at which the blur is computed; it leaves no finer detail."""
_OPAQUE = 255


def render(
    working: WorkingImage, box: PixelBox, size: Size, *, padding: Padding | None = None, fill: Fill = "white"
) -> Image.Image:
    """Cut a crop out of a working image and resize it to exactly its size.

    Parameters
    ----------
    working : WorkingImage
    box : PixelBox
        The window in pixels of the upright source, inside it.
    size : Size
        Sides of the result, padding included, in pixels.
    padding : Padding, optional
        What is added around the window, in pixels of the upright source.
    fill : str or tuple of int
        What the padding shows: a colour, ``"edge"`` for the window's outermost pixels drawn on, ``"blur"`` for the
        window itself, enlarged and blurred.

    Returns
    -------
    PIL.Image.Image
        Mode RGB, or RGBA when the source or the colour is transparent; no metadata.

    Raises
    ------
    InvalidRequest
        When ``fill`` is no colour.
    LimitExceeded
        When there is not memory enough for a result of that size.
    """
    padding = padding or Padding()
    try:
        if not padding:
            whole = _cut(working, (size.width, size.height), box)
            whole.info = {}  # a new picture has no comment, no place and no time
            return whole
        left, right = _share(padding.left, box.width, padding.right, size.width)
        top, bottom = _share(padding.top, box.height, padding.bottom, size.height)
        inner = _cut(working, (right - left, bottom - top), box)
        return _fill_around(inner, size, (left, top), fill)
    except MemoryError as error:
        message = f"a result of {size} needs more memory than there is"
        raise LimitExceeded(message) from error


def _cut(working: WorkingImage, size: tuple[int, int], box: PixelBox) -> Image.Image:
    cut = crop_and_resize(working.image, size, working.window(box))
    return cut.convert("RGB") if working.opaque else cut


def _share(before: int, inside: int, after: int, side: int) -> tuple[int, int]:
    """Return where the picture begins and ends on a side of the result, at least 1 pixel apart.

    Equal paddings become equal but for an odd pixel: the picture's length is rounded, not its two ends.
    """
    scale = side / (before + inside + after)
    length = max(1, min(side, int(inside * scale + 0.5)))
    if before == 0:
        start = 0
    elif after == 0:
        start = side - length
    else:
        start = max(0, min(side - length, int(before * scale + 0.5)))
    return start, start + length


def _fill_around(inner: Image.Image, size: Size, corner: tuple[int, int], fill: Fill) -> Image.Image:
    """Place a picture on a ground of ``size``."""
    left, top = corner
    if fill == "edge":
        after = size.width - left - inner.width, size.height - top - inner.height
        grown = np.pad(np.asarray(inner), ((top, after[1]), (left, after[0]), (0, 0)), mode="edge")
        return Image.fromarray(grown)
    if fill == "blur":
        ground = _blur(inner, size)
    else:
        colour = colour_of(fill)
        opaque = colour[3] == _OPAQUE
        mode = "RGB" if opaque and inner.mode == "RGB" else "RGBA"
        ground = Image.new(mode, (size.width, size.height), colour[:3] if mode == "RGB" else colour)
    if inner.mode == "RGBA" and fill != "blur":
        layer = Image.new("RGBA", ground.size)
        layer.paste(inner, corner)
        return Image.alpha_composite(ground, layer)
    ground.paste(inner, corner)
    return ground


def _blur(inner: Image.Image, size: Size) -> Image.Image:
    """Return a picture blurred and enlarged to cover ``size``."""
    from PIL import ImageFilter  # noqa: PLC0415 - 0.5 MB that a crop without a blur need not pay

    scale = min(1.0, _BLUR_SIDE / max(size.width, size.height))
    small = max(1, round(size.width * scale)), max(1, round(size.height * scale))
    aspect = size.aspect
    width, height = min(inner.width, inner.height * aspect), min(inner.height, inner.width / aspect)
    left, top = (inner.width - width) / 2, (inner.height - height) / 2
    window = left, top, min(left + width, inner.width), min(top + height, inner.height)
    cut = inner.resize(small, Image.Resampling.BILINEAR, box=window)
    blurred = cut.filter(ImageFilter.GaussianBlur(_BLUR * max(small)))
    return blurred.resize((size.width, size.height), Image.Resampling.BICUBIC)
