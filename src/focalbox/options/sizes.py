"""The size grammar: ``500x200``, ``16:9``, ``free``, and the same as Python values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from focalbox.amounts import as_whole
from focalbox.core.target import RATIO, Ratio, Size, Target
from focalbox.errors import InvalidRequest, show_value

__all__ = ["FREE", "MAX_SIDE", "SizeLike", "are_whole", "check_alternatives", "parse_target", "parse_targets"]

FREE = "free"
"""Stands for a size in text: the crop without a target."""

MAX_SIDE = 30_000
"""The longest side, in pixels, that can be asked for: what `Limits` let in by default."""

SizeLike = str | tuple[int, int] | list[int] | Size | Ratio

_SIZE = re.compile(r"(\d{1,9})[xX\u00d7](\d{1,9})", re.ASCII)
"""With the letter x or, as people write and text processors correct it, the multiplication sign."""
_PAIR = 2
_SHOWN = 40
"""Characters of a wrong value that a message repeats."""


def parse_target(size: SizeLike | None) -> Target | None:
    """Read a size as it is written in a request.

    Parameters
    ----------
    size : str, (int, int), [int, int], Size, Ratio or None
        ``"500x200"`` or ``(500, 200)`` for exact pixels, ``"16:9"`` for a ratio without resizing, ``"free"`` or None for
        the crop without a target.

    Returns
    -------
    Size, Ratio or None

    Raises
    ------
    InvalidRequest
        When it is none of these, or a side is 0 or above `MAX_SIDE`.

    Examples
    --------
    >>> parse_target("500x200")
    Size(width=500, height=200)
    >>> parse_target("16:9").aspect
    1.7777777777777777
    """
    if size is None or isinstance(size, Ratio):
        return size
    if isinstance(size, Size):
        target = size
    elif isinstance(size, str):
        text = size.strip()
        ratio, sides = RATIO.fullmatch(text), _SIZE.fullmatch(text)
        if text == FREE:
            return None
        if ratio:
            return Ratio(float(ratio[1]), float(ratio[2]))
        if not sides:
            message = f"a size looks like 500x200, 16:9 or {FREE}, not {size[:_SHOWN]!r}"
            raise InvalidRequest(message)
        target = Size(int(sides[1]), int(sides[2]))
    elif isinstance(size, tuple | list) and len(size) == _PAIR and are_whole(size):
        target = Size(*size)
    else:
        message = f"a size is '500x200', (500, 200), '16:9', '{FREE}' or None, not {show_value(size)}"
        raise InvalidRequest(message)
    if max(target.width, target.height) > MAX_SIDE:
        message = f"a size has sides of at most {MAX_SIDE} pixels, not {show_value(size)}"
        raise InvalidRequest(message)
    return target


def parse_targets(sizes: Iterable[SizeLike | None]) -> list[Target | None]:
    """Read a list of sizes, each as `parse_target` does.

    Raises
    ------
    InvalidRequest
        When one of them makes no sense, or a single size is given where a list is expected.

    Examples
    --------
    >>> [str(target) for target in parse_targets(["500x200", "1:1"])]
    ['500x200', '1:1']
    """
    given: Any = sizes
    if given is None or isinstance(given, str | bytes | Size | Ratio):
        message = f"sizes is a list, such as ['500x200'], not {show_value(given)}"
        raise InvalidRequest(message)
    try:
        several = list(given)
    except TypeError as error:
        message = f"sizes is a list, such as ['500x200'], not {show_value(given)}"
        raise InvalidRequest(message) from error
    if len(several) > 1 and are_whole(several):  # a single number is not a pair: the general message applies
        message = f"sizes is a list, such as ['500x200'] or [(500, 200)], not {show_value(given)}"
        raise InvalidRequest(message)
    return [parse_target(size) for size in several]


def check_alternatives(count: Any) -> int:
    """Return how many windows are wanted for each size, as Python's own number.

    Raises
    ------
    InvalidRequest
        When it is not a whole number of at least 1.
    """
    whole = as_whole(count)
    if whole is None or whole < 1:
        message = f"alternatives are at least 1, the crop itself, not {show_value(count)}"
        raise InvalidRequest(message)
    return whole


def are_whole(values: Iterable[object]) -> bool:
    """Tell whether all values are whole numbers, of any kind."""
    return all(as_whole(value) is not None for value in values)
