"""WebP drawn by libwebp into memory that becomes the picture, without Pillow's two copies of it."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy import uint8
from numpy.typing import NDArray
from PIL import Image

from focalbox.imaging.decoders.jpeg import share_memory

__all__ = ["decode_webp", "first_frame"]

_INSTALLED = importlib.util.find_spec("imagecodecs") is not None


def decode_webp(image: Image.Image) -> NDArray[uint8] | None:
    """Decode a still WebP without transparency, straight into what Pillow keeps of a picture.

    Pillow has libwebp draw every picture as if it were a film: on a canvas that is then copied.

    Parameters
    ----------
    image : PIL.Image.Image
        A file that Pillow has just opened.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4), or None
        Red, green, blue and 255. None where imagecodecs is not installed, for films and for pictures with transparency, and
        when anything at all is wrong: Pillow then has the last word, and the words for what is wrong.
    """
    file = getattr(image, "fp", None)
    if image.mode != "RGB" or getattr(image, "n_frames", 1) != 1 or not isinstance(file, BytesIO):
        return None
    decode = _decoder()
    if decode is None:
        return None
    try:
        decoded: NDArray[uint8] = decode(file.getbuffer(), hasalpha=True)
    except Exception:  # noqa: BLE001 - a foreign library on hostile bytes
        return None
    return decoded if decoded.shape == (image.height, image.width, 4) else None


def first_frame(image: Image.Image) -> Image.Image | None:
    """Decode the picture, or the first frame, of a WebP file that Pillow has just opened.

    Pillow copies what libwebp drew into a file, and that into a picture: a seventh to a quarter of the time, and eight bytes
    for each pixel (12 and 24 MP, 2026-11-26, Pillow 13.0).

    Returns
    -------
    PIL.Image.Image or None
        Mode RGB or RGBA, in memory of its own. None where Pillow has no such way to what libwebp drew; it then decodes as it
        does.

    Raises
    ------
    EOFError
        When the file is damaged.
    """
    if (decoded := decode_webp(image)) is not None:
        return share_memory(decoded)
    draw: Any = getattr(image, "_get_next", None)
    if draw is None or image.mode not in {"RGB", "RGBA"}:
        return None
    pixels: bytes = draw()[0]
    if len(pixels) != 4 * image.width * image.height:
        return None
    if image.mode == "RGB":
        return share_memory(np.frombuffer(pixels, np.uint8).reshape(image.height, image.width, 4))
    return Image.frombuffer("RGBA", image.size, pixels, "raw", "RGBA", 0, 1)


@cache
def _decoder() -> Callable[..., Any] | None:
    if not _INSTALLED:
        return None
    decoder: Callable[..., Any] = importlib.import_module("imagecodecs").webp_decode
    return decoder
