"""Numbers the training pictures of several sets, and draws those of each step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data.pictures import UNLABELLED, Pictures
from training.teachers.heads import Heads
from training.teachers.marks import MAX_MARKS, Marks, marked_rows

KINDS = ("object", "fixation", "keep", "none")
"""What a row's own label says: mask of the salient object, fixation density, human crop, nothing about the map."""

WITH_FACES, WITH_LINES, WITH_HEADS, WITHOUT_HEADS = "with faces", "with lines", "with heads", "without heads"
"""Groups of the rows, of whatever set, that have a face, a line of text or a head, and that surely have no head."""

WITH_ANIMALS = "with animals"
"""Group of the rows, of whatever set, that have a head of an animal."""

ANSWERS = 4
"""Maps that an ensemble says of a picture (count): one for each of `networks.network.HEADS`."""

SHAPED = 1.1
"""Ratio of the sides from which a picture is a wide or a tall one."""


@dataclass(frozen=True)
class Pool:
    """All training pictures of some sets as tensors in one numbering.

    Attributes
    ----------
    pictures : uint8, (n, side, side, 3)
    labels : float16, (n, cells, cells)
    kind : int64, (n,)
        Index into `KINDS`.
    aspects : float32, (n,)
    faces, lines : float32, (n, marks, 5)
        As in `Marks`.
    marked : bool, (n,)
        Whether faces and lines of the row are known.
    heads : float32, (n, marks, 5)
        As in `Heads`.
    headed : bool, (n,)
        Whether the heads of the row are known.
    answers : float16, (n, maps, side, side)
        What an ensemble says of the row, 0..1, in the order of `networks.network.HEADS`; of side 1 where none was asked.
    answered : bool, (n,)
        Whether it was asked.
    groups : row numbers by set, and those `WITH_FACES`, `WITH_LINES`, `WITH_HEADS`, `WITHOUT_HEADS` and `WITH_ANIMALS`.
    """

    pictures: Tensor
    labels: Tensor
    kind: Tensor
    aspects: Tensor
    faces: Tensor
    lines: Tensor
    marked: Tensor
    heads: Tensor
    headed: Tensor
    answers: Tensor
    answered: Tensor
    groups: dict[str, NDArray[np.int64]]

    def without_fold(self, fold: int, folds: int) -> Pool:
        """Leave out one of so many folds of the rows: no batch is drawn of them."""
        return replace(self, groups={name: rows[fold_of(rows, folds) != fold] for name, rows in self.groups.items()})


def fold_of(rows: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """Tell in which of so many folds rows are: of every set the same share is in each."""
    return rows % folds


def join(
    sets: dict[str, Pictures], marks: dict[str, Marks] | None = None, heads: dict[str, Heads] | None = None
) -> Pool:
    """Put the sets into one numbering; rows that were not marked get no marks."""
    groups, start, kinds = {}, 0, []
    names = {"duts": "object", "fcdb": "keep"} | dict.fromkeys(UNLABELLED, "none")
    for name, rows in sets.items():
        groups[name] = np.arange(start, start + len(rows))
        start += len(rows)
        kinds += [KINDS.index(names.get(name, "fixation"))] * len(rows)
    faces, lines, whole = (np.zeros((start, MAX_MARKS, 5), dtype=np.float32) for _ in range(3))
    marked, headed, animals = (np.zeros(start, dtype=bool) for _ in range(3))
    for name, known in (heads or {}).items():
        whole[groups[name]], headed[groups[name]], animals[groups[name]] = known.heads, known.marked, known.animals
    for name, found in (marks or {}).items():
        rows_marked = groups[name][marked_rows(len(groups[name]), name)]
        faces[rows_marked], lines[rows_marked], marked[rows_marked] = found.faces, found.lines, True
    for name, seen in ((WITH_FACES, faces), (WITH_LINES, lines), (WITH_HEADS, whole)):
        groups[name] = np.flatnonzero((seen[..., 4] > 0).any(1))
    groups[WITHOUT_HEADS] = np.flatnonzero(headed & ~(whole[..., 2] > 0).any(1))
    groups[WITH_ANIMALS] = np.flatnonzero(animals)
    return Pool(
        pictures=torch.from_numpy(np.concatenate([rows.pictures for rows in sets.values()])),
        labels=torch.from_numpy(np.concatenate([rows.labels for rows in sets.values()])),
        kind=torch.tensor(kinds),
        aspects=torch.from_numpy(np.concatenate([rows.aspects for rows in sets.values()])),
        faces=torch.from_numpy(faces),
        lines=torch.from_numpy(lines),
        marked=torch.from_numpy(marked),
        heads=torch.from_numpy(whole),
        headed=torch.from_numpy(headed),
        answers=torch.zeros(start, ANSWERS, 1, 1, dtype=torch.float16),
        answered=torch.zeros(start, dtype=torch.bool),
        groups=groups,
    )


def draw_rows(
    pool: Pool,
    counts: dict[str, int],
    random: np.random.Generator,
    shape: tuple[int, int] | None = None,
    *,
    marked: bool = False,
) -> NDArray[np.int64]:
    """Draw so many rows of each set, without repeats inside one batch.

    Of about a shape (h, w) where there are enough; ``marked`` only those whose faces and lines are known.
    """
    drawn = []
    for name, count in counts.items():
        rows = pool.groups[name]
        if marked:
            rows = rows[pool.marked[torch.from_numpy(rows)].numpy()]
        if shape is not None and shape[0] != shape[1]:
            aspects = pool.aspects[torch.from_numpy(rows)].numpy()
            like = rows[aspects > SHAPED] if shape[1] > shape[0] else rows[aspects < 1 / SHAPED]
            rows = like if len(like) > 2 * count else rows
        if len(rows) >= count:
            drawn.append(random.choice(rows, count, replace=False))
    return np.concatenate(drawn) if drawn else np.zeros(0, dtype=np.int64)
