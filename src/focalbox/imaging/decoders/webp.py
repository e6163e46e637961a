"""WebP decoded by libwebp straight into the picture's memory, without Pillow's two copies."""

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
from focalbox.imaging.headers.webp import pixel_chunk

__all__ = ["decode_webp", "first_frame", "held_beside"]

_INSTALLED = importlib.util.find_spec("imagecodecs") is not None
_HELD = {b"VP8 ": 0, b"VP8L": 4}
"""Bytes a pixel that libwebp holds while it draws straight into memory: some rows of a lossy picture, all of a lossless one
(its vp8l_dec.c)."""


def held_beside(data: bytes, mode: str) -> int | None:
    """Return the bytes a pixel that drawing a WebP takes besides the picture; None where Pillow has it drawn.

    Only imagecodecs, where it is installed, has a still picture without transparency drawn straight into memory. Pillow has
    libwebp draw every picture as if it were a film: on a canvas that is then copied.
    """
    return _HELD.get(pixel_chunk(data) or b"") if _INSTALLED and mode == "RGB" else None


def decode_webp(image: Image.Image) -> NDArray[uint8] | None:
    """Decode a still WebP without transparency, straight into the memory layout of a Pillow picture.

    Parameters
    ----------
    image : PIL.Image.Image
        A file that Pillow has just opened.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4), or None
        Red, green, blue and 255; None for what `held_beside` leaves to Pillow.

    Raises
    ------
    imagecodecs.WebpError
        When the pixels are damaged. Pillow is not asked then: it would take more memory than was counted on.
    """
    file = getattr(image, "fp", None)
    if not isinstance(file, BytesIO) or held_beside(file.getvalue(), image.mode) is None:
        return None
    decoded: NDArray[uint8] = _decoder()(file.getbuffer(), hasalpha=True)
    return decoded


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
    EOFError or imagecodecs.WebpError
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
def _decoder() -> Callable[..., Any]:
    decoder: Callable[..., Any] = importlib.import_module("imagecodecs").webp_decode
    return decoder
