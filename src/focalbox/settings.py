"""Settings of a machine, in ``FOCALBOX_*`` variables; only the commands read them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from focalbox.amounts import read_bytes
from focalbox.errors import InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.saliency.names import DEFAULT_MODEL, MODEL_NAMES

__all__ = ["PREFIX", "Settings", "names_of_links"]

PREFIX = "FOCALBOX_"
_LIMIT = "LIMIT_"
_IN_BYTES = ("bytes", "memory")
"""The limits that are amounts of bytes."""
_MIN_BYTES = 16 * 2**20
"""The fewest bytes for pictures at work: about what a large JPEG, cropped to 500x200, takes (docs/memory.md)."""
_ELSEWHERE = ("SERVICE_", "BATCH_")
"""How the settings begin that a command of its own reads and refuses: `focalbox serve`, `focalbox batch`."""
_LINK = re.compile(r"(?:tcp|udp|sctp)://")
_LINKED = (
    "{} come from Kubernetes, which sets them for a Service named focalbox: set enableServiceLinks: false in the pod, or "
    "name the Service otherwise"
)


def names_of_links(environment: Mapping[str, str]) -> list[str]:
    """Return the variables with which Kubernetes tells every pod where a Service named focalbox is; none without one.

    Two of them, ``FOCALBOX_SERVICE_HOST`` and ``FOCALBOX_SERVICE_PORT``, are also settings, and would be taken for them.

    Examples
    --------
    >>> names_of_links({"FOCALBOX_PORT": "tcp://10.0.0.7:80", "FOCALBOX_SERVICE_HOST": "10.0.0.7", "FOCALBOX_MEMORY": "2G"})
    ['FOCALBOX_PORT', 'FOCALBOX_SERVICE_HOST']
    >>> names_of_links({"FOCALBOX_SERVICE_HOST": "10.0.0.7"})
    []
    """
    if not _LINK.match(environment.get(f"{PREFIX}PORT", "")):
        return []
    kinds = (f"{PREFIX}PORT", f"{PREFIX}SERVICE_HOST", f"{PREFIX}SERVICE_PORT")
    return [name for name in sorted(environment) if name in kinds or name.startswith((f"{kinds[0]}_", f"{kinds[2]}_"))]


@dataclass(frozen=True, slots=True)
class Settings:
    """How this machine runs focalbox.

    Parameters
    ----------
    model : str
        ``FOCALBOX_MODEL``: the model that is used when a call names none.
    limits : Limits
        ``FOCALBOX_LIMIT_BYTES``, ``FOCALBOX_LIMIT_PIXELS`` and so on: a variable for each field of `Limits`.
    allow_private : bool
        ``FOCALBOX_ALLOW_PRIVATE``: whether the command fetches pictures from hosts that are not on the public Internet.
    memory : int
        ``FOCALBOX_MEMORY``: bytes that all pictures being worked on may take together; 0 is half of the machine's memory.
    """

    model: str = DEFAULT_MODEL
    limits: Limits = dataclasses.field(default_factory=Limits)
    allow_private: bool = False
    memory: int = 0

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings from environment variables.

        Raises
        ------
        InvalidRequest
            When a name is unknown or a value makes no sense; all mistakes are in the one message.

        Examples
        --------
        >>> Settings.of({"FOCALBOX_LIMIT_SIDE": "5000"}).limits.side
        5000
        """
        settings, mistakes = cls.read(environment)
        if mistakes:
            message = "; ".join(mistakes)
            raise InvalidRequest(message)
        return settings

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> tuple[Settings, list[str]]:
        """Read the settings and list all faults in them, for commands that have further settings of their own.

        Returns
        -------
        settings : Settings
            What is right.
        mistakes : list of str
            A sentence each; names that begin as another command's do are left to that command.
        """
        names = {f"{_LIMIT}{field.name.upper()}": field.name for field in dataclasses.fields(Limits)}
        found: dict[str, Any] = {}
        limits: dict[str, int] = {}
        mistakes: list[str] = []
        links = names_of_links(environment)
        if links:
            mistakes.append(_LINKED.format(", ".join(links)))
        for variable, value in sorted(environment.items()):
            name = variable.removeprefix(PREFIX)
            if name == variable or name.startswith(_ELSEWHERE) or variable in links:
                continue
            if name not in _READERS and name not in names:
                mistakes.append(f"{variable} is not a setting")
                continue
            try:
                if name in names:
                    limits[names[name]] = (_read_limit if names[name] in _IN_BYTES else _read_count)(value)
                else:
                    found[name.lower()] = _READERS[name](value)
            except ValueError as error:
                mistakes.append(f"{variable} is {error}, not {value!r}")
        return cls(limits=Limits(**limits), **found), mistakes


def _read_model(value: str) -> str:
    if value not in MODEL_NAMES and not value.endswith(".onnx"):
        message = f"one of {', '.join(MODEL_NAMES)} or an .onnx file"
        raise ValueError(message)
    return value


def _read_flag(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        message = "true or false"
        raise ValueError(message)
    return value.lower() == "true"


def _read_amount(value: str) -> int:
    return 0 if value == "0" else read_bytes(value, _MIN_BYTES)


def _read_limit(value: str) -> int:
    return read_bytes(value, 1)


def _read_count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        message = "a whole number of at least 1"
        raise ValueError(message)
    return int(value)


_READERS: dict[str, Callable[[str], Any]] = {
    "ALLOW_PRIVATE": _read_flag,
    "MEMORY": _read_amount,
    "MODEL": _read_model,
}
"""The function that reads the value of each variable; it raises ValueError, with what was expected."""
