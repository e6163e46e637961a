"""Pillow's `ImageOps.fit`, with the window where it keeps what matters."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from PIL import Image, ImageOps

from focalbox.amounts import as_number
from focalbox.api import plan
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest, show_value
from focalbox.options import CropKeywords, CropOptions, parse_target

__all__ = ["fit"]

_MAX_BLEED = 0.5
"""A share that, taken from both ends of a side, leaves nothing."""


def fit(
    image: Image.Image,
    size: tuple[int, int],
    method: Image.Resampling = Image.Resampling.BICUBIC,
    bleed: float = 0.0,
    centering: tuple[float, float] | None = None,
    *,
    options: CropOptions | None = None,
    **keywords: Unpack[CropKeywords],
) -> Image.Image:
    """Crop and resize an image to exactly a size; called like ``PIL.ImageOps.fit``.

    Parameters
    ----------
    image : PIL.Image.Image
        An image of any mode; its EXIF orientation is ignored, as in Pillow.
    size : (int, int)
        Width and height of the result, pixels.
    method : PIL.Image.Resampling
        The filter for resizing.
    bleed : float
        Share of each side that is cut off at both ends first, 0 to below 0.5.
    centering : (float, float), optional
        The place of the window, as in Pillow; the image is then not looked at.
    options : CropOptions, optional
    **keywords
        As in `focalbox.CropOptions`; those that pad or fill are refused.

    Returns
    -------
    PIL.Image.Image
        In the mode of ``image``.

    Raises
    ------
    InvalidRequest
        When ``image`` is not a picture of Pillow's, or a size, ``bleed`` or an option makes no sense.

    Examples
    --------
    >>> fit(Image.new("L", (400, 300)), (50, 20)).size
    (50, 20)
    """
    given: object = image
    if not isinstance(given, Image.Image):
        message = f"image is a PIL image, not {show_value(image)}"
        raise InvalidRequest(message)
    sides = parse_target(size)
    if not isinstance(sides, Size):
        message = f"a size is a width and a height, such as (500, 200), not {show_value(size)}"
        raise InvalidRequest(message)
    size = sides.width, sides.height
    share = as_number(bleed)
    if share is None or not 0 <= share < _MAX_BLEED:
        message = f"bleed is a share from 0 to below {_MAX_BLEED}, not {show_value(bleed)}"
        raise InvalidRequest(message)
    wanted = CropOptions.of(keywords, options)
    filled = "fill" in keywords or wanted.fill != CropOptions().fill
    if filled or wanted.fit in {"pad", "contain"} or wanted.on_doubt == "pad":
        message = "fit never pads: fill, fit='pad', fit='contain' and on_doubt='pad' are for focalbox.crop"
        raise InvalidRequest(message)
    if centering is not None:
        return ImageOps.fit(image, size, method, share, centering)
    cut = round(share * image.width), round(share * image.height)
    live = image.crop((cut[0], cut[1], image.width - cut[0], image.height - cut[1])) if any(cut) else image
    plain = live.convert("LA") if live.mode == "La" else live  # the one mode that Pillow converts to no other
    seen = np.asarray(plain.convert("RGBA" if live.has_transparency_data else "RGB"))  # an array has no orientation
    box = plan(seen, size, options=wanted).box
    if live.mode in {"1", "P", "PA"}:  # no filter can mix numbers of a palette: Pillow then takes the nearest
        method = Image.Resampling.NEAREST
    return live.resize(size, method, box=(box.left, box.top, box.right, box.bottom))
