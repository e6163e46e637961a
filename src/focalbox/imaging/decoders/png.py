"""PNG decoded by the Rust crate png, where it is installed: in half the time of Pillow, to the same pixels."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

from numpy import uint8
from numpy.typing import NDArray
from PIL import Image

__all__ = ["decode_png"]

_LAYOUTS = {"RGB": "rgb", "RGBA": "rgba"}
_MAX_PIXELS = 16_000_000
"""Pixels up to which it is used: no other thread of Python goes on meanwhile, for 0.1 seconds here (kornia-rs 0.2.0)."""
_FEW_PIXELS = 4_000_000
"""Pixels of RGB up to which it is used for a picture at full size: it is there a second time, of 3 bytes a pixel."""
_COMMON = bytes([8])
"""Bits of a channel."""
_BITS = slice(24, 25)
"""Where the header says them (Portable Network Graphics, third edition, section 11.2.1)."""


def decode_png(image: Image.Image, scale: int) -> NDArray[uint8] | None:
    """Decode a PNG of 8 bits in RGB or RGBA.

    Parameters
    ----------
    image : PIL.Image.Image
        A file of its pixels' chunks that Pillow has just opened.
    scale : int
        What it will be divided by.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3) or (height, width, 4), or None
        None where the decoder is not installed, where Pillow is the better choice, and when anything at all is wrong: Pillow
        then has the last word, and the words for what is wrong.
    """
    file = getattr(image, "fp", None)
    data = file.getvalue() if isinstance(file, BytesIO) else b""
    layout, pixels = _LAYOUTS.get(image.mode), image.width * image.height
    most = _FEW_PIXELS if scale == 1 and image.mode == "RGB" else _MAX_PIXELS
    if layout is None or pixels > most or data[_BITS] != _COMMON or "transparency" in image.info:
        return None
    decode = _decoder()
    if decode is None:
        return None
    try:
        decoded: NDArray[uint8] = decode(data, (image.height, image.width), layout)
    except Exception:  # noqa: BLE001 - a foreign library on hostile bytes
        return None
    return decoded if decoded.shape == (image.height, image.width, len(layout)) else None


@cache
def _decoder() -> Callable[..., Any] | None:
    if importlib.util.find_spec("kornia_rs") is None:
        return None
    decoder: Callable[..., Any] = importlib.import_module("kornia_rs.io").decode_image_png_u8
    return decoder
