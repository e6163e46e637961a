"""How the service runs: one frozen value, read from ``FOCALBOX_SERVICE_*`` and the command, all mistakes at once."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.signing import Key, parse_key
from focalbox.settings import PREFIX, Settings
from focalbox.sizes import FREE, parse_target

__all__ = ["SERVICE_PREFIX", "ServiceSettings", "described"]

SERVICE_PREFIX = f"{PREFIX}SERVICE_"

_HOST = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_CACHE = re.compile(r"memory|none|rediss?://.+|unix://.+")
_TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            message = f"a whole number from {least} to {most}, not {text!r}"
            raise InvalidRequest(message)
        return int(text)

    return read


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTHS:
        message = f"true or false, not {text!r}"
        raise InvalidRequest(message)
    return _TRUTHS[text.lower()]


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        message = f"a folder that exists, not {text!r}"
        raise InvalidRequest(message)
    return path


def _each(pattern: re.Pattern[str], what: str) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        found = _words(text.lower())
        wrong = [word for word in found if not pattern.fullmatch(word)]
        if wrong:
            message = f"{what} with commas between them, not {wrong[0]!r}"
            raise InvalidRequest(message)
        return found

    return read


def _sizes(text: str) -> tuple[str, ...]:
    found = _words(text)
    return tuple(str(parse_target(size) or FREE) for size in found)


def _keys(text: str) -> tuple[Key, ...]:
    found = tuple(map(parse_key, _words(text)))
    if len({key.id for key in found}) < len(found):
        message = "keys with an id each"
        raise InvalidRequest(message)
    return found


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            message = f"{what}"  # never the value: it may hold a password
            raise InvalidRequest(message)
        return text

    return read


def _secret(text: str) -> str:
    if not text:
        message = "a secret of at least one character"
        raise InvalidRequest(message)
    return text


def _setting(default: Any, read: Callable[[str], Any], help_: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"read": read, "help": help_, "secret": secret})


@dataclass(frozen=True)
class ServiceSettings:
    """How the service runs; each field is ``FOCALBOX_SERVICE_`` and its name in capitals, documented in its metadata.

    Examples
    --------
    >>> ServiceSettings.of({"FOCALBOX_SERVICE_SIZES": "500x200,1:1"}).sizes
    ('500x200', '1:1')
    """

    root: Path | None = _setting(None, _folder, "The folder whose pictures are served.")  # noqa: RUF009 - makes a field
    hosts: tuple[str, ...] = _setting(
        (), _each(_HOST, "host names"), "Hosts that pictures are fetched from: `img.example.com`, `*.example.com`."
    )
    buckets: tuple[str, ...] = _setting((), _each(_BUCKET, "buckets"), "S3 buckets that pictures are read from.")
    keys: tuple[Key, ...] = _setting(
        (), _keys, "Keys for native addresses, `ID:SECRET`; the first signs, all are accepted.", secret=True
    )
    filestack_secret: str | None = _setting(None, _secret, "Secret of Filestack's policies.", secret=True)
    filestack_api_key: str | None = _setting(None, _secret, "The API key that Filestack's addresses must name.")
    thumbor_key: str | None = _setting(None, _secret, "Key of thumbor's signatures.", secret=True)
    allow_unsigned: bool = _setting(
        default=False, read=_truth, help_="Whether addresses without a signature are served."
    )
    sizes: tuple[str, ...] = _setting(
        (), _sizes, "The only sizes that are served, such as `500x200,1:1,free`; all if empty."
    )
    host: str = _setting("127.0.0.1", _secret, "The address to listen at.")
    port: int = _setting(8000, _number(0, 65_535), "The port to listen at; 0 takes a free one.")
    at_work: int = _setting(0, _number(0, 256), "Threads that work on pictures; 0 is one a processor.")
    waiting: int = _setting(
        64, _number(0, 10_000), "Requests that may wait for a thread; beyond them the answer is 503."
    )
    cache: str = _setting(
        "memory",
        _matching(_CACHE, "memory, none, or an address such as redis://localhost:6379/0"),
        "Where analyses are kept: `memory`, `none`, or `redis://...` that several processes share.",
        secret=True,
    )
    cache_bytes: int = _setting(32 * 2**20, _number(0, 2**40), "Bytes of analyses kept in memory.")
    picture_bytes: int = _setting(64 * 2**20, _number(0, 2**40), "Bytes of decoded pictures kept in memory.")
    max_age: int = _setting(86_400, _number(0, 31_536_000), "Seconds that answers may be kept (Cache-Control).")
    fetch_seconds: int = _setting(10, _number(1, 300), "Seconds that fetching a picture may take.")
    allow_private: bool = _setting(
        default=False, read=_truth, help_="Whether hosts may have private addresses; for networks of one's own."
    )
    stop_seconds: int = _setting(30, _number(1, 3600), "Seconds that running requests get to finish when stopping.")
    page: bool = _setting(default=True, read=_truth, help_="Whether `/` is the page to try it on.")
    common: Settings = field(default_factory=Settings)  # of every command

    @classmethod
    def of(cls, environment: Mapping[str, str], **given: Any) -> ServiceSettings:
        """Read the settings from environment variables; what the command was given comes first.

        Raises
        ------
        InvalidRequest
            When a name is unknown or a value makes no sense; all mistakes are in the one message, and no secret.
        """
        common, mistakes = Settings.read(environment)
        values: dict[str, Any] = {}
        for variable, text in sorted(environment.items()):
            if not variable.startswith(SERVICE_PREFIX):
                continue
            name = variable.removeprefix(SERVICE_PREFIX).lower()
            if name not in _readers() or variable != variable.upper():
                mistakes.append(f"{variable} is not a setting")
                continue
            mistakes += _read(values, name, text, variable)
        for name, text in given.items():
            mistakes += _read(values, name, text, f"--{name.replace('_', '-')}")
        if mistakes:
            message = "; ".join(mistakes)
            raise InvalidRequest(message)
        return cls(**values, common=common)

    @property
    def threads(self) -> int:
        """How many threads work on pictures."""
        return self.at_work or os.cpu_count() or 1


def _readers() -> dict[str, Callable[[str], Any]]:
    return {entry.name: entry.metadata["read"] for entry in dataclasses.fields(ServiceSettings) if entry.metadata}


def _read(values: dict[str, Any], name: str, text: str, called: str) -> list[str]:
    """Read one value; what is wrong with it is returned."""
    try:
        values[name] = _readers()[name](text)
    except InvalidRequest as error:
        return [f"{called}: {error}" if str(error).startswith("a size") else f"{called} is {error}"]
    return []


def described() -> str:
    """Return the page of all settings, written from the code."""
    lines = [
        "# Settings",
        "",
        "Made from the code by `python -m focalbox.service.settings > docs/settings.md`. A variable that is none of",
        "these, or holds a value that makes no sense, stops the command with all mistakes in one message.",
        "",
        "## Every command",
        "",
        "| variable | default | what it sets |",
        "|---|---|---|",
    ]
    common = Settings()
    lines.append(f"| `{PREFIX}MODEL` | `{common.model}` | The model that looks; `focalbox doctor` lists them. |")
    helps = {"bytes": "Largest file, bytes.", "pixels": "Largest picture, pixels.", "side": "Longest side, pixels."}
    for entry in dataclasses.fields(common.limits):
        text = helps.get(entry.name, "Most frames or pages of a file.")
        lines.append(f"| `{PREFIX}LIMIT_{entry.name.upper()}` | `{getattr(common.limits, entry.name)}` | {text} |")
    help_ = "Whether the command fetches pictures from hosts that are not on the public Internet."
    lines.append(f"| `{PREFIX}ALLOW_PRIVATE` | `{str(common.allow_private).lower()}` | {help_} |")
    lines += ["", "## `focalbox serve`", "", "| variable | default | what it sets |", "|---|---|---|"]
    for entry in dataclasses.fields(ServiceSettings):
        if entry.metadata:
            default = "" if entry.default in (None, ()) else f"`{str(entry.default).lower()}`"
            lines.append(f"| `{SERVICE_PREFIX}{entry.name.upper()}` | {default} | {entry.metadata['help']} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(described(), end="")  # noqa: T201 - it writes a page
