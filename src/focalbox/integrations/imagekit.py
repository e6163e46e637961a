"""A processor for django-imagekit: ``ImageSpecField(source="image", processors=[FocalCrop(500, 200)])``."""

from __future__ import annotations

from typing import Unpack

from PIL import Image

from focalbox.integrations.pillow import fit
from focalbox.options import CropKeywords

__all__ = ["FocalCrop"]


class FocalCrop:
    """Crops to exactly a size, where the picture keeps what matters; it replaces `ResizeToFill` and `SmartCrop`.

    Parameters
    ----------
    width, height : int
        The size of the result, pixels.
    **options
        As in `focalbox.CropOptions`.
    """

    def __init__(self, width: int, height: int, **options: Unpack[CropKeywords]) -> None:
        self.width, self.height, self.options = width, height, options  # public: imagekit names files after them

    def process(self, img: Image.Image) -> Image.Image:
        """Return the crop; without a palette, whose colours no filter can mix, as imagekit's own processors do."""
        if img.mode in {"1", "P", "PA"}:
            img = img.convert("RGBA" if img.has_transparency_data else "RGB")
        return fit(img, (self.width, self.height), Image.Resampling.LANCZOS, **self.options)
