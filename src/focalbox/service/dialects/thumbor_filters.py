"""The filters of thumbor's addresses: those that are supported, and how each is read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from focalbox.core.geometry import PixelBox
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.imaging.output.fill import check_fill
from focalbox.imaging.output.formats import format_of
from focalbox.service.dialects import thumbor_tones as tones
from focalbox.service.dialects.urls import plain_number
from focalbox.service.request import DEFAULT_QUALITY, OPAQUE_JPEG, SAME

__all__ = ["BOX", "FILTERS", "REFUSED", "Filters", "box_of", "read_filters"]

_FILTER = re.compile(r"(?:([a-z_]{1,30})\(([^()]*)\)|(curve)\(((?:[^()]|\([^()]*\))*)\))(?::|$)")
"""A filter; the points of a curve have parentheses of their own."""
BOX = re.compile(r"(\d{1,6})x(\d{1,6}):(\d{1,6})x(\d{1,6})", re.ASCII)
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_NAME = re.compile(r"([a-z_]{1,30})\(")
_TRUE = {"1", "true", "True"}
_TONE = re.compile(r"-?\d{1,3}", re.ASCII)
_TRUE_OR_FALSE = {"1", "true", "0", "false"}
_DECIMAL = re.compile(r"-?(?:\d{1,4}(?:\.\d{0,6})?|\.\d{1,6})", re.ASCII)
_ROUND = re.compile(r"(\d{1,4})(?:\|(\d{1,4}))?,(\d{1,3}),(\d{1,3}),(\d{1,3})(?:,([01]|[Tt]rue|[Ff]alse))?", re.ASCII)
_MAX_SHARPEN = 100
"""Ten times what thumbor's page shows."""
_MAX_RADIUS = 150
"""Pixels at which thumbor ends a blur's kernel."""
_QUARTER = 90
"""Degrees."""
_TRANSPARENT = "#ffffff00"


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of an address, combined."""

    quality: int = DEFAULT_QUALITY
    format: str = SAME
    fill: str | None = None
    focal: PixelBox | None = None
    no_upscale: bool = False
    upscale: bool = False
    max_age: int | None = None
    max_bytes: int = 0
    proportion: float = 1.0
    stretch: bool = False
    fill_after: int = 0  # the number of effects before fill, which do not change its colour
    extract_focal: bool = False
    effects: tuple[Effect, ...] = ()


Read = Callable[[Filters, str], Filters]


def read_filters(text: str) -> Filters:
    """Read filters with colons between them.

    Raises
    ------
    InvalidRequest
        When one is unknown or makes no sense; the message names it.

    Examples
    --------
    >>> read_filters("quality(70):grayscale()").effects
    (Effect(name='grayscale', values=(), colour='', of_source=False),)
    """
    found = Filters()
    for name, argument in _split(text):
        _check_name(name)
        found = FILTERS[name](found, argument)
    return found


def box_of(found: re.Match[str]) -> PixelBox:
    """Return the box that is written as ``LEFTxTOP:RIGHTxBOTTOM``."""
    left, top, right, bottom = map(int, found.groups())
    if right <= left or bottom <= top:
        message = f"a box of at least one pixel is LEFTxTOP:RIGHTxBOTTOM, not {found[0]!r}"
        raise InvalidRequest(message)
    return PixelBox(left, top, right - left, bottom - top)


def _check_name(name: str) -> None:
    if name not in FILTERS:
        why = f" ({REFUSED[name]})" if name in REFUSED else ""
        message = f"the filter {name} is not supported{why}; {', '.join(sorted(FILTERS))} are"
        raise InvalidRequest(message)


def _split(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _FILTER.match(text, at)
        if found is None:
            named = _NAME.match(text, at)
            if named:
                _check_name(named[1])
            message = f"filters look like quality(80):format(webp), not {text[at : at + 40]!r}"
            raise InvalidRequest(message)
        yield found[1] or found[3], (found[2] or found[4] or "").strip()
        at = found.end()


def _sentence(name: str, expected: str, argument: str) -> str:
    return f"the filter {name} takes {expected}, not {argument[:40]!r}"


def _flag(field: str | None) -> Read:
    """Return a reader of a filter without an argument; without a field, the filter changes nothing."""

    def read(found: Filters, argument: str) -> Filters:
        if argument:
            message = _sentence(field or "strip", "nothing", argument)
            raise InvalidRequest(message)
        return found if field is None else replace(found, **{field: True})  # type: ignore[arg-type]

    return read


def _upscale(name: str) -> Read:
    return lambda found, argument: _flag(name)(replace(found, upscale=False, no_upscale=False), argument)


def _number(field: str) -> Read:
    return lambda found, argument: replace(found, **{field: plain_number(field, argument)})  # type: ignore[arg-type]


def _with(found: Filters, effect: Effect) -> Filters:
    return replace(found, effects=(*found.effects, effect))


def _effect(read: Callable[[str], Effect]) -> Read:
    return lambda found, argument: _with(found, read(argument))


def _tone(name: str) -> Read:
    def read(found: Filters, argument: str) -> Filters:
        if not _TONE.fullmatch(argument):
            message = _sentence(name, "a number from -100 to 100", argument)
            raise InvalidRequest(message)
        return _with(found, Effect(name, (float(argument),)))

    return read


def _decimals(name: str, argument: str, least: int, most: int) -> list[float]:
    parts = [part.strip() for part in argument.split(",")]
    if not least <= len(parts) <= most or not all(map(_DECIMAL.fullmatch, parts)):
        count = f"{least} to {most} numbers" if least < most else "a number" if most == 1 else f"{most} numbers"
        message = _sentence(name, count, argument)
        raise InvalidRequest(message)
    return [float(part) for part in parts]


def _blur(found: Filters, argument: str) -> Filters:
    """Read radius and sigma: thumbor's kernel ends at the radius, and so is as wide as a Gaussian of a smaller sigma."""
    radius, *more = _decimals("blur", argument, 1, 2)
    reach = range(-min(int(abs(radius)), _MAX_RADIUS), min(int(abs(radius)), _MAX_RADIUS) + 1)
    sigma = abs(more[0] if more and more[0] else radius)
    weights = [math.exp(-(at**2) / (2 * sigma**2)) for at in reach] if sigma else [1.0]
    spread = sum(weight * at**2 for weight, at in zip(weights, reach, strict=False)) / sum(weights)
    return _with(found, Effect("blur", (round(math.sqrt(spread), 4),)))


def _sharpen(found: Filters, argument: str) -> Filters:
    numbers, _, only_brightness = argument.rpartition(",") if argument.count(",") > 1 else (argument, "", "false")
    if only_brightness.strip().lower() not in _TRUE_OR_FALSE or numbers.count(",") != 1:
        message = _sentence("sharpen", "an amount, a radius, and true or false", argument)
        raise InvalidRequest(message)
    amount, radius = _decimals("sharpen", numbers, 2, 2)
    if max(abs(amount), abs(radius)) > _MAX_SHARPEN:
        message = _sentence("sharpen", f"numbers of at most {_MAX_SHARPEN}", argument)
        raise InvalidRequest(message)
    return _with(found, Effect("wavelet", (amount, radius, float(only_brightness.strip().lower() in {"1", "true"}))))


def _rotate(found: Filters, argument: str) -> Filters:
    (degrees,) = _decimals("rotate", argument, 1, 1)
    # Like thumbor, which keeps the size.
    return found if degrees % _QUARTER else _with(found, Effect("rotate", (degrees,)))


def _round_corner(found: Filters, argument: str) -> Filters:
    written = _ROUND.fullmatch(argument.replace(" ", ""))
    colour = [int(value) for value in written.group(3, 4, 5)] if written else []
    if written is None or max(colour) > 255:  # noqa: PLR2004 - a colour
        message = _sentence("round_corner", "4 numbers, a radius and a colour of 0 to 255, and perhaps true", argument)
        raise InvalidRequest(message)
    if int(written[2] or written[1]) != int(written[1]):
        message = _sentence("round_corner", "one radius here, the same across and down", argument)
        raise InvalidRequest(message)
    shown = "" if written[6] in _TRUE else f"#{bytes(colour).hex()}"
    return _with(found, Effect("round", (float(written[1]),), shown))


def _colour(argument: str) -> str:
    fill = f"#{argument}" if _HEXADECIMAL.fullmatch(argument) else argument
    check_fill(fill)
    return fill


def _background_color(found: Filters, argument: str) -> Filters:
    colour = _colour(argument)
    if colour in {"edge", "blur"}:
        message = _sentence("background_color", "a colour", argument)
        raise InvalidRequest(message)
    return _with(found, Effect("background", (), colour))


def _fill(found: Filters, argument: str) -> Filters:
    named = {"transparent": _TRANSPARENT, "auto": "edge"}
    colour, _, behind = (part.strip() for part in argument.partition(","))  # fill behind transparent parts too?
    if colour in {"", "edge"}:
        message = _sentence("fill", "a colour, blur, auto or transparent", argument)
        raise InvalidRequest(message)
    fill, before = named.get(colour) or _colour(colour), len(found.effects)
    if behind in _TRUE and fill not in {"edge", "blur", _TRANSPARENT}:
        found = _with(found, Effect("background", (), fill))
    return replace(found, fill=fill, fill_after=before)


def _focal(found: Filters, argument: str) -> Filters:
    box = BOX.fullmatch(argument)
    if box is None:
        message = _sentence("focal", "LEFTxTOP:RIGHTxBOTTOM", argument)
        raise InvalidRequest(message)
    return replace(found, focal=box_of(box))


def _format(found: Filters, argument: str) -> Filters:
    if argument in {"heif", "heic"}:
        message = "the format heif is read, and not written: avif is as small"
        raise InvalidRequest(message)
    return replace(found, format=format_of(argument))


def _proportion(found: Filters, argument: str) -> Filters:
    (value,) = _decimals("proportion", argument, 1, 1)
    if not 0 < value <= 1:
        message = _sentence("proportion", "a number above 0 and at most 1", argument)
        raise InvalidRequest(message)
    return replace(found, proportion=value)


def _autojpg(found: Filters, argument: str) -> Filters:
    return found if argument.lower() == "false" or found.format != SAME else replace(found, format=OPAQUE_JPEG)


FILTERS: Mapping[str, Read] = {
    "autojpg": _autojpg,
    "background_color": _background_color,
    "blur": _blur,
    "brightness": _tone("brightness"),
    "colorize": _effect(tones.read_colorize),
    "contrast": _tone("contrast"),
    "convolution": _effect(tones.read_convolution),
    "curve": _effect(tones.read_curve),
    "equalize": _effect(tones.read_equalize),
    "extract_focal": _flag("extract_focal"),
    "fill": _fill,
    "focal": _focal,
    "format": _format,
    "grayscale": lambda found, argument: _with(_flag(None)(found, argument), Effect("grayscale")),
    "max_age": _number("max_age"),
    "max_bytes": _number("max_bytes"),
    "no_upscale": _upscale("no_upscale"),
    "noise": _effect(tones.read_noise),
    "proportion": _proportion,
    "quality": _number("quality"),
    "rgb": _effect(tones.read_rgb),
    "rotate": _rotate,
    "round_corner": _round_corner,
    "saturation": _effect(tones.read_saturation),
    "sharpen": _sharpen,
    "stretch": _flag("stretch"),
    "strip_exif": _flag(None),
    "strip_icc": _flag(None),
    "strip_metadata": _flag(None),
    "upscale": _upscale("upscale"),
}
"""The filters that are supported."""

REFUSED: Mapping[str, str] = {
    "frame": "it draws another picture over this one",
    "redeye": "it finds eyes with a detector of its own",
    "watermark": "it draws another picture over this one",
}
"""The other filters of thumbor 7.8, each with its reason."""
