"""Pictures of the tests, decoded at full size and compared."""

from __future__ import annotations

import warnings
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Image as Picture

from focalbox.core.target import Size
from focalbox.errors import FocalboxError
from focalbox.imaging.source import open_picture

FULL = Size(64, 48)


def decoded(data: object) -> Picture:
    picture = open_picture(data)  # type: ignore[arg-type]
    return picture.decode(picture.size).image


def pixels_of(data: object) -> NDArray[np.int64]:
    """Return the pixels of a picture, decoded at full size, as numbers whose differences do not wrap."""
    return np.asarray(decoded(data)).astype(np.int64)


def read_or_refuse(data: bytes) -> NDArray[np.int64] | None:
    """Return the pixels of a file that may be damaged, None where it is refused as it should be."""
    try:
        return pixels_of(data)
    except FocalboxError:
        return None


def read_by_pillow(data: bytes) -> NDArray[np.int64] | None:
    """Return the pixels that Pillow alone reads as RGB, None where it does not read the file."""
    with warnings.catch_warnings(action="ignore"):
        try:
            with Image.open(BytesIO(data)) as image:
                return np.asarray(image.convert("RGB")).astype(np.int64)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return None


def difference(first: Picture, second: Picture) -> int:
    assert first.size == second.size
    assert first.mode == second.mode
    return int(np.abs(np.asarray(first).astype(int) - np.asarray(second).astype(int)).max())
