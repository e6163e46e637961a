"""The target of a crop: an exact size in pixels, or an aspect ratio."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from focalbox.amounts import as_number, as_whole
from focalbox.errors import InvalidRequest, show_value

__all__ = ["RATIO", "Ratio", "Size", "Target"]

RATIO = re.compile(r"(\d{1,6}(?:\.\d{1,6})?):(\d{1,6}(?:\.\d{1,6})?)", re.ASCII)
"""A ratio as requests write it."""


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
        When a side is no whole number, or below 1.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        width, height = as_whole(self.width), as_whole(self.height)
        if width is None or height is None or min(width, height) < 1:
            message = f"a size needs sides of at least 1 pixel, not {show_value(self.width)}x{show_value(self.height)}"
            raise InvalidRequest(message)
        object.__setattr__(self, "width", width)
        object.__setattr__(self, "height", height)

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
        When a term is not a finite number above 0, or one divided by the other is not.
    """

    across: float
    down: float

    def __post_init__(self) -> None:
        terms = (self.across, self.down)
        across, down = map(_read_term, terms)
        if across is None or down is None or not 0 < across / down < math.inf:
            given = ":".join(f"{term:g}" if isinstance(term, float) else show_value(term) for term in terms)
            message = f"a ratio needs two numbers above 0, not {given}"
            raise InvalidRequest(message)
        object.__setattr__(self, "across", across)
        object.__setattr__(self, "down", down)

    @property
    def aspect(self) -> float:
        """Width divided by height."""
        return self.across / self.down

    def __str__(self) -> str:
        """Return the ratio as it is written in a request: ``16:9``."""
        text = f"{self.across:g}:{self.down:g}"
        if RATIO.fullmatch(text):
            return text
        aspect = self.aspect  # terms that no request can have, such as 1e-5 and 1e6: the same shape in others
        return f"{aspect:g}:1" if aspect >= 1 else f"1:{1 / aspect:g}"

    def to_dict(self) -> dict[str, str]:
        """Return ``{"ratio": "16:9"}``."""
        return {"ratio": str(self)}


def _read_term(term: object) -> float | None:
    """Return a finite number above 0 as Python's own, a whole one as it is; None of all else."""
    number = as_number(term)
    return None if number is None or number <= 0 else as_whole(term) or number


Target = Size | Ratio
"""The target of a crop: an exact size in pixels, or a ratio at the source's own resolution."""
