"""The processing options of imgproxy, combined, and how their arguments are read."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from focalbox.errors import InvalidRequest
from focalbox.options.trim import Trim
from focalbox.service.dialects.urls import plain_number
from focalbox.service.request import SAME
from focalbox.service.shape.gravity import Gravity

__all__ = [
    "Processing",
    "Unexpected",
    "argument_at",
    "read_factor",
    "read_gravity",
    "read_number",
    "read_quality",
    "read_seconds",
    "read_truth",
]

_TRUTHS = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False, "": False}
_PLACES = {
    "no": (0.5, 0.0), "so": (0.5, 1.0), "ea": (1.0, 0.5), "we": (0.0, 0.5), "noea": (1.0, 0.0), "nowe": (0.0, 0.0),
    "soea": (1.0, 1.0), "sowe": (0.0, 1.0), "ce": (0.5, 0.5),
}  # fmt: skip
_NUMBER = re.compile(r"-?(?:[0-9]{1,9}(?:\.[0-9]{0,17})?|\.[0-9]{1,17})")
_MAX_FACTOR = 8
"""Largest factor: more than imgproxy's clients ask for."""


@dataclass(frozen=True, slots=True)
class Processing:
    """The options of an address, combined; of a repeated option the last one counts."""

    type: str = "fit"
    width: int = 0
    height: int = 0
    least: tuple[int, int] = (0, 0)
    zoom: tuple[float, float] = (1.0, 1.0)
    dpr: float = 1.0
    enlarge: bool = False
    extend: Gravity | None = None
    extend_ratio: Gravity | None = None
    gravity: Gravity = Gravity()  # noqa: RUF009 - frozen
    crop: tuple[float, float] = (0.0, 0.0)
    crop_gravity: Gravity | None = None
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    rotate: int = 0
    flip: tuple[bool, bool] = (False, False)
    brightness: int = 0
    contrast: float = 1.0
    saturation: float = 1.0
    blur: float = 0.0
    sharpen: float = 0.0
    pixelate: int = 0
    background: str = ""
    quality: int = 0
    qualities: tuple[tuple[str, int], ...] = ()
    format: str = SAME
    trim: Trim | None = None
    max_bytes: int = 0
    expires: int | None = None
    still: bool = False
    keep_metadata: bool = False
    filename: str = ""
    attachment: bool = False


class Unexpected(ValueError):
    """Raised with a description of the expected argument; the reader of the option completes the message."""


def argument_at(arguments: Sequence[str], at: int) -> str:
    """Return an argument, empty where there is none."""
    return arguments[at] if at < len(arguments) else ""


def read_truth(text: str) -> bool:
    """Read a switch; an empty text means off."""
    if text not in _TRUTHS:
        message = f"an option that is on or off is 1 or 0, not {text[:20]!r}"
        raise InvalidRequest(message)
    return _TRUTHS[text]


def read_number(text: str, least: int = -(10**6), most: int = 10**6) -> float:
    """Read a number in a range; anything else raises `Unexpected`, as in the functions that follow."""
    value = _number(text)
    if not least <= value <= most:  # also true for NaN, which stands for no number
        message = f"a number from {least} to {most}"
        raise Unexpected(message)
    return value


def read_factor(text: str) -> float:
    """Read a number above 0; 8 is more than imgproxy's clients ask for."""
    value = _number(text)
    if not 0 < value <= _MAX_FACTOR:
        message = f"a number above 0 and at most {_MAX_FACTOR}"
        raise Unexpected(message)
    return value


def _number(text: str) -> float:
    return float(text) if _NUMBER.fullmatch(text) else math.nan  # Python reads more: digits of any script, 1_000


def read_gravity(arguments: Sequence[str], *, places_only: bool = False) -> Gravity:
    """Read a gravity with its offsets; for padding, only places are allowed."""
    kind, rest = argument_at(arguments, 0), list(arguments[1:])
    if kind == "sm" and not places_only:
        if any(_number(text or "0") != 0 for text in rest):
            message = "the gravity sm without offsets"
            raise Unexpected(message)
        return Gravity(smart=True)
    if kind == "obj" and rest == ["face"] and not places_only:
        return Gravity(smart=True, faces=True)
    if kind == "fp" and len(rest) == 2:  # noqa: PLR2004 - x and y
        x, y = map(_number, rest)
        if not (0 <= x <= 1 and 0 <= y <= 1):
            message = "fp:X:Y with numbers from 0 to 1"
            raise Unexpected(message)
        return Gravity((x, y), focus=True)
    if kind in _PLACES and len(rest) <= 2:  # noqa: PLR2004
        x, y = (read_number(text or "0") for text in [*rest, "", ""][:2])
        return Gravity(_PLACES[kind], (x, y))
    kinds = "fp:X:Y and places are" if places_only else "sm, obj:face, fp:X:Y and places are"
    message = f"the gravity {':'.join(arguments)[:40]} is not supported; {kinds}"
    raise InvalidRequest(message)


def read_quality(text: str) -> int:
    """Read a percentage; 0 leaves it to the service."""
    value = plain_number("quality", text)
    if value > 100:  # noqa: PLR2004 - percent
        message = "qualities from 0 to 100"
        raise Unexpected(message)
    return value


def read_seconds(text: str) -> int | None:
    """Read a time in seconds since 1970; None for 0, which is never."""
    if not re.fullmatch(r"[0-9]{1,12}", text):
        message = "a whole number, the seconds since 1970"
        raise Unexpected(message)
    return int(text) or None
