"""Random maps for the tests of measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def random_map(seed: int, shape: tuple[int, int] = (12, 16)) -> NDArray[np.float64]:
    """Return numbers from 0 to 1, most of them small, as in a saliency map."""
    return np.random.default_rng(seed).random(shape) ** 4
