"""The supported processing options of imgproxy, by both their names, and how each is read."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.formats import format_of
from focalbox.options import MAX_SIDE
from focalbox.options.trim import MAX_TOLERANCE, Equal, Trim
from focalbox.service.dialects.imgproxy.processing import (
    Processing,
    Unexpected,
    argument_at,
    read_factor,
    read_gravity,
    read_number,
    read_quality,
    read_seconds,
    read_truth,
)
from focalbox.service.dialects.imgproxy.refused import REFUSED
from focalbox.service.dialects.urls import plain_number
from focalbox.service.shape.gravity import Gravity

__all__ = ["FIXED", "NAMES", "Processing", "read_option"]

_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_WHOLE = re.compile(r"-?[0-9]{1,6}")
_CHANNEL = re.compile(r"[0-9]{1,3}")
_SHORT = 3
"""Number of digits of a colour in which each digit stands for two."""
_TYPES = ("fit", "fill", "fill-down", "force", "auto")
_ANY_NUMBER = 10_000
_ARGUMENTS = {
    "resize": 8, "rs": 8, "size": 7, "s": 7, "gravity": 3, "g": 3, "background": 3, "bg": 3, "flip": 2, "fl": 2,
    "crop": 5, "c": 5, "padding": 4, "pd": 4, "zoom": 2, "z": 2, "extend": 4, "ex": 4, "filename": 2, "fn": 2,
    "adjust": 3, "a": 3, "trim": 4, "t": 4,
    **dict.fromkeys(("extend_aspect_ratio", "extend_ar", "exar"), 4),
    **dict.fromkeys(("format_quality", "fq", "cachebuster", "cb"), _ANY_NUMBER),
}  # fmt: skip
"""How many arguments an option has here; those that are not named have one."""
_DEFAULTS = {"", "0", "f", "false"}
"""Further arguments that are accepted because they ask for the usual behaviour, as in ``w:500:0``."""
_ON, _OFF = (("1", "t", "true"), ("0", "f", "false"))
_FIXED_FOR: Sequence[tuple[str, Sequence[str], str]] = (
    ("auto_rotate ar", _ON, "every answer is upright"),
    ("page pg", _OFF, "pages are not read"),
    ("raw", _OFF, "sources are never passed on as they are"),
    ("watermark wm", _OFF, "no watermark can be set here"),
)
FIXED: Mapping[str, tuple[Sequence[str], str]] = {
    name: (values, reason) for names, values, reason in _FIXED_FOR for name in names.split()
}
"""Options that are accepted only with the arguments that describe what always happens here, and why no others are."""
_MAX_NAME = 255
"""Bytes of a file's name (NAME_MAX of POSIX systems)."""


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
        why = f" ({REFUSED[name]})" if name in REFUSED else ""
        message = (
            f"the option {name[:30]} is not supported in imgproxy's addresses{why}; {', '.join(sorted(NAMES))} are"
        )
        raise InvalidRequest(message)
    values, reason = FIXED.get(name, ((), ""))
    if values and argument_at(arguments, 0) not in values:
        message = f"the option {name} is not supported in imgproxy's addresses ({reason}), but for {name}:{values[0]}"
        raise InvalidRequest(message)
    surplus = [argument for argument in arguments[_ARGUMENTS.get(name, 1) :] if argument not in _DEFAULTS]
    if surplus:
        message = f"the option {name} has no {surplus[0][:20]!r} here: {text[:40]!r}"
        raise InvalidRequest(message)
    try:
        return NAMES[name](processing, arguments)
    except Unexpected as error:
        message = f"the option {name} takes {error}, not {':'.join(arguments)[:40]!r}"
        raise InvalidRequest(message) from error


def _type(found: Processing, arguments: Sequence[str]) -> Processing:
    kind = argument_at(arguments, 0) or "fit"
    if kind not in _TYPES:
        message = f"a resizing type is {', '.join(_TYPES)}, not {kind[:20]!r}"
        raise InvalidRequest(message)
    return replace(found, type=kind)


def _size(found: Processing, arguments: Sequence[str]) -> Processing:
    width, height, enlarge, *extend = [*arguments, "", "", ""][: max(3, len(arguments))]
    if width:
        found = replace(found, width=plain_number("width", width))
    if height:
        found = replace(found, height=plain_number("height", height))
    if enlarge:
        found = replace(found, enlarge=read_truth(enlarge))
    return _extend("extend")(found, extend) if extend and extend[0] else found


def _resize(found: Processing, arguments: Sequence[str]) -> Processing:
    found = _type(found, arguments) if argument_at(arguments, 0) else found
    return _size(found, arguments[1:])


def _extend(field: str) -> Read:
    def read(found: Processing, arguments: Sequence[str]) -> Processing:
        gravity = read_gravity(arguments[1:], places_only=True) if argument_at(arguments, 1) else Gravity()
        return replace(found, **{field: gravity if read_truth(argument_at(arguments, 0)) else None})  # type: ignore[arg-type]

    return read


def _crop(found: Processing, arguments: Sequence[str]) -> Processing:
    width, height = (read_number(text or "0", 0) for text in [*arguments, "", ""][:2])
    gravity = read_gravity(arguments[2:]) if argument_at(arguments, 2) else None
    return replace(found, crop=(width, height), crop_gravity=gravity)


def _trim(found: Processing, arguments: Sequence[str]) -> Processing:
    tolerance = min(math.floor(read_number(argument_at(arguments, 0), 0)), MAX_TOLERANCE)
    text = argument_at(arguments, 1)
    colour = "".join(2 * digit for digit in text) if len(text) == _SHORT else text
    if not _HEXADECIMAL.fullmatch(colour or "000"):
        message = "a tolerance and a colour such as ff8800"
        raise Unexpected(message)
    across, down = (read_truth(argument_at(arguments, place) or "0") for place in (2, 3))
    equal: Equal = "both" if across and down else "across" if across else "down" if down else ""
    return replace(found, trim=Trim(tolerance=tolerance, colour=f"#{colour.lower()}" if colour else "", equal=equal))


def _padding(found: Processing, arguments: Sequence[str]) -> Processing:
    """Read the four sides as in CSS: a side left out is like its opposite, or like the first."""
    top = plain_number("padding", argument_at(arguments, 0) or "0")
    right = plain_number("padding", argument_at(arguments, 1) or str(top))
    bottom = plain_number("padding", argument_at(arguments, 2) or str(top))
    left = plain_number("padding", argument_at(arguments, 3) or str(right))
    if max(left, top, right, bottom) > MAX_SIDE:
        message = f"padding is at most {MAX_SIDE} pixels, not {max(left, top, right, bottom)}"
        raise InvalidRequest(message)
    return replace(found, padding=(left, top, right, bottom))


def _zoom(found: Processing, arguments: Sequence[str]) -> Processing:
    across = read_factor(argument_at(arguments, 0))
    return replace(found, zoom=(across, read_factor(arguments[1]) if argument_at(arguments, 1) else across))


def _least(axis: int) -> Read:
    def read(found: Processing, arguments: Sequence[str]) -> Processing:
        sides = list(found.least)
        sides[axis] = plain_number("min-height" if axis else "min-width", argument_at(arguments, 0) or "0")
        return replace(found, least=(sides[0], sides[1]))

    return read


def _background(found: Processing, arguments: Sequence[str]) -> Processing:
    text = ":".join(arguments)
    if not text:
        return replace(found, background="")
    if len(arguments) == 3 and all(map(_CHANNEL.fullmatch, arguments)) and max(map(int, arguments)) <= 255:  # noqa: PLR2004
        text = bytes(map(int, arguments)).hex()
    if not _HEXADECIMAL.fullmatch(text):
        message = "a colour such as ff8800, or three numbers from 0 to 255"
        raise Unexpected(message)
    return replace(found, background=f"#{text}")


def _rotate(found: Processing, arguments: Sequence[str]) -> Processing:
    text = argument_at(arguments, 0)
    if not _WHOLE.fullmatch(text) or int(text) % 90:
        message = "a whole multiple of 90"
        raise Unexpected(message)
    return replace(found, rotate=int(text) % 360)


def _flip(found: Processing, arguments: Sequence[str]) -> Processing:
    return replace(found, flip=(read_truth(argument_at(arguments, 0)), read_truth(argument_at(arguments, 1))))


def _adjust(found: Processing, arguments: Sequence[str]) -> Processing:
    for name, text in zip(("brightness", "contrast", "saturation"), arguments, strict=False):
        found = NAMES[name](found, [text]) if text else found
    return found


def _format_quality(found: Processing, arguments: Sequence[str]) -> Processing:
    if len(arguments) % 2:
        message = "formats, each with a quality"
        raise Unexpected(message)
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    read = {format_of(name): read_quality(text) for name, text in pairs}
    return replace(found, qualities=tuple({**dict(found.qualities), **read}.items()))


def _filename(found: Processing, arguments: Sequence[str]) -> Processing:
    name = argument_at(arguments, 0)
    if read_truth(argument_at(arguments, 1)):
        try:
            name = base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True).decode("utf-8")
        except ValueError as error:  # includes text that is not ASCII, or not UTF-8
            message = "a name in URL-safe base64"
            raise Unexpected(message) from error
    if any(character < " " or character in "/\\" for character in name) or len(name.encode()) > _MAX_NAME:
        message = f"a name of at most {_MAX_NAME} bytes without slashes or control characters"
        raise Unexpected(message)
    return replace(found, filename=name)


def _set(field: str, read: Callable[[str], object]) -> Read:
    return lambda found, arguments: replace(found, **{field: read(argument_at(arguments, 0))})  # type: ignore[arg-type]


def _count(name: str) -> Callable[[str], int]:
    return lambda text: plain_number(name, text or "0")


def _nothing(found: Processing, _: Sequence[str]) -> Processing:
    """Accept an option that asks for the usual behaviour, or changes only the address."""
    return found


_READERS: Sequence[tuple[str, Read]] = (
    ("resize rs", _resize),
    ("size s", _size),
    ("resizing_type rt", _type),
    ("width w", _set("width", _count("width"))),
    ("height h", _set("height", _count("height"))),
    ("min-width min_width mw", _least(0)),
    ("min-height min_height mh", _least(1)),
    ("zoom z", _zoom),
    ("dpr", _set("dpr", read_factor)),
    ("enlarge el", _set("enlarge", read_truth)),
    ("extend ex", _extend("extend")),
    ("extend_aspect_ratio extend_ar exar", _extend("extend_ratio")),
    ("gravity g", lambda found, arguments: replace(found, gravity=read_gravity(arguments))),
    ("crop c", _crop),
    ("padding pd", _padding),
    ("trim t", _trim),
    ("rotate rot", _rotate),
    ("flip fl", _flip),
    ("background bg", _background),
    ("adjust a", _adjust),
    ("brightness br", _set("brightness", lambda text: int(read_number(text, -255, 255)))),
    ("contrast co", _set("contrast", lambda text: read_number(text, 0, 4))),
    ("saturation sa", _set("saturation", lambda text: read_number(text, 0, 100))),
    ("blur bl", _set("blur", lambda text: read_number(text, 0))),
    ("sharpen sh", _set("sharpen", lambda text: read_number(text, 0))),
    ("pixelate pix", _set("pixelate", _count("pixelate"))),
    ("quality q", _set("quality", _count("quality"))),
    ("format_quality fq", _format_quality),
    ("format f ext", _set("format", format_of)),
    ("max_bytes mb", _set("max_bytes", _count("max_bytes"))),
    ("expires exp", _set("expires", read_seconds)),
    ("disable_animation da", _set("still", read_truth)),
    ("keep_copyright kcr", _set("keep_metadata", read_truth)),
    ("strip_metadata sm", _set("keep_metadata", lambda text: not read_truth(text))),
    ("filename fn", _filename),
    ("return_attachment att", _set("attachment", read_truth)),
    ("auto_rotate ar", _nothing),
    ("raw", _nothing),
    ("watermark wm", _nothing),
    ("page pg", _nothing),
    ("strip_color_profile scp", _nothing),
    ("enforce_thumbnail eth", _nothing),
    ("cachebuster cb", _nothing),
)
NAMES: Mapping[str, Read] = {name: read for names, read in _READERS for name in names.split()}
"""Every option that is read, by its long and its short name."""
