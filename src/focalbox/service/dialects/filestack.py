"""Filestack's processing grammar, read into an `ImageRequest`.

``/[APIKEY/]smart_crop=width:500,height:200/[output=format:webp/]SOURCE``

Tasks stand between slashes, each a name, ``=`` and options ``name:value`` with commas between them; options go by their
names or by the short aliases that Filestack documents. Also the form that ``filestack-js`` calls ``b64``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from focalbox.core.geometry import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.fill import check_fill
from focalbox.imaging.formats import format_of
from focalbox.options import CropOptions, parse_target
from focalbox.service.dialects.filestack_tasks import SUPPORTED, TASKS
from focalbox.service.dialects.urls import decoded, plain_number
from focalbox.service.request import DEFAULT_QUALITY, SAME, ImageRequest

__all__ = ["TASKS", "Request", "Task", "is_filestack", "parse", "read"]

_TASK = re.compile(r"([a-z_0-9]{1,40})=(.*)", re.DOTALL)
_OPTION = re.compile(r'([A-Za-z_0-9]{1,40}):("[^"]*"|\[[^\]]*\]|[^,"\[\]]*)(?:,|$)')
_COLOUR = re.compile(r"(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_API_KEY = re.compile(rb"[A-Za-z0-9]{1,64}")
_NO_COLOURS = {"edge", "blur"}
"""Fills of focalbox that Filestack's addresses do not have."""
_YEAR = 31_536_000
"""Seconds that ``cache=expiry:max`` stands for (Filestack's Processing API, Cache)."""
_TRUTHS = {"true": True, "false": False}
_MOST_TASKS = 32


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its name and its options as they are written."""

    name: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """An address taken apart, nothing interpreted yet."""

    api_key: str | None
    tasks: Sequence[Task]
    source: str

    def task(self, name: str) -> Task | None:
        """Return the task of a name, if it is there."""
        return next((task for task in self.tasks if task.name == name), None)


def is_filestack(path: bytes) -> bool:
    """Tell whether an address is one of Filestack's: a task comes first, or second after an API key.

    Examples
    --------
    >>> is_filestack(b"/smart_crop=w:5,h:5/cat.jpg"), is_filestack(b"/unsafe/5x5/cat.jpg")
    (True, False)
    """
    first, _, rest = path.removeprefix(b"/").partition(b"/")
    second = rest.partition(b"/")[0]
    return _looks_like_task(first) or (_API_KEY.fullmatch(first) is not None and _looks_like_task(second))


def _looks_like_task(segment: bytes) -> bool:
    name, equals, _ = segment.replace(b"%3D", b"=").partition(b"=")
    known = name.decode("ascii", "replace") in TASKS
    return known if equals else known or name == b"b64"


def read(path: bytes) -> Request:
    """Take an address apart.

    Raises
    ------
    InvalidRequest
        When it cannot be decoded or a task is not written as tasks are.
    """
    rest = decoded(path.removeprefix(b"/"))
    api_key = None
    if not _looks_like_task(path.removeprefix(b"/").partition(b"/")[0]):
        api_key, _, rest = rest.partition("/")
    tasks: list[Task] = []
    while len(tasks) <= _MOST_TASKS:
        segment, slash, after = rest.partition("/")
        found = _TASK.fullmatch(segment)
        if segment == "b64":
            packed, slash, after = after.partition("/")
            tasks += _unpacked(packed)
        elif found:
            tasks.append(Task(found[1], _options(found[1], found[2])))
        elif segment in TASKS and slash:
            tasks.append(Task(segment, {}))
        else:
            return Request(api_key, tuple(tasks), _source(rest))
        if not slash:
            break
        rest = after
    message = f"an address ends with the source, after at most {_MOST_TASKS} tasks"
    raise InvalidRequest(message)


def parse(request: Request) -> ImageRequest:
    """Interpret an address.

    Raises
    ------
    InvalidRequest
        When a task or an option is unknown, not supported or makes no sense; the message names it.

    Examples
    --------
    >>> image_request = parse(read(b"/smart_crop=w:500,h:200,mode:face/output=f:webp/cat.jpg"))
    >>> image_request.targets, image_request.options.mode, image_request.format
    ((Size(width=500, height=200),), 'face', 'webp')
    """
    named: dict[str, dict[str, str]] = {}
    for task in request.tasks:
        if task.name not in SUPPORTED:
            message = f"the task {task.name} is not supported in Filestack's addresses; {', '.join(SUPPORTED)} are"
            raise InvalidRequest(message)
        if task.name in named:
            message = f"the task {task.name} is given once"
            raise InvalidRequest(message)
        named[task.name] = known_options(task)
    if "smart_crop" not in named:
        message = "an address needs the task smart_crop"
        raise InvalidRequest(message)
    crop, output = named["smart_crop"], named.get("output", {})
    mode = crop.get("mode", "auto")
    if mode not in {"auto", "face"}:
        message = f"smart_crop has the modes auto and face, not {mode[:20]!r}"
        raise InvalidRequest(message)
    options: dict[str, Any] = {"mode": mode}
    if "fill_color" in crop:
        options["fill"] = _colour(crop["fill_color"])
    return ImageRequest(
        source=request.source,
        targets=(_size(crop),),
        answer="coordinates" if _truth("coords", crop.get("coords", "false")) else "crop",
        options=CropOptions.of(options),
        format=format_of(output["format"]) if "format" in output else SAME,
        quality=plain_number("quality", output["quality"]) if "quality" in output else DEFAULT_QUALITY,
        max_age=_max_age(named["cache"]) if "cache" in named else None,
    )


def known_options(task: Task) -> dict[str, str]:
    """Return the options of a supported task by their full names.

    Raises
    ------
    InvalidRequest
        When one is unknown or given twice.
    """
    names = SUPPORTED[task.name]
    found: dict[str, str] = {}
    for option, value in task.options.items():
        if option not in names:
            message = f"the option {option} of {task.name} is not supported; {', '.join(sorted(names))} are"
            raise InvalidRequest(message)
        if names[option] in found:
            message = f"the option {names[option]} of {task.name} is given once"
            raise InvalidRequest(message)
        found[names[option]] = value
    return found


def _options(task: str, text: str) -> dict[str, str]:
    if task == "cache" and text == "false":
        return {"false": "true"}
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        option = _OPTION.match(text, at)
        if option is None or option[1] in found:
            message = f"the options of {task} look like name:value,name:value, each once, not {text[at : at + 40]!r}"
            raise InvalidRequest(message)
        found[option[1]] = option[2].strip('"')
        at = option.end()
    return found


def _unpacked(packed: str) -> list[Task]:
    """Return the tasks that filestack-js packs into URL-safe base64 of JSON."""
    try:
        listed = json.loads(_unbase64(packed))
        return [_from_json(entry) for entry in listed][: _MOST_TASKS + 1]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, InvalidRequest):
            raise
        message = "b64 is followed by a list of tasks as JSON in URL-safe base64"
        raise InvalidRequest(message) from error


def _from_json(entry: Mapping[str, Any]) -> Task:
    name, params = str(entry["name"])[:40], entry.get("params") or {}
    if name == "cache" and entry.get("params") is False:
        params = {"false": True}
    values = {str(option): _written(value) for option, value in params.items()} if isinstance(params, dict) else {}
    return Task(name, values)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unbase64(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        message = "base64 in an address is URL-safe base64 of UTF-8"
        raise InvalidRequest(message) from error


def _source(text: str) -> str:
    if text.startswith("b64://"):
        text = _unbase64(text.removeprefix("b64://"))
    text = text.removeprefix('"').removesuffix('"')
    if text.startswith("src:"):
        message = "a storage alias (src:) is not supported as a source in Filestack's addresses"
        raise InvalidRequest(message)
    if not text or any(character < " " for character in text):
        message = "an address ends with the source"
        raise InvalidRequest(message)
    return text


def _size(crop: Mapping[str, str]) -> Size:
    missing = [side for side in ("width", "height") if side not in crop]
    if missing:
        message = f"smart_crop needs {' and '.join(missing)}"
        raise InvalidRequest(message)
    width, height = (plain_number(side, crop[side]) for side in ("width", "height"))
    target = parse_target((width, height))
    if not isinstance(target, Size):
        message = "smart_crop takes pixels"
        raise InvalidRequest(message)
    return target


def _truth(name: str, text: str) -> bool:
    if text not in _TRUTHS:
        message = f"{name} is true or false, not {text[:20]!r}"
        raise InvalidRequest(message)
    return _TRUTHS[text]


def _colour(text: str) -> str:
    colour = f"#{text}" if _COLOUR.fullmatch(text) else text
    message = f"fill_color is a colour such as white or FF8800, not {text[:20]!r}"
    if colour in _NO_COLOURS:
        raise InvalidRequest(message)
    try:
        check_fill(colour)
    except InvalidRequest as error:
        raise InvalidRequest(message) from error
    return colour


def _max_age(cache: Mapping[str, str]) -> int:
    if len(cache) != 1:
        message = "cache takes expiry:SECONDS, expiry:max or false"
        raise InvalidRequest(message)
    if "false" in cache:
        return 0
    return _YEAR if cache["expiry"] == "max" else plain_number("expiry", cache["expiry"])
