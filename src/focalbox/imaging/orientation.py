"""The EXIF orientations, and what each does to the sides of a picture and to a point in it."""

from __future__ import annotations

from PIL.Image import Transpose

from focalbox.core.target import Size

__all__ = ["FROM_BOTTOM", "FROM_RIGHT", "TURNS", "upright_point", "upright_size"]

TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""How each EXIF orientation becomes upright (EXIF 2.32, section 4.6.4, tag 0x0112)."""
FROM_RIGHT, FROM_BOTTOM = {2, 3, 6, 7}, {3, 4, 7, 8}
"""Orientations whose upright picture begins at a right or bottom edge of the stored one, where partial cells may be."""
_SIDEWAYS = {5, 6, 7, 8}
"""Orientations that exchange width and height."""
_FROM_RIGHT_STORED, _FROM_BOTTOM_STORED = {2, 3, 7, 8}, {3, 4, 6, 7}
"""Orientations whose stored picture runs against the upright one along its own width, and along its own height."""


def upright_size(stored: Size, orientation: int) -> Size:
    """Return the sides of a stored picture once it is upright.

    Examples
    --------
    >>> upright_size(Size(4000, 3000), 6)
    Size(width=3000, height=4000)
    """
    return Size(stored.height, stored.width) if orientation in _SIDEWAYS else stored


def upright_point(x: float, y: float, orientation: int) -> tuple[float, float]:
    """Return where a point of a stored picture lies in the upright one; both in fractions.

    Examples
    --------
    >>> upright_point(0.25, 0.0, 6)
    (1.0, 0.25)
    """
    if orientation in _FROM_RIGHT_STORED:
        x = 1 - x
    if orientation in _FROM_BOTTOM_STORED:
        y = 1 - y
    return (y, x) if orientation in _SIDEWAYS else (x, y)
