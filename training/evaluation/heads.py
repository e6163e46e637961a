"""How many of the heads that were marked by eye a network finds, of people and of animals, and how many false ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.marked_heads import MarkedHead, marked_heads
from benchmarks.tables import table
from focalbox.imaging.source import open_picture
from training.data.pictures import SETS, read_rows
from training.evaluation.recall import SAME
from training.teachers.detectors import Boxes, overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from focalbox.core.evidence import Subject
    from training.evaluation.reader import Reader

HEADED_SETS = ("duts", "osie", "scene500", "mit1003")
"""Sets of which dev rows were marked by eye."""

KINDS = ("person", "animal")

MIN_HEAD = 0.06
"""Heads that count: width or height as a share of the picture's longer side."""

NEAR = 0.3
"""Intersection over union up to which a found box is none of the marked heads: less than `SAME`, since both are inexact."""


@dataclass(frozen=True)
class Headed:
    """A dev row with the heads that were marked in it.

    Attributes
    ----------
    boxes : float32, (n, 4)
        Left, top, width and height of all heads, and of the places that say nothing, as shares of the picture's sides.
    kinds : str, (n,)
    counted : bool, (n,)
        Which are large enough to be asked for.
    """

    content: bytes
    boxes: Boxes
    kinds: NDArray[np.str_]
    counted: NDArray[np.bool_]


def headed(content: bytes, width: int, height: int, heads: Sequence[MarkedHead]) -> Headed:
    """Put the marked heads of a picture of some pixels into arrays."""
    sides = [(one.box.left, one.box.top, one.box.width, one.box.height) for one in heads]
    boxes = np.array(sides, dtype=np.float32).reshape(-1, 4)
    kinds = np.array([one.kind for one in heads], dtype=np.str_)
    longest = np.maximum(boxes[:, 2] * width, boxes[:, 3] * height)
    return Headed(content, boxes, kinds, np.isin(kinds, KINDS) & (longest >= MIN_HEAD * max(width, height)))


def read_headed(folder: Path) -> list[Headed]:
    """Read the dev rows in which heads were marked by eye, also those that have none."""
    known = marked_heads()
    return [
        headed(row["image"], row["width"], row["height"], known[SETS[name], row["name"]])
        for name in HEADED_SETS
        for row in read_rows(folder, name, "dev")
        if (SETS[name], row["name"]) in known
    ]


def found_and_false(
    found: Sequence[Sequence[Subject]], truth: Sequence[Headed], least: float
) -> tuple[dict[str, float], float]:
    """Share of the heads that count which were found, by kind, and boxes a picture that are of no marked head.

    Parameters
    ----------
    found : sequence of sequence of Subject
        By picture.
    truth : sequence of Headed
        The same pictures. A box whose centre is in a place that says nothing is not false.
    least : float
        Score from which a found box is taken.
    """
    right, wanted, false = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0), 0
    for subjects, one in zip(found, truth, strict=True):
        taken = [(s.box.left, s.box.top, s.box.width, s.box.height) for s in subjects if s.score >= least]
        ours = np.array(taken, dtype=np.float32).reshape(-1, 4)
        shared = overlaps(ours, one.boxes)
        for kind in KINDS:
            asked = one.counted & (one.kinds == kind)
            wanted[kind] += int(asked.sum())
            right[kind] += int((shared[:, asked] >= SAME).any(0).sum())
        known = np.isin(one.kinds, KINDS)
        unknown = _holds_centre(one.boxes[~known], ours).any(1)
        false += int(((shared[:, known] < NEAR).all(1) & ~unknown).sum())
    return {kind: right[kind] / max(wanted[kind], 1) for kind in KINDS}, false / max(len(found), 1)


def report_heads(reader: Reader, data: Path, levels: Sequence[float]) -> str:
    """Recall of the marked heads and false ones on the dev rows, by score, as a table with a line above it."""
    truth = read_headed(data)
    pictures = [open_picture(one.content).decode(None).image.convert("RGB") for one in truth]
    found = [reader.marks(picture, "head") for picture in pictures]
    rows = []
    for level in levels:
        recall, false = found_and_false(found, truth, level)
        rows.append([f"{level}", *(f"{recall[kind]:.3f}" for kind in KINDS), f"{false:.3f}"])
    persons, animals = (sum(int((one.counted & (one.kinds == kind)).sum()) for one in truth) for kind in KINDS)
    told = f"{len(truth)} pictures, {persons} heads of persons and {animals} of animals that count."
    return f"{told}\n\n{table(['score', 'persons: recall', 'animals: recall', 'false a picture'], rows)}"


def _holds_centre(boxes: Boxes, others: Boxes) -> NDArray[np.bool_]:
    """Tell of each other box (n) and each box (m) whether the other's centre is inside the box, (n, m)."""
    centres = (others[:, :2] + others[:, 2:4] / 2)[:, None]
    return np.asarray(((centres >= boxes[:, :2]) & (centres <= boxes[:, :2] + boxes[:, 2:4])).all(2))
