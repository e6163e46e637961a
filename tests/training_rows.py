"""Made-up training pictures and marks, for the tests of the training."""

from __future__ import annotations

import numpy as np

from training.data.pictures import Pictures
from training.teachers.marks import MAX_MARKS, Marks

FACE = (0.4, 0.4, 0.2, 0.1, 1.0)
"""Left, top, width and height of the face in every picture, as fractions; it is known."""


def made_up(count: int = 3) -> Pictures:
    """Noise with noise for labels."""
    random = np.random.default_rng(0)
    return Pictures(
        random.integers(0, 256, (count, 256, 256, 3), dtype=np.uint8),
        random.random((count, 128, 128)).astype(np.float16),
        np.ones(count, dtype=np.float32),
        np.zeros((count, 2, 4), dtype=np.float32),
    )


def made_up_marks(count: int = 3) -> Marks:
    """Tell of one face in each picture, and no line of text."""
    faces, lines = (np.zeros((count, MAX_MARKS, 5), dtype=np.float32) for _ in range(2))
    faces[:, 0] = FACE
    return Marks(faces, lines)
