"""The processing options of imgproxy: those that are done, by both their names, and how each is read."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.imaging.output.formats import format_of
from focalbox.service.dialects.urls import plain_number
from focalbox.service.request import SAME

__all__ = ["NAMES", "Processing", "read_option"]

_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_TRUTHS = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False, "": False}
_TYPES = ("fit", "fill", "fill-down", "force", "auto")
_PLACES = {
    "no": (0.5, 0.0), "so": (0.5, 1.0), "ea": (1.0, 0.5), "we": (0.0, 0.5), "noea": (1.0, 0.0), "nowe": (0.0, 0.0),
    "soea": (1.0, 1.0), "sowe": (0.0, 1.0), "ce": (0.5, 0.5),
}  # fmt: skip


_ARGUMENTS = {
    "resize": 5, "rs": 5, "size": 4, "s": 4, "gravity": 3, "g": 3, "background": 3, "bg": 3, "flip": 2, "fl": 2,
}  # fmt: skip
"""How many arguments an option has here; those that are not named have one."""
_DEFAULTS = {"", "0", "f", "false", "ce"}
"""What a further argument may say: what is done here anyway, such as ``ex:1:ce``."""


@dataclass(frozen=True, slots=True)
class Processing:
    """What the options of an address say together."""

    type: str = "fit"
    width: int = 0
    height: int = 0
    enlarge: bool = False
    extend: bool = False
    dpr: float = 1.0
    smart: bool = False
    faces: bool = False
    align: tuple[float, float] | None = (0.5, 0.5)
    focus: tuple[float, float] | None = None
    quality: int = 0
    format: str = SAME
    trim: int | None = None
    background: str = ""
    max_bytes: int = 0
    expires: int | None = None
    still: bool = False
    effects: tuple[Effect, ...] = ()


Read = Callable[[Processing, Sequence[str]], Processing]


def read_option(processing: Processing, text: str) -> Processing:
    """Return what is asked with one more option, such as ``rs:fill:500:200``.

    Raises
    ------
    InvalidRequest
        When it is unknown, has no equivalent here, or makes no sense; the message names it.

    Examples
    --------
    >>> read_option(Processing(), "rs:fill:500:200").width
    500
    """
    name, *arguments = text.split(":")
    if name not in NAMES:
        message = f"the option {name[:30]} is not supported in imgproxy's addresses; {', '.join(sorted(NAMES))} are"
        raise InvalidRequest(message)
    surplus = [argument for argument in arguments[_ARGUMENTS.get(name, 1) :] if argument not in _DEFAULTS]
    if surplus and NAMES[name] is not _nothing:
        message = f"the option {name} has no {surplus[0][:20]!r} here: {text[:40]!r}"
        raise InvalidRequest(message)
    try:
        return NAMES[name](processing, arguments)
    except (ValueError, IndexError, OverflowError) as error:
        if isinstance(error, InvalidRequest):
            raise
        message = f"the option {name} is not written as imgproxy's: {text[:40]!r}"
        raise InvalidRequest(message) from error


def _argument(arguments: Sequence[str], at: int) -> str:
    return arguments[at] if at < len(arguments) else ""


def _truth(text: str) -> bool:
    if text not in _TRUTHS:
        message = f"an option that is on or off is 1 or 0, not {text[:20]!r}"
        raise InvalidRequest(message)
    return _TRUTHS[text]


def _number(text: str) -> float:
    value = float(text)
    if not abs(value) < 1e6:  # noqa: PLR2004 - also what is no number at all
        raise ValueError(text)
    return value


def _type(found: Processing, arguments: Sequence[str]) -> Processing:
    kind = _argument(arguments, 0) or "fit"
    if kind not in _TYPES:
        message = f"a resizing type is {', '.join(_TYPES)}, not {kind[:20]!r}"
        raise InvalidRequest(message)
    return dataclasses.replace(found, type=kind)


def _width(found: Processing, arguments: Sequence[str]) -> Processing:
    return dataclasses.replace(found, width=plain_number("width", _argument(arguments, 0) or "0"))


def _height(found: Processing, arguments: Sequence[str]) -> Processing:
    return dataclasses.replace(found, height=plain_number("height", _argument(arguments, 0) or "0"))


def _size(found: Processing, arguments: Sequence[str]) -> Processing:
    found = _height(_width(found, arguments), arguments[1:])
    if len(arguments) > 2:  # noqa: PLR2004 - width, height, enlarge, extend
        found = dataclasses.replace(found, enlarge=_truth(arguments[2]))
    return dataclasses.replace(found, extend=_truth(arguments[3])) if len(arguments) > 3 else found  # noqa: PLR2004


def _resize(found: Processing, arguments: Sequence[str]) -> Processing:
    return _size(_type(found, arguments), arguments[1:])


def _gravity(found: Processing, arguments: Sequence[str]) -> Processing:
    kind, rest = _argument(arguments, 0), arguments[1:]
    plain = dataclasses.replace(found, smart=False, faces=False, align=None, focus=None)
    if kind == "sm":
        return dataclasses.replace(plain, smart=True)
    if kind == "obj" and list(rest) == ["face"]:
        return dataclasses.replace(plain, smart=True, faces=True)
    if kind == "fp" and len(rest) == 2:  # noqa: PLR2004 - x and y
        return dataclasses.replace(plain, focus=(_number(rest[0]), _number(rest[1])))
    if kind in _PLACES and not any(map(float, rest)):
        return dataclasses.replace(plain, align=_PLACES[kind])
    message = (
        f"the gravity {':'.join(arguments)[:40]} is not supported; sm, obj:face, fp:X:Y and places without offsets are"
    )
    raise InvalidRequest(message)


def _background(found: Processing, arguments: Sequence[str]) -> Processing:
    text = arguments[0] if len(arguments) == 1 else "".join(map(_channel, arguments))
    if not _HEXADECIMAL.fullmatch(text) or len(arguments) not in {1, 3}:
        raise ValueError(text)
    return dataclasses.replace(found, background=f"#{text}")


def _channel(text: str) -> str:
    if plain_number("bg", text) > 255:  # noqa: PLR2004 - of red, green or blue
        raise ValueError(text)
    return f"{int(text):02x}"


def _effect(name: str, *more: float) -> Read:
    def read(found: Processing, arguments: Sequence[str]) -> Processing:
        value = _number(arguments[0])
        return found if not value else _with(found, Effect(name, (value, *more)))

    return read


def _rotate(found: Processing, arguments: Sequence[str]) -> Processing:
    degrees = plain_number("rotate", arguments[0])
    if degrees % 90:
        raise ValueError(arguments[0])
    return _with(found, Effect("rotate", (float(-degrees % 360),)))


def _flip(found: Processing, arguments: Sequence[str]) -> Processing:
    across, down = (_truth(_argument(arguments, at)) for at in (0, 1))
    effects = [Effect(name) for name, wanted in (("flop", across), ("flip", down)) if wanted]
    return _with(found, *effects)


def _with(found: Processing, *effects: Effect) -> Processing:
    return dataclasses.replace(found, effects=(*found.effects, *effects))


def _set(field: str, read: Callable[[str], object]) -> Read:
    return lambda found, arguments: dataclasses.replace(found, **{field: read(_argument(arguments, 0))})  # type: ignore[arg-type]


def _nothing(found: Processing, _: Sequence[str]) -> Processing:
    """Take what is always done here, or changes nothing but the address."""
    return found


def _count(name: str) -> Callable[[str], int]:
    return lambda text: plain_number(name, text)


def _seconds(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise ValueError(text)
    return int(text)


NAMES: Mapping[str, Read] = {
    "resize": _resize, "rs": _resize,
    "size": _size, "s": _size,
    "resizing_type": _type, "rt": _type,
    "width": _width, "w": _width,
    "height": _height, "h": _height,
    "enlarge": _set("enlarge", _truth), "el": _set("enlarge", _truth),
    "extend": _set("extend", _truth), "ex": _set("extend", _truth),
    "dpr": _set("dpr", _number),
    "gravity": _gravity, "g": _gravity,
    "quality": _set("quality", _count("quality")), "q": _set("quality", _count("quality")),
    "format": _set("format", format_of), "f": _set("format", format_of), "ext": _set("format", format_of),
    "trim": _set("trim", _count("trim")), "t": _set("trim", _count("trim")),
    "background": _background, "bg": _background,
    "blur": _effect("blur"), "bl": _effect("blur"),
    "sharpen": _effect("sharpen", 1.0), "sh": _effect("sharpen", 1.0),
    "brightness": _effect("brightness"), "br": _effect("brightness"),
    "contrast": _effect("contrast"), "co": _effect("contrast"),
    "rotate": _rotate, "rot": _rotate,
    "flip": _flip, "fl": _flip,
    "max_bytes": _set("max_bytes", _count("max_bytes")), "mb": _set("max_bytes", _count("max_bytes")),
    "expires": _set("expires", _seconds), "exp": _set("expires", _seconds),
    "disable_animation": _set("still", _truth), "da": _set("still", _truth),
    "auto_rotate": _nothing, "ar": _nothing,
    "strip_metadata": _nothing, "sm": _nothing,
    "strip_color_profile": _nothing, "scp": _nothing,
    "cachebuster": _nothing, "cb": _nothing,
}  # fmt: skip
"""Every option that is read, by its long and its short name."""
