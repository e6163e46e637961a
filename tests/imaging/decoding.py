"""Pictures of the tests, decoded at full size and compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image as Picture

from focalbox.core.target import Size
from focalbox.imaging.source import open_picture

FileOf = Callable[..., bytes]


FULL = Size(64, 48)


def decoded(data: object) -> Picture:
    picture = open_picture(data)  # type: ignore[arg-type]
    return picture.decode(picture.size).image


def pixels_of(data: object) -> NDArray[np.int64]:
    """Return the pixels of a picture, decoded at full size, as numbers whose differences do not wrap."""
    return np.asarray(decoded(data)).astype(np.int64)


def difference(first: Picture, second: Picture) -> int:
    assert first.size == second.size
    assert first.mode == second.mode
    return int(np.abs(np.asarray(first).astype(int) - np.asarray(second).astype(int)).max())
