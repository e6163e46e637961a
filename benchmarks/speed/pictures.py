"""The pictures that speed is measured on: real photographs, enlarged, with mild noise, written as files."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image
from skimage import data

__all__ = ["PHOTOGRAPHS", "Kind", "make"]

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")
"""The freely licensed photographs that scikit-image brings along."""

_NOISE = 4
"""Largest change of a pixel's lightness, in 1/255: enlarged photographs are smooth, cameras' are not."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of picture to measure.

    Parameters
    ----------
    name : str
        As the report calls it.
    width, height : int
        Pixels.
    format : str
        Pillow's name of the format.
    options : tuple of (str, value)
        How it is written.
    photographs : int
        How many of the four are made of it.
    """

    name: str
    width: int
    height: int
    format: str = "JPEG"
    options: tuple[tuple[str, int], ...] = (("quality", 85),)
    photographs: int = len(PHOTOGRAPHS)


def make(kind: Kind) -> list[bytes]:
    """Return the files of a kind, a photograph each."""
    return [_write(kind, name) for name in PHOTOGRAPHS[: kind.photographs]]


def _enlarge(name: str, width: int, height: int) -> Image.Image:
    image = Image.fromarray(getattr(data, name)())
    aspect = width / height
    across, down = min(image.width, image.height * aspect), min(image.height, image.width / aspect)
    left, top = (image.width - across) / 2, (image.height - down) / 2
    window = left, top, min(left + across, image.width), min(top + down, image.height)
    return image.resize((width, height), Image.Resampling.LANCZOS, box=window)


def _write(kind: Kind, name: str) -> bytes:
    large = _enlarge(name, kind.width, kind.height)
    random = np.random.default_rng(PHOTOGRAPHS.index(name))
    noise = random.integers(-_NOISE, _NOISE + 1, (kind.height, kind.width, 1), dtype=np.int16)
    pixels = np.clip(np.asarray(large).astype(np.int16) + noise, 0, 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, kind.format, **dict(kind.options))
    return file.getvalue()
