"""Colours in Filestack's addresses: names, or digits without #."""

from __future__ import annotations

import re

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.fill import check_fill

__all__ = ["check_colour"]

_COLOUR = re.compile(r"(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_NO_COLOURS = {"edge", "blur"}
"""Fills of focalbox that Filestack's addresses do not have."""


def check_colour(name: str, text: str) -> str:
    """Return a colour as fills are written, from a name or from digits without #.

    Raises
    ------
    InvalidRequest
        When ``text`` is not a colour.
    """
    colour = f"#{text}" if _COLOUR.fullmatch(text) else text
    message = f"{name} is a colour such as white or FF8800, not {text[:20]!r}"
    if colour in _NO_COLOURS:
        raise InvalidRequest(message)
    try:
        check_fill(colour)
    except InvalidRequest as error:
        raise InvalidRequest(message) from error
    return colour
