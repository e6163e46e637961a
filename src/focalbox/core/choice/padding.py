"""The room that is added around a picture to reach a ratio that the picture does not have."""

from __future__ import annotations

from dataclasses import dataclass

from focalbox.core.geometry import PixelBox, nearest
from focalbox.core.target import Size

__all__ = ["Padding", "padding_to"]


@dataclass(frozen=True, slots=True)
class Padding:
    """The room that a padded crop adds around the picture's own pixels, in source pixels >= 0."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __bool__(self) -> bool:
        """Tell whether anything is added at all."""
        return bool(self.left or self.top or self.right or self.bottom)

    def to_dict(self) -> dict[str, int]:
        """Return ``{"left", "top", "right", "bottom"}`` in source pixels."""
        return {"left": self.left, "top": self.top, "right": self.right, "bottom": self.bottom}


def padding_to(box: PixelBox, aspect: float, minimum: Size | None = None) -> Padding:
    """Return what to add around a box for it to have an aspect ratio, the box in the middle.

    Parameters
    ----------
    box : PixelBox
        The part of the picture that is shown.
    aspect : float
        Width divided by height of the whole, off by less than half a pixel.
    minimum : Size, optional
        The whole is at least this large, so that showing it at this size enlarges nothing.

    Examples
    --------
    >>> padding_to(PixelBox(0, 0, 100, 200), 1.0)
    Padding(left=50, top=0, right=50, bottom=0)
    """
    columns, rows = box.width, box.height
    if columns < rows * aspect:
        columns = max(columns, nearest(rows * aspect))
    else:
        rows = max(rows, nearest(columns / aspect))
    if minimum is not None and columns < minimum.width:
        columns, rows = max(columns, minimum.width), max(rows, minimum.height)
    across, down = columns - box.width, rows - box.height
    return Padding(across // 2, down // 2, across - across // 2, down - down // 2)
