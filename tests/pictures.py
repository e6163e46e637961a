"""Pictures of the tests, and the files that they become."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

Photographs = Mapping[str, np.ndarray]
"""Arrays of uint8, shape (h, w, 3), by name."""


def encoded(picture: np.ndarray | Image.Image, form: str, **options: Any) -> bytes:
    """Return a picture as the bytes of a file."""
    file = io.BytesIO()
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    image.save(file, form, **options)
    return file.getvalue()
