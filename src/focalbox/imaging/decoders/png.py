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

__all__ = ["bytes_beside", "decode_png"]

_LAYOUTS = {"RGB": "rgb", "RGBA": "rgba"}
_INSTALLED = importlib.util.find_spec("kornia_rs") is not None
_MAX_PIXELS = 32_000_000
"""Pixels up to which the crate is used: it blocks other Python threads, for 0.3 seconds at 24 MP (kornia-rs 0.2.0)."""
_FEW_PIXELS = 4_000_000
"""Pixels of RGB at full size up to which its own copy lies within what every estimate of memory has to spare."""
_TRIPLE = 3
"""Bytes of a pixel of that copy, which is there while the picture is made of it."""
_COMMON = bytes([8])
"""Bits of a channel."""
_BITS = slice(24, 25)
"""Where the header has them (Portable Network Graphics, third edition, section 11.2.1)."""


def decode_png(image: Image.Image) -> NDArray[uint8] | None:
    """Decode a PNG of 8 bits in RGB or RGBA.

    Parameters
    ----------
    image : PIL.Image.Image
        A file of its pixels' chunks that Pillow has just opened.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3) or (height, width, 4), or None
        None where the decoder is not installed, where Pillow is the better choice, and when anything at all is wrong:
        Pillow then decides, and names the fault.
    """
    file = getattr(image, "fp", None)
    data = file.getvalue() if isinstance(file, BytesIO) else b""
    layout, pixels = _LAYOUTS.get(image.mode), image.width * image.height
    if layout is None or pixels > _MAX_PIXELS or data[_BITS] != _COMMON or "transparency" in image.info:
        return None
    decode = _decoder()
    if decode is None:
        return None
    try:
        decoded: NDArray[uint8] = decode(data, (image.height, image.width), layout)
    except Exception:  # noqa: BLE001 - a foreign library on hostile bytes
        return None
    return decoded if decoded.shape == (image.height, image.width, len(layout)) else None


def bytes_beside(mode: str, pixels: int, scale: int) -> int:
    """Return the bytes that decoding a PNG takes besides, because its pixels are there twice."""
    twice = _INSTALLED and mode == "RGB" and scale == 1 and _FEW_PIXELS < pixels <= _MAX_PIXELS
    return _TRIPLE * pixels if twice else 0


@cache
def _decoder() -> Callable[..., Any] | None:
    if not _INSTALLED:
        return None
    decoder: Callable[..., Any] = importlib.import_module("kornia_rs.io").decode_image_png_u8
    return decoder
