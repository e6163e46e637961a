"""Stretches the contrast of the looking copy, so that pale things on pale backgrounds are seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["EVEN", "stretch_contrast"]

_ENOUGH = 96
"""Levels (of 256) between the darkest and the brightest from which a picture is left as it is: photographs have more."""

EVEN = 2
"""Levels (of 256) by which pixels differ at least in a picture that holds anything: less is the rounding of a decoder."""

_MAX_FACTOR = 16
"""Largest factor by which differences are enlarged: 3 levels become 48, and so do a decoder's artefacts of 3."""

_BLACK, _WHITE = 0, 255


def stretch_contrast(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with its differences enlarged, when they are so small that a model would see nothing.

    All channels alike, around the middle of the range, which is moved only as far as needed to stay inside 0..255. The
    factor falls to 1 as the picture's own range grows to 96 levels, without a jump, so that nothing depends on a rounding.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (h, w, 3)

    Examples
    --------
    >>> stretch_contrast(np.array([[[250, 250, 250], [255, 255, 255]]], dtype=np.uint8))[..., 0]
    array([[175, 255]], dtype=uint8)
    """
    low, high = int(rgb.min()), int(rgb.max())
    if high - low >= _ENOUGH or high - low < EVEN:
        return rgb
    factor = min(_MAX_FACTOR, _ENOUGH / (high - low))
    half = factor * (high - low) / 2
    middle = min(max((low + high) / 2, _BLACK + half), _WHITE - half)
    levels = (np.arange(256) - (low + high) / 2) * factor + middle
    table: NDArray[np.uint8] = np.clip(np.rint(levels), _BLACK, _WHITE).astype(np.uint8)
    return np.take(table, rgb)
