"""The error tree: every exception that focalbox lets out.

Each message is one sentence that says what was expected and what came. HTTP status codes live in ``service`` and exit
codes in ``cli``: an error here knows neither.
"""

from __future__ import annotations

__all__ = [
    "DecodeError",
    "FetchError",
    "FocalboxError",
    "InvalidRequest",
    "LimitExceeded",
    "ModelError",
    "OutputError",
    "Overloaded",
    "SignatureError",
    "SourceError",
]


class FocalboxError(Exception):
    """Anything that focalbox raises on purpose; catch this one to catch them all."""


class InvalidRequest(FocalboxError, ValueError):
    """The caller asked for something that makes no sense, such as a size of ``0x200``."""


class SignatureError(InvalidRequest):
    """A signed address carries no signature, a wrong one or an expired one."""


class SourceError(FocalboxError):
    """The picture asked for cannot be used; the subclasses say why."""


class FetchError(SourceError):
    """The bytes of the picture could not be read: no such file, no permission, an unreachable host."""


class DecodeError(SourceError):
    """The bytes were read, and are not a picture that can be decoded."""


class LimitExceeded(SourceError):
    """The picture is larger than the limits allow: bytes, pixels, sides or frames."""


class OutputError(FocalboxError):
    """A result could not be written: no room, no permission, no such place."""


class ModelError(FocalboxError):
    """A model or detector is missing, damaged or answered with something that is not a map."""


class Overloaded(FocalboxError):
    """More work is waiting than the service takes on; try again later."""
