"""Gravity: where the addresses of other services put a window in a picture."""

from __future__ import annotations

from dataclasses import dataclass

from focalbox.core.target import Size

__all__ = ["Gravity"]


@dataclass(frozen=True, slots=True)
class Gravity:
    """Where a window is put.

    Parameters
    ----------
    place : (float, float)
        From left to right and from top to bottom, 0 to 1; for a focus, the point that the window is centred on.
    offset : (float, float)
        How far the window is moved from there, away from an edge or else to the right and down: below 1 as a share of the
        picture's sides, else in pixels.
    focus : bool
        Whether ``place`` is a point to centre on.
    smart, faces : bool
        Whether the saliency or the faces decide instead.

    Examples
    --------
    >>> Gravity((0.5, 0.0), (0, 50)).centre(Size(600, 400), Size(200, 100), 1.0, (False, False), 0)
    (0.5, 0.25)
    """

    place: tuple[float, float] = (0.5, 0.5)
    offset: tuple[float, float] = (0.0, 0.0)
    focus: bool = False
    smart: bool = False
    faces: bool = False

    def centre(
        self, picture: Size, window: Size, density: float, mirrored: tuple[bool, bool], turn: int
    ) -> tuple[float, float]:
        """Return the middle of a window, as fractions of the picture before it was turned and mirrored.

        Parameters
        ----------
        picture, window : Size
            Their sizes in the turned picture, in the same pixels.
        density : float
            What an offset in pixels is multiplied by.
        mirrored : (bool, bool)
            Whether the turned picture is mirrored, from left to right and upside down.
        turn : int
            Degrees clockwise that it is turned by, a multiple of 90.
        """
        found = [
            self._along(axis, whole, side, density)
            for axis, (whole, side) in enumerate(((picture.width, window.width), (picture.height, window.height)))
        ]
        x, y = (1 - point if flipped else point for point, flipped in zip(found, mirrored, strict=True))
        return {0: (x, y), 90: (y, 1 - x), 180: (1 - x, 1 - y), 270: (1 - y, x)}[turn % 360]

    def _along(self, axis: int, whole: int, side: int, density: float) -> float:
        """Return the middle along one axis, inside the picture."""
        place, offset = self.place[axis], self.offset[axis]
        if self.focus:
            start = place * whole - side / 2
        else:
            moved = offset * density if abs(offset) >= 1 else offset * whole
            start = place * (whole - side) + (-moved if place == 1 else moved)
        return (min(max(start, 0.0), float(whole - side)) + side / 2) / whole
