"""Amounts: numbers of any kind as Python's own, and bytes as people write them in settings and read them in messages."""

from __future__ import annotations

import math
import operator
import re
from decimal import Decimal
from numbers import Real
from typing import Any

__all__ = ["as_number", "as_whole", "read_bytes", "show_bytes"]

_AMOUNT = re.compile(r"([0-9]{1,15})(?: ?([kKMG])(?:i?B)?)?", re.ASCII)
_STEP = 1024
_UNITS = ("kB", "MB", "GB")
"""Each 1024 times the one before, as memory and the limits of containers are counted."""
_TENTHS = 10


def as_whole(value: Any) -> int | None:
    """Return a whole number of any kind, such as one of NumPy's, as Python's own; None of all else.

    True and False are none, and neither is 5.0: what counts is whether Python would take it as an index.

    Examples
    --------
    >>> as_whole(5), as_whole(True), as_whole(5.0), as_whole("5")
    (5, None, None, None)
    """
    if type(value) is int:
        return value
    plain = _plain(value)
    try:
        return None if isinstance(plain, bool) else operator.index(plain)
    except TypeError:
        return None


def as_number(value: Any) -> float | None:
    """Return a finite number of any kind, such as one of NumPy's or a fraction, as Python's own; None of all else.

    True and False are none, and neither are texts, nor numbers beyond all floats.

    Examples
    --------
    >>> as_number(0.5), as_number(Decimal("0.5")), as_number(True), as_number("0.5"), as_number(10**400)
    (0.5, 0.5, None, None, None)
    """
    plain = _plain(value)
    if isinstance(plain, bool) or not isinstance(plain, Real | Decimal):
        return None
    try:
        number = float(plain)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _plain(value: Any) -> Any:
    """Return a single value of a library of arrays as Python's own: its truths and texts would pass for numbers."""
    return value.item() if hasattr(value, "dtype") and getattr(value, "ndim", None) == 0 else value


def read_bytes(text: str, minimum: int = 0, maximum: int = 2**63 - 1) -> int:
    """Read an amount of bytes: ``2000000000``, ``512M`` or ``2G``; ``512 MB``, as messages tell it, too.

    Raises
    ------
    ValueError
        When it is written otherwise, or not in the range; the message says what was expected.

    Examples
    --------
    >>> read_bytes("64k"), read_bytes("64 kB"), read_bytes("100")
    (65536, 65536, 100)
    """
    found = _AMOUNT.fullmatch(text)
    value = int(found[1]) * _STEP ** " kMG".index((found[2] or " ").replace("K", "k")) if found else -1
    if not minimum <= value <= maximum:
        bounds = (
            f"of at least {show_bytes(minimum)}"
            if maximum >= 2**63 - 1
            else f"{show_bytes(minimum)} to {show_bytes(maximum)}"
        )
        message = f"a number of bytes such as 2000000000, 512M or 2G, {bounds}"
        raise ValueError(message)
    return value


def show_bytes(count: int) -> str:
    """Tell an amount of bytes in the unit that people read best, rounded up to a tenth.

    Rounded up, so that a file that is one byte too large does not seem to have just what is allowed.

    Examples
    --------
    >>> show_bytes(64 * 2**20), show_bytes(64 * 2**20 + 1), show_bytes(1000), show_bytes(1)
    ('64 MB', '64.1 MB', '1000 bytes', '1 byte')
    """
    if count < _STEP:
        return f"{count} byte{'s' * (count != 1)}"
    power = min(len(_UNITS), (count.bit_length() - 1) // (_STEP.bit_length() - 1))
    tenths = -(-count * _TENTHS // _STEP**power)
    return f"{tenths // _TENTHS}{f'.{tenths % _TENTHS}' if tenths % _TENTHS else ''} {_UNITS[power - 1]}"
