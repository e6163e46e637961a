"""Pictures of the tests, and the files that they become."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image

Photographs = Mapping[str, np.ndarray]
"""Arrays of uint8, shape (h, w, 3), by name."""


def encoded(picture: np.ndarray, form: str, **options: object) -> bytes:
    """Return a picture as the bytes of a file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, form, **options)
    return file.getvalue()
