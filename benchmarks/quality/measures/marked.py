"""Counts the heads marked by eye, of people in any pose and of animals, that windows cut."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from benchmarks.labels import SETS, LabelledPicture
from benchmarks.marked_heads import MarkedHead, marked_heads
from benchmarks.quality.measures.cuts import Cuts, difference, shares, sliced_of
from benchmarks.tables import difference_with_interval, table, without
from focalbox.core.geometry import Box
from focalbox.core.target import Size

__all__ = ["MARKED_MEASURES", "HeadedPicture", "counted_heads", "headed_pictures", "marked_cuts", "marked_table"]

MARKED_MEASURES = ("persons cut", "animals cut", "any cut", "any sliced")
"""What is counted, in the order of `Cuts.counts`."""

_KINDS = ("person",), ("animal",), ("person", "animal")
"""The kinds of heads of the first three measures; heads marked as unsure belong to none."""

_MIN_SIDE, _PROMINENT, _MOST = 0.06, 0.6, 4
"""Heads that count, as faces do in `training.evaluation.recall`: width or height as a share of the picture's longer side,
height relative to the tallest one's, and how many."""

_MARKED_TO = 0.02
"""How far the side of a head may be off, a share of the picture's: marked to about that (`benchmarks.marked_heads`)."""


@dataclass(frozen=True, eq=False)
class HeadedPicture:
    """A picture and all heads that were marked in it."""

    picture: LabelledPicture
    heads: tuple[MarkedHead, ...]


def headed_pictures(sets: Mapping[str, Sequence[LabelledPicture]]) -> list[HeadedPicture]:
    """Return those of some pictures, by set, in which heads were marked by eye, also where there are none."""
    known = marked_heads()
    return [
        HeadedPicture(one, known[SETS[name], one.name])
        for name, pictures in sets.items()
        for one in pictures
        if (SETS[name], one.name) in known
    ]


def counted_heads(heads: Sequence[MarkedHead], kinds: Collection[str], size: Size) -> tuple[Box, ...]:
    """Return the heads of some kinds that count, the tallest first.

    Parameters
    ----------
    heads : sequence of MarkedHead
        All of a picture.
    kinds : collection of str
    size : Size
        The picture's sides, pixels.

    Examples
    --------
    >>> large, small = MarkedHead("person", Box(0.1, 0.1, 0.2, 0.3)), MarkedHead("person", Box(0.6, 0.1, 0.1, 0.1))
    >>> counted_heads([small, large], ("person",), Size(400, 300)) == (large.box,)
    True
    """
    least = _MIN_SIDE * max(size.width, size.height)
    boxes = [one.box for one in heads if one.kind in kinds]
    large = [box for box in boxes if max(box.width * size.width, box.height * size.height) >= least]
    large.sort(key=lambda box: -box.height)
    return tuple(box for box in large if box.height >= _PROMINENT * large[0].height)[:_MOST]


def marked_cuts(headed: HeadedPicture, windows: Sequence[Box]) -> Cuts:
    """Count what some windows of a picture cut of its marked heads.

    A window is a case of the first three of `MARKED_MEASURES` when it could hold all heads of these kinds, and is cut when
    it does not, give or take 2 % of the sides. Every head and window is a case of *sliced*, as in `cuts`.
    """
    by_kind = [counted_heads(headed.heads, kinds, headed.picture.size) for kinds in _KINDS]
    return Cuts((*(_cut(boxes, windows) for boxes in by_kind), sliced_of(by_kind[-1], windows)))


def marked_table(found: Mapping[str, Sequence[Cuts]], shipped: str) -> str:
    """Return the shares by cropper, and by how much more the others cut than the shipped one on the same pictures."""
    rows = []
    for name, cuts in found.items():
        beside = [
            "-"
            if name == shipped
            else difference_with_interval(difference(cuts, found[shipped], measure, MARKED_MEASURES))
            for measure in MARKED_MEASURES[:3]
        ]
        rows.append([name, *(without(share, ".3f") for share in shares(cuts, MARKED_MEASURES)), *beside])
    return table(["cropper", *MARKED_MEASURES, *(f"{name}, more" for name in MARKED_MEASURES[:3])], rows)


def _cut(boxes: Sequence[Box], windows: Sequence[Box]) -> tuple[int, int]:
    """Return how many of the windows that could hold some boxes cut them, and how many could."""
    if not boxes:
        return 0, 0
    around = reduce(Box.union, boxes)
    cases = [one for one in windows if around.width <= one.width and around.height <= one.height]
    return sum(not one.contains(around, slack=_MARKED_TO) for one in cases), len(cases)
