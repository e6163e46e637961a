"""Marks faces and lines of text in the training pictures, for the network to learn from; unsure ones are masked out."""

from __future__ import annotations

import functools
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.pictures import open_picture, rows_of
from training.teachers.detectors import (
    FACE_SIDE_FOR_TRAINING,
    SAME,
    Boxes,
    CenterFace,
    Faces,
    overlaps,
)
from training.teachers.lines import READ, Lines

MAX_MARKS = 32
"""Marks of a kind kept a picture (count): the largest ones."""

AGREED, AGREED_BY = 0.5, 0.5
"""Scores of CenterFace and YuNet from which a box that both have is a face."""

ALONE = 0.9
"""Score of CenterFace from which a box is a face whatever YuNet has."""

MIN_FACE = 0.025
"""Height of a face as a share of the picture's mean side, below which it is not held against the network to miss it."""

MIN_LINE = 0.02
"""The same for the height of a line."""

PERHAPS_READ = 0.3
"""Score of a line from which it may be text; with less it is none, and the network is to say so."""

MARKED_SETS = {
    "people": None,
    "osie": None,
    "crowd": None,
    "scene500": None,
    "mit1003": None,
    "taskfix": None,
    "fcdb": None,
    "duts": 1500,
}
"""Sets that are marked, and how many evenly spaced rows where not all are: three detectors take 0.2 s a picture."""


@dataclass(frozen=True)
class Marks:
    """Faces and lines of the pictures of a set, float32 (n, MAX_MARKS, 5) each.

    Left, top, width and height as fractions; then 1 where it is known that there is one, 0 where it is not. Width 0: none.
    """

    faces: NDArray[np.float32]
    lines: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.faces)


def judge_faces(centre: Boxes, yunet: Boxes, heads: NDArray[np.float32]) -> NDArray[np.float32]:
    """Join what two detectors found and which heads people marked (m, 4), into marks (k, 5).

    A box of CenterFace is a face when YuNet or a marked head agrees with it. What only one of them has is unknown.
    """
    marks = []
    for box in centre:
        agreed = [one for one in yunet[yunet[:, 4] >= AGREED_BY] if overlaps(box[None], one[None])[0, 0] >= SAME]
        x, y = box[:2] + box[2:4] / 2
        inside = [h for h in heads if h[0] <= x <= h[0] + h[2] and h[1] <= y <= h[1] + h[3] and box[2] > h[2] / 3]
        known = (box[4] >= AGREED and bool(agreed or inside)) or box[4] >= ALONE
        marks.append([*box[:4], float(known and box[3] >= MIN_FACE)])
    for box in (*yunet, *heads):
        if not marks or overlaps(box[None, :4], np.array(marks, dtype=np.float32)).max() < SAME:
            marks.append([*box[:4], 0.0])
    return np.array(marks, dtype=np.float32).reshape(-1, 5)


def judge_lines(lines: Boxes) -> NDArray[np.float32]:
    """Make lines marks: those that are read. Of small ones, and of those that are perhaps read, nothing is known."""
    lines = lines[lines[:, 4] >= PERHAPS_READ]
    known = (lines[:, 4] >= READ) & (lines[:, 3] >= MIN_LINE)
    return np.concatenate([lines[:, :4], known[:, None]], axis=1).astype(np.float32)


def pad_marks(marks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep the largest marks and fill up with zeros: (MAX_MARKS, 5)."""
    kept = marks[np.argsort(-marks[:, 2] * marks[:, 3], kind="stable")][:MAX_MARKS]
    filled = np.zeros((MAX_MARKS, 5), dtype=np.float32)
    filled[: len(kept)] = kept
    return filled


def heads_of(row: dict[str, Any]) -> NDArray[np.float32]:
    """Heads that people marked in a row, (m, 4) as fractions."""
    corners = np.asarray(row.get("faces") or [], dtype=np.float32).reshape(-1, 4)
    scaled = corners / np.array([row["width"], row["height"]] * 2, dtype=np.float32)
    return np.concatenate([scaled[:, :2], scaled[:, 2:] - scaled[:, :2]], axis=1)


def marks_of_people(rows: list[dict[str, Any]]) -> Marks:
    """Heads that people marked, as faces; nothing is known of text."""
    faces = [
        np.concatenate([heads, np.ones((len(heads), 1), dtype=np.float32)], axis=1) for heads in map(heads_of, rows)
    ]
    return Marks(np.stack([pad_marks(one) for one in faces]), np.zeros((len(rows), MAX_MARKS, 5), dtype=np.float32))


def marked_rows(count: int, name: str) -> NDArray[np.int64]:
    """Tell which of the ``count`` training rows of a set are marked: all, or evenly spaced ones."""
    wanted = MARKED_SETS.get(name)
    return np.linspace(0, count - 1, count if wanted is None else min(count, wanted)).astype(np.int64)


class _Marker:
    """The three detectors, in a process of their own: each of them uses one core."""

    def __init__(self) -> None:
        self._centre, self._yunet = CenterFace(FACE_SIDE_FOR_TRAINING), Faces()
        self._lines = Lines()

    def __call__(self, row: dict[str, Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        picture = open_picture(row)
        faces = judge_faces(self._centre(picture), self._yunet(picture), heads_of(row))
        return pad_marks(faces), pad_marks(judge_lines(self._lines(picture)))


@functools.cache
def _marker() -> _Marker:
    return _Marker()


def _mark_row(row: dict[str, Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return _marker()(row)


def mark(folder: Path, cache: Path, name: str) -> Marks:
    """Mark the training pictures of a set (see `marked_rows`); the answers are kept in a file."""
    path = cache / f"marked-{name}.npz"
    if not path.is_file():
        started = time.monotonic()
        rows = rows_of(folder, name, "train")
        chosen = [rows[index] for index in marked_rows(len(rows), name)]
        _marker()  # a missing package is said here and not by a process
        # Not forked: PyTorch and onnxruntime have threads by now.
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            faces, texts = zip(*pool.map(_mark_row, chosen, chunksize=8), strict=True)
        part = path.with_suffix(".part")
        cache.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(file, faces=np.stack(faces), lines=np.stack(texts))
        part.rename(path)
        print(f"marks: {len(faces)} pictures of {name} in {time.monotonic() - started:.0f} s", flush=True)
    with np.load(path) as arrays:
        return Marks(arrays["faces"], arrays["lines"])
