"""Heads that people marked, of people in any pose and of animals, as the network learns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.marked_heads import marked_heads
from training.data.pictures import CLOSE_UPS, SETS, read_rows
from training.teachers.marks import MAX_MARKS, MIN_FACE, heads_of, pad_marks

if TYPE_CHECKING:
    from pathlib import Path

ALL_MARKED = "crowd"
"""The set whose own labels are its heads, in all poses."""


@dataclass(frozen=True)
class Heads:
    """Heads of the training pictures of a set.

    Attributes
    ----------
    heads : float32, (n, MAX_MARKS, 5)
        As in `training.teachers.marks.Marks`; what was marked as unsure is unknown.
    marked : bool, (n,)
        Whether all heads of the row are marked.
    animals : bool, (n,)
        Whether a head of the row is an animal's.
    """

    heads: NDArray[np.float32]
    marked: NDArray[np.bool_]
    animals: NDArray[np.bool_]


def read_heads(folder: Path, name: str) -> Heads:
    """Read the heads of the training pictures of a set: those marked by eye for this network, and the labels of `crowd`."""
    if name == CLOSE_UPS:
        message = "close-ups are made of the heads of crowd: they are learned from its rows"
        raise ValueError(message)
    rows = read_rows(folder, name, "train")
    heads = np.zeros((len(rows), MAX_MARKS, 5), dtype=np.float32)
    marked, animals = (np.zeros(len(rows), dtype=bool) for _ in range(2))
    by_eye = marked_heads()
    for index, row in enumerate(rows):
        if name == ALL_MARKED:
            boxes = heads_of(row)
            found = np.concatenate([boxes, boxes[:, 3:4] >= MIN_FACE], axis=1)
        elif (SETS[name], row["name"]) in by_eye:
            seen = by_eye[SETS[name], row["name"]]
            sides = [(one.box.left, one.box.top, one.box.width, one.box.height, one.kind != "unsure") for one in seen]
            found = np.array(sides, dtype=np.float32).reshape(-1, 5)
            animals[index] = any(one.kind == "animal" for one in seen)
        else:
            continue
        heads[index], marked[index] = pad_marks(found), True
    return Heads(heads, marked, animals)
