"""thumbor's filters that change tones, each pixel by itself or by those around it: how their arguments are read."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NoReturn

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.imaging.output.tones import natural_curve

__all__ = [
    "read_colorize",
    "read_convolution",
    "read_curve",
    "read_equalize",
    "read_noise",
    "read_rgb",
    "read_saturation",
]

_WHOLE = re.compile(r"-?[0-9]{1,4}", re.ASCII)
_DECIMAL = re.compile(r"-?(?:[0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})", re.ASCII)
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")
_CURVES = re.compile(r"\[([^\[\]]*)\],\[([^\[\]]*)\],\[([^\[\]]*)\],\[([^\[\]]*)\]")
_POINT = re.compile(r"\(([0-9]{1,3}),([0-9]{1,3})\)", re.ASCII)
_MAX_POINTS = 64
_MAX_KERNEL = 49
"""Weights of a convolution, at most: 7 by 7."""
_MAX_NOISE = 255
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def _refuse(name: str, expected: str, argument: str) -> NoReturn:
    message = f"the filter {name} takes {expected}, not {argument[:40]!r}"
    raise InvalidRequest(message)


def _split(argument: str) -> list[str]:
    return [part.strip() for part in argument.split(",")]


def read_equalize(argument: str) -> Effect:
    """Read ``equalize()``; errors as those of the others, which name the filter and what it takes."""
    if argument:
        _refuse("equalize", "nothing", argument)
    return Effect("equalize")


def read_rgb(argument: str) -> Effect:
    """Read ``rgb(RED,GREEN,BLUE)``, percentages from -100 to 100."""
    parts = _split(argument)
    if len(parts) != 3 or not all(map(_WHOLE.fullmatch, parts)):  # noqa: PLR2004 - red, green, blue
        _refuse("rgb", "three numbers from -100 to 100", argument)
    return Effect("rgb", tuple(map(float, parts)))


def read_colorize(argument: str) -> Effect:
    """Read ``colorize(RED,GREEN,BLUE,COLOUR)``: the share of the given colour in each channel, in percent."""
    *shares, colour = _split(argument)
    plain = len(shares) == 3 and all(map(_WHOLE.fullmatch, shares)) and _COLOUR.fullmatch(colour)  # noqa: PLR2004
    if not plain or not all(int(share) >= 0 for share in shares):
        _refuse("colorize", "three percentages and a colour such as ff8800", argument)
    return Effect("colorize", (*map(float, shares), *map(float, bytes.fromhex(colour))))


def read_saturation(argument: str) -> Effect:
    """Read ``saturation(CHANGE)``: 0 is grey, 1 changes nothing."""
    if not _DECIMAL.fullmatch(argument):
        _refuse("saturation", "a number such as 0.5 or 1.8", argument)
    return Effect("saturation", (float(argument),))


def read_noise(argument: str) -> Effect:
    """Read ``noise(AMOUNT[,SEED])``; without a seed the noise is always the same, so that answers can be cached."""
    amount, seed, *more = [*_split(argument), "0"] if "," not in argument else _split(argument)
    if more or not amount.isdecimal() or not seed.isdecimal() or len(seed) > 9 or len(amount) > 9:  # noqa: PLR2004
        _refuse("noise", "an amount, and perhaps a seed", argument)
    return Effect("noise", (float(min(int(amount), _MAX_NOISE)), float(seed)))


def read_convolution(argument: str) -> Effect:
    """Read ``convolution(WEIGHT;WEIGHT;...,COLUMNS[,NORMALIZE])``."""
    weights, *rest = _split(argument)
    columns, normalize = [*rest, "true"][:2] if rest else ("", "")
    numbers = weights.split(";")
    expected = f"at most {_MAX_KERNEL} weights such as 1;2;1, an odd number of columns and rows, and true or false"
    plain = len(rest) <= 2 and all(map(_DECIMAL.fullmatch, numbers)) and columns.isdecimal()  # noqa: PLR2004
    if not plain or normalize.lower() not in _TRUTHS or len(numbers) > _MAX_KERNEL or len(columns) > 2:  # noqa: PLR2004
        _refuse("convolution", expected, argument)
    rows, left = divmod(len(numbers), int(columns) or len(numbers) + 1)
    if left or not rows % 2 or not int(columns) % 2:
        _refuse("convolution", expected, argument)
    kernel = [float(number) for number in numbers]
    total = sum(kernel)
    if _TRUTHS[normalize.lower()] and total:
        kernel = [weight / total for weight in kernel]
    return Effect("convolution", (float(columns), *kernel))


def read_curve(argument: str) -> Effect:
    """Read ``curve([(X,Y),...],[...],[...],[...])``: of all colours, done last, then of red, green and blue."""
    written = argument.replace(" ", "")
    found = _CURVES.fullmatch(written)
    if found is None:
        _refuse("curve", "four lists of points such as [(0,0),(255,255)]", argument)
    every, *each = (_read_points(text, argument) for text in found.groups())
    return Effect("curve", tuple(float(every[tone]) for table in each for tone in table))


def _read_points(text: str, argument: str) -> list[int]:
    points = [(int(x), int(y)) for x, y in _POINT.findall(text)]
    whole = text.rstrip(",") == ",".join(f"({x},{y})" for x, y in _POINT.findall(text))
    grow = all(before[0] < after[0] for before, after in pairwise(points))
    if not points or not whole or not grow or len(points) > _MAX_POINTS or max(map(max, points)) > 255:  # noqa: PLR2004
        _refuse("curve", f"1 to {_MAX_POINTS} points with growing numbers from 0 to 255", argument)
    return natural_curve(points)
