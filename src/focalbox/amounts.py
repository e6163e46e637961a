"""Amounts of bytes as people write them: one way to read them, in settings, and one way to tell them, in messages."""

from __future__ import annotations

import re

__all__ = ["read_bytes", "show_bytes"]

_AMOUNT = re.compile(r"([0-9]{1,15})(?: ?([kKMG])(?:i?B)?)?", re.ASCII)
_STEP = 1024
_UNITS = ("kB", "MB", "GB")
"""Each 1024 times the one before, as memory and the limits of containers are counted."""
_TENTHS = 10


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
