"""What a crop is made for: an exact size in pixels, or an aspect ratio."""

from __future__ import annotations

import math
from dataclasses import dataclass

from focalbox.errors import InvalidRequest

__all__ = ["Ratio", "Size", "Target"]


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels.

    Parameters
    ----------
    width, height : int
        Pixels, at least 1.

    Raises
    ------
    InvalidRequest
        When a side is below 1.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            message = f"a size needs sides of at least 1 pixel, not {self.width}x{self.height}"
            raise InvalidRequest(message)

    @property
    def aspect(self) -> float:
        """Width divided by height."""
        return self.width / self.height

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    def __str__(self) -> str:
        """Return the size as it is written in a request: ``500x200``."""
        return f"{self.width}x{self.height}"

    def to_dict(self) -> dict[str, int]:
        """Return ``{"width", "height"}``."""
        return {"width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True)
class Ratio:
    """An aspect ratio to crop to without resizing, such as 16:9.

    Parameters
    ----------
    across, down : float
        The two terms, above 0.

    Raises
    ------
    InvalidRequest
        When a term is not a finite number above 0.
    """

    across: float
    down: float

    def __post_init__(self) -> None:
        if not (0 < self.across < math.inf and 0 < self.down < math.inf):
            message = f"a ratio needs two numbers above 0, not {self.across:g}:{self.down:g}"
            raise InvalidRequest(message)

    @property
    def aspect(self) -> float:
        """Width divided by height."""
        return self.across / self.down

    def __str__(self) -> str:
        """Return the ratio as it is written in a request: ``16:9``."""
        return f"{self.across:g}:{self.down:g}"

    def to_dict(self) -> dict[str, str]:
        """Return ``{"ratio": "16:9"}``."""
        return {"ratio": str(self)}


Target = Size | Ratio
"""What a crop is made for: an exact size in pixels, or a ratio at the source's own resolution."""
