"""The error tree: every exception that focalbox raises on purpose.

    FocalboxError
    |-- InvalidRequest     the call makes no sense (also a ValueError)
    |   `-- SignatureError     a signed address has no valid signature, or has expired
    |-- SourceError        the picture cannot be used
    |   |-- FetchError         its bytes cannot be read
    |   |-- DecodeError        its bytes are no picture, or a damaged one
    |   `-- LimitExceeded      it is larger than the limits allow
    |-- OutputError        the result cannot be written
    |-- ModelError         a model or detector is missing, damaged or answers nonsense
    `-- Overloaded         the service has too many requests waiting

Each message is one sentence that says what was expected and what came. HTTP status codes are chosen in ``service``, and exit
codes in ``cli``.
"""

from __future__ import annotations

import re

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


_MAX_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def in_a_line(text: str) -> str:
    r"""Return text with a question mark for each control character, and for each byte of a name that is not UTF-8.

    Names of files may break lines, or steer a terminal, and not all of them can be written as text.

    Examples
    --------
    >>> in_a_line("two\nlines.jpg"), in_a_line("caf\udce9.jpg")
    ('two?lines.jpg', 'caf?.jpg')
    """
    return _NOT_IN_A_LINE.sub("?", text)


def show_value(value: object) -> str:
    """Return a wrong value as messages repeat it: as Python writes it, cut short.

    Examples
    --------
    >>> show_value("16;9"), show_value(10**5000)
    ("'16;9'", 'a value of type int that cannot be written')
    """
    try:
        return repr(value)[:_MAX_SHOWN]
    except Exception:  # noqa: BLE001 - whole numbers of 4,300 digits, and whatever a caller's own type does
        return f"a value of type {type(value).__name__} that cannot be written"


class FocalboxError(Exception):
    """The base of all exceptions that focalbox raises on purpose."""


class InvalidRequest(FocalboxError, ValueError):
    """The caller asked for something that makes no sense, such as a size of ``0x200``."""


class SignatureError(InvalidRequest):
    """A signed address carries no signature, a wrong one or an expired one."""


class SourceError(FocalboxError):
    """The picture asked for cannot be used; the subclasses say why."""


class FetchError(SourceError):
    """The bytes of the picture could not be read: no such file, no permission, an unreachable host."""


class DecodeError(SourceError):
    """The bytes were read, but they are not a picture that can be decoded."""


class LimitExceeded(SourceError):
    """The picture is larger than the limits allow: bytes, pixels, sides or frames."""


class OutputError(FocalboxError):
    """A result could not be written: no space, no permission, no such folder."""


class ModelError(FocalboxError):
    """A model or detector is missing or damaged, or returned something that is not a map or a list of subjects."""


class Overloaded(FocalboxError):
    """More work is waiting than the service takes on; try again later."""


def check_type(
    owner: str, name: str, value: object, expected: type, error: type[FocalboxError] = InvalidRequest
) -> None:
    """Check the type of a value of which something is made.

    Parameters
    ----------
    owner, name : str
        What is made, and what the value is called there.
    value : object
    expected : type
    error : type
        What to raise.

    Raises
    ------
    FocalboxError
        When the value is of another type.

    Examples
    --------
    >>> check_type("a subject", "kind", 5, str)
    Traceback (most recent call last):
    ...
    focalbox.errors.InvalidRequest: a subject needs a str as kind, not 5
    """
    if not isinstance(value, expected):
        message = f"{owner} needs a {expected.__name__} as {name}, not {show_value(value)}"
        raise error(message)
