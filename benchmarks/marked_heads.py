"""Heads that were marked by eye in the labelled pictures: of people in any pose, and of animals.

Detectors of faces see neither heads from behind nor animals'. ``marked_heads.csv`` has a row a picture: the file of labelled
pictures, the picture's name, and its heads as ``KIND left top right bottom``, per cent of the picture's sides, put apart by
``;``. KIND is ``person``, ``animal`` or ``unsure`` (a place that says nothing, such as a crowd). Every head that is at least
4 % of the longer side wide or high is marked, at most eight a picture. They were marked on sheets with a grid of tenths, to
about two per cent of the sides.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.rows import DataError
from focalbox.core.geometry import Box

__all__ = ["MARKED_HEADS", "MarkedHead", "marked_heads"]

MARKED_HEADS = Path(__file__).with_suffix(".csv")

_KINDS = ("person", "animal", "unsure")
_PER_CENT = 100.0


@dataclass(frozen=True, slots=True)
class MarkedHead:
    """A head, or a place that may hold one.

    Parameters
    ----------
    kind : {"person", "animal", "unsure"}
    box : Box
        Fractions of the picture's sides.
    """

    kind: str
    box: Box


@cache
def marked_heads(path: Path = MARKED_HEADS) -> Mapping[tuple[str, str], tuple[MarkedHead, ...]]:
    """Read the heads by file of labelled pictures (without ``.parquet``) and name of the picture; () where there is none.

    Raises
    ------
    DataError
        When the file is missing or holds something else.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return {(row["file"], row["name"]): _read(row["heads"]) for row in csv.DictReader(file)}
    except (OSError, KeyError, ValueError) as error:
        message = f"{path} is missing or damaged ({type(error).__name__}: {error}): take it from the repository again."
        raise DataError(message) from error


def _read(text: str) -> tuple[MarkedHead, ...]:
    """Read the heads of a picture.

    Examples
    --------
    >>> _read("animal 25 50 75 100")
    (MarkedHead(kind='animal', box=Box(left=0.25, top=0.5, width=0.5, height=0.5)),)
    """
    heads = []
    for one in filter(None, (part.strip() for part in text.split(";"))):
        kind, *sides = one.split()
        left, top, right, bottom = (float(side) / _PER_CENT for side in sides)
        if kind not in _KINDS or not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            message = f"expected a head as KIND left top right bottom, received {one!r}"
            raise ValueError(message)
        heads.append(MarkedHead(kind, Box.between(left, top, right, bottom)))
    return tuple(heads)
