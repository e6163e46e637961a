"""What the writers of animations share: the frames in order, and the part of each frame that is new."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from PIL import Image, ImageChops

__all__ = ["MAX_SHORT", "Frames", "changed_box"]

MAX_SHORT = 0xFFFF
"""Largest number of 16 bits: of hundredths of a second in a GIF, of repeats in a WebP, of a fraction's terms in a PNG."""

Frames = Iterable[tuple[Image.Image, Fraction]]
"""Pictures of one size, RGB or RGBA, and the seconds that each is shown."""


def changed_box(image: Image.Image, before: Image.Image | None, *, even: bool = False) -> tuple[int, int, int, int]:
    """Return the box of the pixels that differ from the frame before, at least one pixel; at even places if asked."""
    if before is None:
        return 0, 0, *image.size
    difference = ImageChops.difference(image, before)
    box = difference.getbbox(alpha_only=False)
    if box is None:
        return 0, 0, 1, 1
    return (box[0] & ~1, box[1] & ~1, box[2], box[3]) if even else box
