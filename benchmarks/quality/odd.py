"""Answers of a model for odd pictures: a single pixel, noise, a line drawing, a product on white, a page of text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmarks.croppers import RATIOS
from benchmarks.tables import table
from focalbox.core.geometry import WHOLE
from focalbox.cropper import Cropper
from focalbox.saliency.models import Model

__all__ = ["odd_pictures", "odd_table"]

Picture = NDArray[np.uint8]


def odd_pictures() -> dict[str, Picture]:
    """Draw the pictures, uint8 of shape (H, W, 3)."""
    random = np.random.default_rng(0)
    return {
        "1 x 1": np.full((1, 1, 3), 90, np.uint8),
        "uniform": np.full((300, 400, 3), 128, np.uint8),
        "noise": random.integers(0, 256, (300, 400, 3), dtype=np.uint8),
        "line drawing": _draw("white", _lines),
        "product on white": _draw("white", _product),
        "page of text": _draw("white", _page),
        "1 x 2000": random.integers(0, 256, (2000, 1, 3), dtype=np.uint8),
        "one dot": _draw("#303030", lambda draw: draw.ellipse((350, 40, 362, 52), fill="yellow")),
        "checkerboard": (np.indices((300, 400)).sum(0)[..., None] // 20 % 2 * 255).repeat(3, 2).astype(np.uint8),
    }


def odd_table(models: Mapping[str, Model]) -> str:
    """Crop every picture to every ratio and write where the square window lies, and whether all is in order."""
    pictures = odd_pictures()
    rows = []
    for name, model in models.items():
        cells = []
        for rgb in pictures.values():
            analysis = Cropper(model=model).analyze(rgb)
            crops = [analysis.plan(ratio) for ratio in RATIOS]
            fine = np.isfinite(analysis.saliency.values).all() and all(WHOLE.contains(crop.relative) for crop in crops)
            x, y = crops[3].relative.centre
            cells.append(f"{x:.2f}, {y:.2f}" if fine else "WRONG")
        rows.append([name, *cells])
    return table(["model: centre of the 1:1 window", *pictures], rows)


def _draw(ground: str, draw: object) -> Picture:
    image = Image.new("RGB", (400, 300), ground)
    assert callable(draw)  # noqa: S101 - a function of this file
    draw(ImageDraw.Draw(image))
    return np.asarray(image)


def _lines(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon([(60, 240), (120, 120), (180, 240)], outline="black")
    draw.ellipse((90, 60, 150, 120), outline="black")


def _product(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((230, 90, 340, 230), 20, fill="#2b5f9e")
    draw.ellipse((260, 110, 310, 150), fill="#d8e4f0")


def _page(draw: ImageDraw.ImageDraw) -> None:
    for line in range(18):
        draw.text((20, 10 + 16 * line), "the quick brown fox jumps over the lazy dog, line after line", fill="black")
