"""Classical saliency models from papers, in plain NumPy: spectral residual, frequency-tuned, symmetric surround."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalbox.core.saliency_map import SaliencyMap
from focalbox.saliency.cells import Planes, average, blur, to_lab

__all__ = ["frequency_tuned", "residual_values", "spectral_residual", "symmetric_surround"]

_EVEN_BELOW = 0.5
"""A Lab channel that varies by less than this (Lab units, half a just noticeable difference) holds no evidence."""

_RESIDUAL_BLUR = 1.9
"""Standard deviation of the blur after the spectral residual (cells of 1/48 side): 2.5 of 64 pixels, as in the authors'
program for Hou & Zhang 2007."""

_SPECTRUM_FLOOR = 0.1
"""Smallest amplitude that counts (share of the mean one without the constant). Drawings have spectra with exact zeros,
whose logarithms would swamp all else; photographs crop alike from 1e-4 to 0.1 (mean gain on train rows 0.200)."""

_TUNED_BLUR = 0.8
"""Standard deviation of the first blur of frequency-tuned and symmetric surround (cells of 1/48 side). The paper's
5 x 5 binomial filter takes noise away at full size; here the cells' averaging does most of that."""


def spectral_residual(rgb: NDArray[np.uint8]) -> SaliencyMap:
    """Find what the picture's spectrum does not expect.

    X. Hou and L. Zhang, "Saliency Detection: A Spectral Residual Approach", CVPR 2007, doi:10.1109/CVPR.2007.383267.
    The log amplitude spectrum less its local mean, with the old phase, back in the picture, squared and blurred. The
    paper looks at brightness at 64 pixels a side; here the maps of L*, a* and b* at 48 are added, which raised the mean
    gain on the train rows from 0.147 to 0.183 (with a centre prior of 0.3).

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3)
        Upright sRGB, about 192 pixels a side.

    Returns
    -------
    SaliencyMap
        About 48 cells a side; all zero for a uniform picture.

    Raises
    ------
    ModelError
        When ``rgb`` is not such an array.
    """
    return SaliencyMap(residual_values(to_lab(average(rgb))))


def residual_values(lab: Planes) -> Planes:
    """Return the map of `spectral_residual` for cells in CIE Lab, shape (rows, columns, 3), as numbers >= 0."""
    total = np.zeros(lab.shape[:2])
    for channel in range(lab.shape[2]):
        plane = lab[..., channel]
        if np.ptp(plane) >= _EVEN_BELOW:
            total += _residual(plane)
    return np.maximum(blur(total, _RESIDUAL_BLUR), 0.0)


def _residual(plane: Planes) -> Planes:
    """Return the squared spectral residual of one plane."""
    spectrum = np.fft.rfft2(plane - plane.mean())
    amplitude = np.abs(spectrum)
    floor = _SPECTRUM_FLOOR * amplitude.mean()
    amplitude = np.maximum(amplitude, floor)
    logarithm, phase = np.log(amplitude), spectrum / amplitude
    columns = plane.shape[1]
    back = np.fft.irfft2(np.exp(logarithm - _local_mean(logarithm, columns)) * phase, s=plane.shape)
    return np.asarray(back**2)


def _local_mean(half: Planes, columns: int) -> Planes:
    """Average 3 x 3 frequencies of a half spectrum, which repeats in both directions and is even about its origin."""
    rows, kept = half.shape
    flipped = half[-np.arange(rows) % rows]
    left = flipped[:, min(1, columns - 1)]
    right = flipped[:, columns - kept]  # the column after the last one is the conjugate of this one
    wide = np.concatenate([left[:, None], half, right[:, None]], axis=1)
    across = wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]
    return np.asarray((np.roll(across, 1, axis=0) + across + np.roll(across, -1, axis=0)) / 9)


def frequency_tuned(rgb: NDArray[np.uint8]) -> SaliencyMap:
    """Find what differs from the picture's mean colour.

    R. Achanta, S. Hemami, F. Estrada and S. Suesstrunk, "Frequency-tuned Salient Region Detection", CVPR 2009,
    doi:10.1109/CVPR.2009.5206596. Distance in CIE Lab between the blurred picture and the mean of all of it.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3)
        Upright sRGB, about 192 pixels a side.

    Returns
    -------
    SaliencyMap
        About 48 cells a side; all zero for a uniform picture.

    Raises
    ------
    ModelError
        When ``rgb`` is not such an array.
    """
    lab = to_lab(average(rgb))
    return SaliencyMap(_distance(lab, lab.mean(axis=(0, 1))))


def symmetric_surround(rgb: NDArray[np.uint8]) -> SaliencyMap:
    """Find what differs from its own surround, which is larger near the middle.

    R. Achanta and S. Suesstrunk, "Saliency Detection using Maximum Symmetric Surround", ICIP 2010,
    doi:10.1109/ICIP.2010.5652636. As frequency-tuned, but each place is compared with the mean of the largest box
    around it that is symmetric about it and inside the picture (by a summed-area table), so that a ground of even
    colour does not stand out.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3)
        Upright sRGB, about 192 pixels a side.

    Returns
    -------
    SaliencyMap
        About 48 cells a side; all zero for a uniform picture.

    Raises
    ------
    ModelError
        When ``rgb`` is not such an array.
    """
    lab = to_lab(average(rgb))
    rows, columns, channels = lab.shape
    table = np.zeros((rows + 1, columns + 1, channels))
    table[1:, 1:] = lab.cumsum(axis=0).cumsum(axis=1)
    row, column = np.arange(rows), np.arange(columns)
    reach_down, reach_across = np.minimum(row, rows - 1 - row), np.minimum(column, columns - 1 - column)
    high, low = table[row - reach_down], table[row + reach_down + 1]
    left, right = column - reach_across, column + reach_across + 1
    sums = low[:, right] - low[:, left] - high[:, right] + high[:, left]
    cells = np.outer(2 * reach_down + 1, 2 * reach_across + 1)
    return SaliencyMap(_distance(lab, sums / cells[..., None]))


def _distance(lab: Planes, surround: Planes) -> Planes:
    """Euclidean distance in Lab between the blurred cells and their surround; none when the picture is uniform."""
    if np.ptp(lab, axis=(0, 1)).max() < _EVEN_BELOW:
        return np.zeros(lab.shape[:2])
    smooth = np.stack([blur(lab[..., channel], _TUNED_BLUR) for channel in range(lab.shape[2])], axis=-1)
    return np.asarray(np.sqrt(((smooth - surround) ** 2).sum(axis=-1)))
