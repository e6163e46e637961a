"""Boxes, and the one place where a fraction becomes a pixel."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from focalbox.amounts import as_number, as_whole
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest, show_value

__all__ = ["SAME", "WHOLE", "Box", "PixelBox", "largest_window", "nearest"]

SAME = 1e-9
"""Fractions and shares that differ by less are equal: well above the rounding of 64-bit sums, and no more than about one
step of a single cell in the largest saliency map (256 x 256 cells, all at the maximum: 9e-10)."""

_ROUNDING = 1e-6
"""Pixels that the rounding of fractions may cost."""
_SIDES = ("left", "top", "width", "height")


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A box in whole pixels of the upright picture; ``right`` and ``bottom`` are outside it.

    Raises
    ------
    InvalidRequest
        When a side is no whole number.

    Examples
    --------
    >>> left, top, width, height = PixelBox(10, 20, 300, 200)
    >>> PixelBox(10, 20, 300, 200).corners  # what Pillow's Image.crop takes
    (10, 20, 310, 220)
    """

    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if {*map(type, self)} != {int}:
            _take_numbers(self, as_whole, "a box of pixels needs four whole numbers")

    def __iter__(self) -> Iterator[int]:
        """Unpack as left, top, width, height."""
        return iter((self.left, self.top, self.width, self.height))

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom: the box as Pillow has it."""
        return self.left, self.top, self.right, self.bottom

    @property
    def right(self) -> int:
        """The first column to the right of the box."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.top + self.height

    def to_box(self, size: Size) -> Box:
        """Return the same box as fractions of a picture of ``size``."""
        return Box(self.left / size.width, self.top / size.height, self.width / size.width, self.height / size.height)

    def to_dict(self) -> dict[str, int]:
        """Return ``{"left", "top", "width", "height"}`` in pixels."""
        return {side: getattr(self, side) for side in _SIDES}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> PixelBox:
        """Read what `to_dict` wrote; raises KeyError, TypeError or ValueError when it is something else."""
        return cls(*(int(saved[side]) for side in _SIDES))


@dataclass(frozen=True, slots=True)
class Box:
    """A box in fractions of the upright picture: 0, 0 is its top left corner, 1, 1 its bottom right one.

    Parameters
    ----------
    left, top, width, height : float
        Fractions of the picture's width (``left``, ``width``) and height (``top``, ``height``).
        A window that pads may reach past the picture; sides are never negative.

    Raises
    ------
    InvalidRequest
        When a number is not finite or a side is negative.

    Examples
    --------
    >>> Box(0.25, 0.0, 0.5, 1.0).to_pixels(Size(640, 480))
    PixelBox(left=160, top=0, width=320, height=480)
    """

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        sides = (self.left, self.top, self.width, self.height)
        if {*map(type, sides)} != {float} or not all(map(math.isfinite, sides)):
            _take_numbers(self, as_number, "a box needs four finite numbers")
        if self.width < 0 or self.height < 0:
            message = f"a box needs sides of at least 0, not {self.width:g} and {self.height:g}"
            raise InvalidRequest(message)

    @classmethod
    def between(cls, left: float, top: float, right: float, bottom: float) -> Box:
        """Return the box between two corners."""
        return cls(left, top, right - left, bottom - top)

    @property
    def right(self) -> float:
        """Fraction of the picture's width where the box ends."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Fraction of the picture's height where the box ends."""
        return self.top + self.height

    @property
    def area(self) -> float:
        """Share of the picture's area, when the box is inside it."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box (x, y)."""
        return self.left + self.width / 2, self.top + self.height / 2

    def mirror(self) -> Box:
        """Return the box in the picture mirrored left to right."""
        return Box(1.0 - self.left - self.width, self.top, self.width, self.height)

    def intersection(self, other: Box) -> Box:
        """Return the common part, of no area when there is none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right = max(left, min(self.right, other.right))
        bottom = max(top, min(self.bottom, other.bottom))
        return Box.between(left, top, right, bottom)

    def shared_area(self, other: Box) -> float:
        """Return the area of the common part, a share of the picture's; 0 when there is none."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Box.between(left, top, max(self.right, other.right), max(self.bottom, other.bottom))

    def contains(self, other: Box, *, slack: float = SAME) -> bool:
        """Tell whether ``other`` lies inside, up to ``slack`` (a fraction) for rounding."""
        across = self.left <= other.left + slack and self.right >= other.right - slack
        return across and self.top <= other.top + slack and self.bottom >= other.bottom - slack

    def fits(self, width: float, height: float) -> bool:
        """Tell whether the box is no larger than given sides (fractions), up to rounding."""
        return self.width <= width + SAME and self.height <= height + SAME

    def jaccard(self, other: Box) -> float:
        """Return the Jaccard index (intersection over union) with another box, 0 to 1."""
        shared = self.shared_area(other)
        return shared / (self.area + other.area - shared) if shared > 0 else 0.0

    def towards(self, other: Box, share: float) -> Box:
        """Return the box ``share`` (0..1) of the way to ``other``, every edge moving in a straight line."""
        mine, theirs = (tuple(getattr(box, side) for side in _SIDES) for box in (self, other))
        return Box(*(here + (there - here) * share for here, there in zip(mine, theirs, strict=True)))

    def to_pixels(self, size: Size, aspect: float | None = None) -> PixelBox:
        """Round to whole pixels of a picture of ``size``: the only rounding of coordinates in focalbox.

        Parameters
        ----------
        size : Size
            The upright picture.
        aspect : float, optional
            Width divided by height that the pixels must keep. The longer side is rounded and the shorter follows from
            it, so that the ratio is off by less than half a pixel.

        Returns
        -------
        PixelBox
            Inside the picture, with sides of at least 1 pixel.
        """
        width, height = self.width * size.width, self.height * size.height
        if aspect is None:
            left, top = nearest(self.left * size.width), nearest(self.top * size.height)
            columns, rows = nearest(self.right * size.width) - left, nearest(self.bottom * size.height) - top
        else:
            if aspect >= 1:
                columns = _within(nearest(width), 1, size.width)
                rows = _within(nearest(columns / aspect), 1, size.height)
            else:
                rows = _within(nearest(height), 1, size.height)
                columns = _within(nearest(rows * aspect), 1, size.width)
            left = nearest(self.left * size.width + (width - columns) / 2)
            top = nearest(self.top * size.height + (height - rows) / 2)
        columns, rows = _within(columns, 1, size.width), _within(rows, 1, size.height)
        return PixelBox(_within(left, 0, size.width - columns), _within(top, 0, size.height - rows), columns, rows)

    def to_whole_pixels(self, size: Size) -> Box:
        """Return the smallest box of whole pixels of a picture of ``size`` around the box, fractions.

        Examples
        --------
        >>> Box(0.26, 0.0, 0.5, 1.0).to_whole_pixels(Size(10, 10))
        Box(left=0.2, top=0.0, width=0.6, height=1.0)
        """
        width, height = size.width, size.height
        left, top = math.floor(self.left * width + _ROUNDING), math.floor(self.top * height + _ROUNDING)
        right, bottom = math.ceil(self.right * width - _ROUNDING), math.ceil(self.bottom * height - _ROUNDING)
        return Box(left / width, top / height, (right - left) / width, (bottom - top) / height)

    def resize(self, width: float, height: float) -> Box:
        """Return a box of other sides with the same centre."""
        x, y = self.centre
        return Box(x - width / 2, y - height / 2, width, height)

    def with_a_pixel_around(self, size: Size) -> Box:
        """Return the box with a pixel of a picture of ``size`` on each side: what rounding may have cost is in it."""
        across, down = 1 / size.width, 1 / size.height
        return Box.between(self.left - across, self.top - down, self.right + across, self.bottom + down)

    def move_into(self, other: Box) -> Box:
        """Return the box moved as little as needed to lie inside a larger one."""
        left = min(max(self.left, other.left), other.right - self.width)
        top = min(max(self.top, other.top), other.bottom - self.height)
        return Box(left, top, self.width, self.height)

    def to_dict(self) -> dict[str, float]:
        """Return ``{"left", "top", "width", "height"}`` in fractions."""
        return {side: getattr(self, side) for side in _SIDES}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Box:
        """Read what `to_dict` wrote; raises KeyError, TypeError or ValueError when it is something else."""
        return cls(*(float(saved[side]) for side in _SIDES))


WHOLE = Box(0.0, 0.0, 1.0, 1.0)
"""The whole picture."""


def _take_numbers(box: Box | PixelBox, read: Callable[[object], float | None], expected: str) -> None:
    """Make a box's sides Python's own numbers: others, such as 32-bit ones of networks, lose digits in sums."""
    given = [getattr(box, side) for side in _SIDES]
    for side, number in zip(_SIDES, map(read, given), strict=True):
        if number is None:
            message = f"{expected}, not {', '.join(map(show_value, given))}"
            raise InvalidRequest(message)
        object.__setattr__(box, side, number)


def largest_window(size: Size, aspect: float) -> tuple[float, float]:
    """Return the sides of the largest window of an aspect ratio inside a picture.

    Parameters
    ----------
    size : Size
        The upright picture.
    aspect : float
        Width divided by height of the window, in pixels.

    Returns
    -------
    width, height : float
        Fractions of the picture's sides; at least one of them is exactly 1.

    Examples
    --------
    >>> largest_window(Size(640, 480), 1.0)
    (0.75, 1.0)
    """
    relative = aspect / size.aspect
    return (1.0, 1.0 / relative) if relative >= 1.0 else (relative, 1.0)


def nearest(value: float) -> int:
    """Round half up, so that equal fractions round alike wherever they lie (Python's ``round`` goes to even)."""
    return math.floor(value + 0.5)


def _within(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))
