"""Marks pictures with other people's detectors: faces by CenterFace, lines of text by PP-OCR.

Their packages are in requirements/training.txt and requirements/training-nodeps.txt. They take half a second a picture, so
their answers are kept in a folder.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from pyarrow import parquet

from benchmarks.labels import LabelledPicture, read_set
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.target import Size
from training.evaluation.recall import counted_faces, counted_lines
from training.teachers.detectors import Boxes, CenterFace
from training.teachers.lines import Lines

__all__ = ["CACHE", "MarkedPicture", "Marker", "head_of", "read_people", "with_faces"]

CACHE = Path(".cache/read-marks")
"""Where the detectors' answers are kept."""

_PEOPLE, _GENERAL = 200, 100
"""Rows of people.parquet, which has no labels, and of the train rows of mit1003: maps were trained on them, windows not."""

_SIDES, _ABOVE, _BELOW = 0.15, 0.35, 0.05
"""What a head is more than its face, shares of the face's width (each side) and of its height: less than what the product
holds."""


@dataclass(frozen=True, eq=False)
class MarkedPicture:
    """A picture and what of it should be whole.

    Parameters
    ----------
    picture : LabelledPicture
    faces : tuple of Box
        At least 6 % of the longer side high, of at least 0.6 of the tallest one's height, at most four; the tallest first.
        Only what is inside the picture: detectors complete a face that the picture's edge cuts, and no window holds that.
    lines : tuple of Box
        Lines of text that can be read, at least 3 % of the shorter side high.
    """

    picture: LabelledPicture
    faces: tuple[Box, ...]
    lines: tuple[Box, ...]

    @property
    def heads(self) -> tuple[Box, ...]:
        """The heads that the faces belong to."""
        return tuple(map(head_of, self.faces))


class Marker:
    """Asks the detectors, or reads what they answered before.

    Parameters
    ----------
    cache : path
        Folder of answers, one small file a picture.
    """

    def __init__(self, cache: Path = CACHE) -> None:
        self._cache = cache
        self._faces: CenterFace | None = None
        self._lines: Lines | None = None

    def __call__(self, picture: LabelledPicture) -> MarkedPicture:
        """Return what stands in a picture."""
        path = self._cache / f"{hashlib.sha256(picture.content).hexdigest()[:32]}.json"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(self._ask(picture.open())), "ascii")
        found = json.loads(path.read_text("ascii"))
        faces, lines = ([Box(*sides).intersection(WHOLE) for sides in found[kind]] for kind in ("faces", "lines"))
        return MarkedPicture(picture, tuple(faces), tuple(lines))

    def _ask(self, image: Image.Image) -> dict[str, list[list[float]]]:
        self._faces, self._lines = self._faces or CenterFace(), self._lines or Lines()
        faces, lines = self._faces(image), self._lines(image)
        counted = faces[counted_faces(faces, *image.size)]
        counting = lines[counted_lines(lines, *image.size)]
        return {"faces": _sides(counted[(-counted[:, 3]).argsort(kind="stable")]), "lines": _sides(counting)}


def head_of(face: Box) -> Box:
    """Return the head that is measured."""
    return Box.between(
        face.left - _SIDES * face.width,
        face.top - _ABOVE * face.height,
        face.right + _SIDES * face.width,
        face.bottom + _BELOW * face.height,
    ).intersection(WHOLE)


def read_people(folder: Path, limit: int = _PEOPLE) -> list[LabelledPicture]:
    """Read pictures of people that nobody labelled."""
    rows = parquet.read_table(folder / "people.parquet", columns=["image"])["image"].to_pylist()[:limit]
    return [
        LabelledPicture(f"people {index}", "people", content, Size(*Image.open(io.BytesIO(content)).size))
        for index, content in enumerate(rows)
    ]


def with_faces(folder: Path, sets: dict[str, list[LabelledPicture]], marker: Marker) -> list[MarkedPicture]:
    """Return the pictures that heads and text are measured on, marked; crowds, whose heads are small, are left out."""
    general = read_set(folder, "mit1003", split="train", limit=_GENERAL)
    listed: Sequence[LabelledPicture] = [
        *read_people(folder),
        *general,
        *(one for name, some in sets.items() if name != "crowd" for one in some),
    ]
    return [marker(one) for one in listed]


def _sides(boxes: Boxes) -> list[list[float]]:
    return [[round(float(side), 5) for side in box[:4]] for box in boxes]
