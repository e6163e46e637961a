"""Stretches the contrast of the looking copy, so that pale things on pale backgrounds are seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["is_even", "stretch_contrast"]

_ENOUGH = 96
"""Levels (of 256) between the darkest and the brightest value of a channel from which a picture is left as it is:
photographs have more."""

_EVEN = 2
"""Levels (of 256) by which pixels differ at least in a picture that holds anything: less is the rounding of a decoder."""

_MAX_FACTOR = 16
"""Largest factor by which differences are enlarged: 3 levels become 48, and so do a decoder's artefacts of 3."""

_BLACK, _WHITE = 0, 255


def stretch_contrast(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with its differences enlarged, when they are so small that a model would see nothing.

    By one factor for all channels, each around the middle of its own range, which is moved only as far as needed to stay
    inside 0..255: a pale thing may stand on a ground of any colour. The factor falls to 1 as the widest range of a channel
    grows to 96 levels, without a jump, so that nothing depends on a rounding.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (h, w, 3)

    Examples
    --------
    >>> stretch_contrast(np.array([[[250, 250, 250], [255, 255, 255]]], dtype=np.uint8))[..., 0]
    array([[175, 255]], dtype=uint8)
    """
    lows, highs = _extremes(rgb)
    widest = int((highs - lows).max())
    if widest >= _ENOUGH or widest < _EVEN:
        return rgb
    factor = min(_MAX_FACTOR, _ENOUGH / widest)
    half = factor * (highs - lows) / 2
    centre = (lows + highs) / 2
    middle = np.minimum(np.maximum(centre, _BLACK + half), _WHITE - half)
    levels = (np.arange(256)[:, None] - centre) * factor + middle
    table: NDArray[np.uint8] = np.clip(np.rint(levels), _BLACK, _WHITE).astype(np.uint8)
    return np.stack([table[rgb[..., channel], channel] for channel in range(table.shape[1])], axis=-1)


def is_even(rgb: NDArray[np.uint8]) -> bool:
    """Return whether a picture, uint8 of shape (h, w, 3), has one colour everywhere, but for the rounding of a decoder."""
    lows, highs = _extremes(rgb)
    return int((highs - lows).max()) < _EVEN


def _extremes(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the darkest and the brightest level of each channel; by whole columns of values first, which is far quicker."""
    rows = rgb.reshape(rgb.shape[0], -1)
    lows, highs = rows.min(axis=0).reshape(-1, rgb.shape[-1]), rows.max(axis=0).reshape(-1, rgb.shape[-1])
    return lows.min(axis=0).astype(np.int64), highs.max(axis=0).astype(np.int64)
