"""Counts the faces, heads and lines of text of a marked picture that windows cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from benchmarks.intervals import Interval, share_of
from benchmarks.truth import MarkedPicture
from focalbox.core.geometry import Box

__all__ = ["MEASURES", "Cuts", "cuts_of", "difference", "shares", "sliced_of"]

MEASURES = ("face cut", "head cut", "sliced", "tallest cut", "prominent cut", "text cut", "text sliced")
"""What is counted, in the order of `Cuts.counts`."""

_PROMINENT = 0.8
"""Height relative to the tallest head's from which a head is as prominent: a detector's boxes are not more exact."""

_SLICED = 0.1, 0.9
"""Shares of a head, or a line, inside a window between which it is sliced."""


@dataclass(frozen=True, eq=False)
class Cuts:
    """What the windows of one picture cut: for each measure how many cases were cut, and how many there were."""

    counts: tuple[tuple[int, int], ...]


def cuts_of(marked: MarkedPicture, windows: Sequence[Box]) -> Cuts:
    """Count what some windows of a picture cut.

    A window is a case of *face cut*, *head cut* and *text cut* when one of its sides could hold them all, and is cut when it
    does not. Where the heads cannot all fit, it is a case of *tallest cut* and *prominent cut* when the tallest one could:
    of the first it is cut when that head is not whole, of the second when no head of at least `_PROMINENT` of its height is.
    Every head and window is a case of *sliced*, every line and window of *text sliced*: 10 to 90 % of it are shown.
    """
    pixel = 1 / min(marked.picture.size.width, marked.picture.size.height)
    heads = marked.heads
    found = []
    for boxes in (marked.faces, heads, marked.lines):
        around = reduce(Box.union, boxes) if boxes else None
        cases = [one for one in windows if around and _fits(around, one)]
        found.append((sum(not one.contains(around, slack=pixel) for one in cases if around), len(cases)))
    crowded = [one for one in windows if heads and not _fits(reduce(Box.union, heads), one) and _fits(heads[0], one)]
    tallest = sum(not one.contains(heads[0], slack=pixel) for one in crowded), len(crowded)
    equals = [head for head in heads if head.height >= _PROMINENT * heads[0].height]
    prominent = sum(not any(one.contains(head, slack=pixel) for head in equals) for one in crowded), len(crowded)
    faces, whole_heads, lines = found
    text_sliced = sliced_of(marked.lines, windows)
    return Cuts((faces, whole_heads, sliced_of(heads, windows), tallest, prominent, lines, text_sliced))


def sliced_of(subjects: Sequence[Box], windows: Sequence[Box]) -> tuple[int, int]:
    """Return how many subjects the windows slice, showing neither nearly all nor nearly none, and subjects times windows."""
    shown = [box.intersection(one).area / box.area for one in windows for box in subjects if box.area > 0]
    return sum(_SLICED[0] < share < _SLICED[1] for share in shown), len(shown)


def shares(found: Sequence[Cuts], measures: Sequence[str] = MEASURES) -> list[Interval]:
    """Return the share of the cases of each measure that were cut, with intervals over pictures."""
    return [share_of(_rows(found, index)) for index in range(len(measures))]


def difference(
    found: Sequence[Cuts], others: Sequence[Cuts], measure: str, measures: Sequence[str] = MEASURES
) -> Interval:
    """Return by how much more the first cut than the others, on the same pictures."""
    index = measures.index(measure)
    rows, beside = _rows(found, index), _rows(others, index)
    return share_of([(cut - other, cases) for (cut, cases), (other, _) in zip(rows, beside, strict=True)])


def _rows(found: Sequence[Cuts], index: int) -> list[tuple[float, float]]:
    return [one.counts[index] for one in found if one.counts[index][1]]


def _fits(box: Box, window: Box) -> bool:
    return box.width <= window.width and box.height <= window.height
