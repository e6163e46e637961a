"""How many faces and lines of the dev rows a network finds, compared with detectors at their full size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.data.pictures import open_picture, rows_of
from training.teachers.detectors import Boxes, CenterFace, overlaps
from training.teachers.lines import READ, Lines
from training.teachers.marks import PERHAPS_READ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from focalbox.core.evidence import Subject

MIN_FACE, FACE_SCORE, PROMINENT, MAX_FACES = 0.06, 0.6, 0.6, 4
"""Faces that count: height as a share of the picture's longer side, score of CenterFace, height as a share of the tallest
one's, and how many."""

MIN_LINE = 0.03
"""Lines that count: height as a share of the picture's shorter side. They are also read (`training.teachers.lines`)."""

SAME = 0.4
"""Intersection over union from which a found box is the detector's."""

FEW = 132
"""Pictures of each set at most: the detectors take half a second a picture."""

SETS = ("people", "mit1003", "osie", "scene500", "taskfix", "fcdb", "duts")
"""All sets but `crowd`, whose heads are small."""


@dataclass(frozen=True)
class Truth:
    """A dev row with what the detectors found: all of it, and which of it counts."""

    content: bytes
    faces: Boxes
    faces_counted: NDArray[np.bool_]
    lines: Boxes
    lines_counted: NDArray[np.bool_]


def counted_faces(faces: Boxes, width: int, height: int) -> NDArray[np.bool_]:
    """Tell which faces count."""
    high = faces[:, 3] * height
    large = (faces[:, 4] >= FACE_SCORE) & (high >= MIN_FACE * max(width, height))
    if large.any():
        large &= high >= PROMINENT * high[large].max()
    first = np.flatnonzero(large)[np.argsort(-high[large], kind="stable")][:MAX_FACES]
    counted = np.zeros(len(faces), dtype=np.bool_)
    counted[first] = True
    return counted


def counted_lines(lines: Boxes, width: int, height: int) -> NDArray[np.bool_]:
    """Tell which lines count: those that are read and tall enough."""
    return np.asarray((lines[:, 4] >= READ) & (lines[:, 3] * height >= MIN_LINE * min(width, height)))


def read_truth(folder: Path, cache: Path, name: str, split: str = "dev") -> list[Truth]:
    """Ask the detectors about the rows of a set; the answers are kept in a file."""
    rows = rows_of(folder, name, split)
    rows = rows[:: -(-len(rows) // FEW)]
    path = cache / f"truth-{name}-{split}.npz"
    if not path.is_file():
        find_faces, find_lines = CenterFace(), Lines()
        faces, texts = [], []
        for row in rows:
            picture = open_picture(row)
            faces.append(find_faces(picture))
            texts.append(find_lines(picture))
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(
            path,
            faces=np.concatenate(faces),
            lines=np.concatenate(texts),
            face_counts=list(map(len, faces)),
            line_counts=list(map(len, texts)),
        )
    with np.load(path) as found:
        by_row = [
            np.split(found[kind], np.cumsum(found[counts])[:-1])
            for kind, counts in (("faces", "face_counts"), ("lines", "line_counts"))
        ]
    truth = []
    for row, row_faces, row_lines in zip(rows, *by_row, strict=True):
        width, height = row["width"], row["height"]
        lines = row_lines[row_lines[:, 4] >= PERHAPS_READ]
        counted = counted_faces(row_faces, width, height), counted_lines(lines, width, height)
        truth.append(Truth(row["image"], row_faces, counted[0], lines, counted[1]))
    return truth


def recall_and_false(
    found: Sequence[Sequence[Subject]], truth: Sequence[tuple[Boxes, NDArray[np.bool_]]], least: float
) -> tuple[float, float]:
    """Share of the boxes that count which were found, and boxes a picture that are none of the detector's.

    Parameters
    ----------
    found : sequence of sequence of Subject
        By picture.
    truth : sequence of (Boxes, ndarray)
        By picture, what the detector found and which of it counts.
    least : float
        Score from which a found box is taken.
    """
    right, wanted, false = 0, 0, 0
    for subjects, (boxes, counted) in zip(found, truth, strict=True):
        taken = [(s.box.left, s.box.top, s.box.width, s.box.height) for s in subjects if s.score >= least]
        ours = np.array(taken, dtype=np.float32).reshape(-1, 4)
        wanted += int(counted.sum())
        if not len(ours):
            continue
        if not len(boxes):
            false += len(ours)
            continue
        shared = overlaps(ours, boxes)
        right += int((shared[:, counted] >= SAME).any(0).sum())
        false += int((shared < SAME).all(1).sum())
    return right / max(wanted, 1), false / max(len(found), 1)
