"""The border to cut off before looking: which colour it has, and how far other colours may be from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from focalbox.amounts import as_whole
from focalbox.errors import InvalidRequest, show_value

__all__ = ["CORNERS", "EQUALS", "EXPECTED", "MAX_TOLERANCE", "Trim", "TrimLike", "parse_trim"]

Corner = Literal["top-left", "bottom-right"]
CORNERS: tuple[Corner, ...] = ("top-left", "bottom-right")

Equal = Literal["", "across", "down", "both"]
EQUALS: tuple[Equal, ...] = ("across", "down", "both")

MAX_TOLERANCE = 442
"""The largest distance of two colours in 8-bit RGB, sqrt(3) * 255, rounded up: what thumbor's addresses go up to."""

EXPECTED = (
    f"{', '.join(CORNERS)} or a colour such as #ffffff, "
    f"perhaps with a tolerance from 0 to {MAX_TOLERANCE} as in top-left:20, "
    f"and with {', '.join(EQUALS)} for equal sides as in top-left:20:both"
)
"""What a trim is, as error messages tell it after the word "is"."""

_COLOUR = "#[0-9a-fA-F]{6}"
_COLOUR_OR_NONE = re.compile(f"({_COLOUR})?")
_TRIM = re.compile(rf"(top-left|bottom-right|{_COLOUR})(?::(\d{{1,3}})(?::({'|'.join(EQUALS)}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trim:
    """How the border around a picture is cut off before looking: all that has one colour, such as that of a corner.

    Parameters
    ----------
    corner : {"top-left", "bottom-right"}
        The pixel of the upright picture whose colour is the border's.
    tolerance : int
        0 to `MAX_TOLERANCE`: how far, as the Euclidean distance in 8-bit sRGB, a colour may be from the border's colour to
        belong to the border. JPEG and WebP need some tolerance, because they blur the edge of a border.
    colour : str
        The border's colour, ``"#rrggbb"``, instead of that of a corner; ``corner`` is then ignored. Empty for the corner's
        colour.
    equal : {"", "across", "down", "both"}
        Which opposite sides are cut equally: left and right (``across``), top and bottom (``down``), or both. The middle of
        the picture then stays the middle.

    Raises
    ------
    InvalidRequest
        When a value is out of its range.
    """

    corner: Corner = "top-left"
    tolerance: int = 0
    colour: str = ""
    equal: Equal = ""

    def __post_init__(self) -> None:
        tolerance = as_whole(self.tolerance)
        texts = all(isinstance(text, str) for text in (self.corner, self.colour, self.equal))
        if (
            not texts  # first: arrays cannot be compared, and lists have no hash
            or self.corner not in CORNERS
            or not _COLOUR_OR_NONE.fullmatch(self.colour)
            or (self.colour and self.corner != CORNERS[0])
            or self.equal not in {"", *EQUALS}
            or tolerance is None
            or not 0 <= tolerance <= MAX_TOLERANCE
        ):
            raise _no_trim(self)
        object.__setattr__(self, "tolerance", tolerance)

    def __str__(self) -> str:
        """Return it as it is written in a request: ``top-left:20``."""
        return f"{self.colour or self.corner}:{self.tolerance}" + (f":{self.equal}" if self.equal else "")


TrimLike = str | Trim


def parse_trim(trim: TrimLike | None) -> Trim | None:
    """Read which border to trim, as it is written in a request.

    Parameters
    ----------
    trim : str, Trim or None
        ``"top-left"``, ``"bottom-right"`` or a colour ``"#ffffff"``, whose tolerance is 0, or with a tolerance
        ``"top-left:20"``, and with what is equal ``"top-left:20:both"``; None for none.

    Raises
    ------
    InvalidRequest
        When it is none of these.

    Examples
    --------
    >>> parse_trim("bottom-right:20")
    Trim(corner='bottom-right', tolerance=20, colour='', equal='')
    """
    if trim is None or isinstance(trim, Trim):
        return trim
    found = _TRIM.fullmatch(trim) if isinstance(trim, str) else None
    if found is None:
        raise _no_trim(trim)
    tolerance, equal = int(found[2] or 0), cast("Equal", found[3] or "")
    if tolerance > MAX_TOLERANCE:
        raise _no_trim(trim)
    if found[1].startswith("#"):
        return Trim(tolerance=tolerance, colour=found[1].lower(), equal=equal)
    return Trim("bottom-right" if found[1] == "bottom-right" else "top-left", tolerance, equal=equal)


def _no_trim(given: object) -> InvalidRequest:
    return InvalidRequest(f"trim is {EXPECTED}, not {show_value(given)}")
