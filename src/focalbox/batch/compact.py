"""Packs an analysis into a short text for the manifest, so that a new size needs no second look.

The text has at most 1.5 kB, or more when there are more than about twenty subjects with heads, or forty without: all
subjects are kept.

The form is ``1:`` and then base64 of a zlib stream: a JSON document of everything but the maps, a newline, and the maps,
cell by cell as whole numbers of a few levels, each as its difference from what the cells above and to the left predict.
All maps of an analysis are kept, so that the form need not change when there are more.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focalbox.analysis import Analysis
from focalbox.core.saliency_map import LEVELS, SaliencyMap
from focalbox.errors import InvalidRequest

__all__ = ["MAX_TEXT", "pack", "unpack"]

MAX_TEXT = 1_500
"""Characters to which a stored analysis is kept; with many subjects it may be longer: 2,400 with forty heads."""
_VERSION = "1"
"""The version of the form; texts of another version are not read."""
_STEPS = (
    (1, 255, 1, 63),
    (1, 127, 2, 15),
    (1, 63, 2, 15),
    (2, 127, 3, 31),
    (2, 127, 4, 15),
    (2, 63, 4, 15),
    (3, 63, 6, 15),
    (4, 31, 8, 15),
)
"""Divisors of the sides of the saliency map, and the number of values of a cell; then the same for the other maps, which
matter less. Tried in turn until the text is short enough."""
_FIRST = "saliency"
"""The map that gets more levels than the others."""
_DECIMALS = 5
"""Digits of a fraction: a tenth of a pixel in a picture of 10,000 pixels."""


def pack(analysis: Analysis) -> str:
    """Return an analysis as a short text.

    Examples
    --------
    >>> from focalbox.core.evidence import SaliencyMap
    >>> from focalbox.core.target import Size
    >>> text = pack(Analysis(Size(400, 300), SaliencyMap([[0, 0, 0, 1]]), model="drawn by hand", version="1"))
    >>> unpack(text).plan("300x300").box
    PixelBox(left=100, top=0, width=300, height=300)
    """
    values = {field.name: getattr(analysis, field.name) for field in dataclasses.fields(analysis)}
    whole = {name: value for name, value in values.items() if isinstance(value, SaliencyMap)}
    rest = {name: _round_fractions(value) for name, value in values.items() if name not in whole and value is not None}
    text = ""
    for divisor, levels, other_divisor, other_levels in _STEPS:
        maps = {name: _coarser(value, divisor if name == _FIRST else other_divisor) for name, value in whole.items()}
        shapes = {name: (*cells.shape, levels if name == _FIRST else other_levels) for name, cells in maps.items()}
        head = json.dumps({**rest, "maps": shapes}, separators=(",", ":"))
        body = b"".join(_differences(cells, shapes[name][2]) for name, cells in maps.items())
        content = head.encode() + b"\n" + body
        for strategy in (zlib.Z_RLE, zlib.Z_DEFAULT_STRATEGY):
            text = f"{_VERSION}:{base64.b64encode(_deflate(content, strategy)).decode('ascii')}"
            if len(text) <= MAX_TEXT:
                return text
    return text


def unpack(text: str) -> Analysis:
    """Read what `pack` wrote.

    Raises
    ------
    InvalidRequest
        When it is damaged, or of another version.
    """
    version, _, packed = text.partition(":")
    if version != _VERSION:
        message = f"a stored analysis is of version {_VERSION}, not {version[:20]!r}"
        raise InvalidRequest(message)
    try:
        head, _, body = zlib.decompress(base64.b64decode(packed, validate=True)).partition(b"\n")
        document = json.loads(head)
        place = 0
        for name, (rows, columns, levels) in document.pop("maps").items():
            cells = _sums(body[place : place + rows * columns], (rows, columns)) * (LEVELS / levels)
            written = base64.b64encode(np.rint(cells).astype("<u2").tobytes()).decode("ascii")
            document[name] = {"width": columns, "height": rows, "cells": written}
            place += rows * columns
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ZeroDivisionError,
        OverflowError,
        RecursionError,
        zlib.error,
    ) as error:
        message = "a stored analysis is damaged"
        raise InvalidRequest(message) from error
    return Analysis.from_dict(document)


def _coarser(found: SaliencyMap, divided: int) -> NDArray[np.int64]:
    """Return the cells of a map with its sides divided."""
    rows, columns = (max(1, side // divided) for side in found.shape)
    return found.cells if divided == 1 else SaliencyMap(found.average(rows, columns)).cells


def _deflate(content: bytes, strategy: int) -> bytes:
    """Return a zlib stream (RFC 1950).

    With runs alone (`Z_RLE`) it takes a tenth of the time, and maps get shorter; with many subjects, whose words repeat,
    the usual matches are shorter.
    """
    stream = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS, 9, strategy)
    return stream.compress(content) + stream.flush()


def _differences(cells: NDArray[np.int64], levels: int) -> bytes:
    """Return cells in fewer levels, each minus what the cells above and to the left predict, modulo 256."""
    grown = np.pad(np.rint(cells * (levels / LEVELS)).astype(np.uint8), ((1, 0), (1, 0)))
    differences: NDArray[np.uint8] = grown[1:, 1:] - grown[:-1, 1:] - grown[1:, :-1] + grown[:-1, :-1]
    return differences.tobytes()


def _sums(content: bytes, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the cells whose `_differences` these are."""
    differences = np.frombuffer(content, np.uint8).reshape(shape)
    summed: NDArray[np.uint8] = np.cumsum(np.cumsum(differences, axis=0, dtype=np.uint8), axis=1, dtype=np.uint8)
    return summed


def _round_fractions(value: Any) -> Any:
    """Return a value that JSON can hold, fractions rounded."""
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, Mapping):
        return {name: _round_fractions(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_round_fractions(inner) for inner in value]
    return _round_fractions(value.to_dict()) if hasattr(value, "to_dict") else value
