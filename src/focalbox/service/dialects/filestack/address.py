"""Filestack's processing grammar: an address is split into tasks and a source.

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

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.filestack.tasks import SUPPORTED, TASKS
from focalbox.service.dialects.urls import decode_percent

__all__ = ["TASKS", "Request", "Task", "is_filestack", "known_options", "read"]

_TASK = re.compile(r"([a-z_0-9]{1,40})=(.*)", re.DOTALL)
_OPTION = re.compile(r'([A-Za-z_0-9]{1,40}):("[^"]*"|\[[^\]]*\]|[^,"\[\]]*)(?:,|$)')
_API_KEY = re.compile(rb"(?![vV][0-9]{1,3}\Z)[A-Za-z0-9]{1,64}")
"""Not taken for an API key: the mistaken beginning of a native address."""
_LIKE_TASK = re.compile(rb"[a-z_]{2,40}=[a-z_]{1,40}(?::|%3[Aa])")
"""What a task begins with; unknown tasks are refused by name."""
_ALIASES = {"round_corners": "rounded_corners"}
"""Names of tasks in filestack-python that differ from Filestack's own."""
_KEY_FIELD = re.compile(r"key=([A-Za-z0-9]{1,64})", re.ASCII)
_MAX_TASKS = 32
_SIGNED = (b"policy", b"signature")
"""Fields of a query that are Filestack's own."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its name and its options as they are written."""

    name: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """An address split into its parts, not interpreted yet."""

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
    return (known or _LIKE_TASK.match(segment) is not None) if equals else known or name == b"b64"


def read(path: bytes, query: bytes = b"") -> Request:
    """Split an address into its parts.

    Parameters
    ----------
    path, query : bytes
        As they came. The query belongs to a source on another server, except for the policy and its signature; beside a
        handle, only these two are allowed.

    Raises
    ------
    InvalidRequest
        When it cannot be decoded or a task is not written as tasks are.
    """
    more, policy = _query(query)
    rest = decode_percent(path.removeprefix(b"/"))
    api_key = None
    if not _looks_like_task(path.removeprefix(b"/").partition(b"/")[0]):
        api_key, _, rest = rest.partition("/")
    tasks: list[Task] = []
    while len(tasks) <= _MAX_TASKS:
        segment, slash, after = rest.partition("/")
        found = _TASK.fullmatch(segment)
        if segment == "b64" and slash:
            packed, slash, after = after.partition("/")
            tasks += _unpack(packed)
        elif found and (slash or found[1] in TASKS):  # the last part may have any name but a task's: it is the source
            tasks.append(Task(_ALIASES.get(found[1], found[1]), _options(found[1], found[2])))
        elif not segment and slash and tasks:
            pass  # two slashes between tasks count as one
        elif segment in TASKS and slash:
            tasks.append(Task(segment, {}))
        else:
            source = _source(rest)
            named = _KEY_FIELD.fullmatch(more) if policy and api_key is None and not _is_elsewhere(source) else None
            if named is not None:
                api_key, more = named[1], ""
            return Request(api_key, (*tasks, *policy), _with_query(source, more))
        if not slash:
            break
        rest = after
    message = f"an address ends with the source, after at most {_MAX_TASKS} tasks"
    raise InvalidRequest(message)


def _query(query: bytes) -> tuple[str, list[Task]]:
    """Split a query into the part of the source and the task ``security`` that its policy and signature stand for."""
    parts = query.split(b"&")
    named = [part.partition(b"=") for part in parts]
    signs = {name: value for name, _, value in named if name in _SIGNED}
    if set(signs) != set(_SIGNED):
        return query.decode("ascii", "replace"), []
    if not all(parts) or sum(name in _SIGNED for name, _, _ in named) > len(_SIGNED):
        message = "policy and signature are given once, and no field of a query is empty"
        raise InvalidRequest(message)
    rest = [part for part in parts if part.partition(b"=")[0] not in _SIGNED]
    options = {name.decode("ascii"): decode_percent(value) for name, value in signs.items()}
    return b"&".join(rest).decode("ascii", "replace"), [Task("security", options)]


def _is_elsewhere(source: str) -> bool:
    """Tell whether a source is an address, and not a handle."""
    return ":/" in source


def _with_query(source: str, query: str) -> str:
    if not query:
        return source
    if not _is_elsewhere(source):
        message = "a handle has no query but policy and signature, and the API key with them"
        raise InvalidRequest(message)
    return f"{source}{'&' if '?' in source else '?'}{query}"


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


def _unpack(packed: str) -> list[Task]:
    """Return the tasks that filestack-js packs into URL-safe base64 of JSON."""
    try:
        listed = json.loads(_unbase64(packed))
        return [_from_json(entry) for entry in listed][: _MAX_TASKS + 1]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, InvalidRequest):
            raise
        message = "b64 is followed by a list of tasks as JSON in URL-safe base64"
        raise InvalidRequest(message) from error


def _from_json(entry: Mapping[str, Any]) -> Task:
    name, params = str(entry["name"])[:40], entry.get("params") or {}
    if name == "cache" and entry.get("params") is False:
        params = {"false": True}
    values = {str(option): _write(value) for option, value in params.items()} if isinstance(params, dict) else {}
    return Task(name, values)


def _write(value: object) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(str, value))}]"
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
