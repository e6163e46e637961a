"""Reads the labelled pictures: masks, fixations, faces and human crops, all as fractions of the picture's sides."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.rows import DataError, read_rows
from focalbox.core.geometry import Box
from focalbox.core.target import Size
from focalbox.metrics.map_metrics import count_fixations

__all__ = ["FIXATION_SETS", "GAIN_SETS", "SETS", "VISUAL_DEGREE", "LabelledPicture", "density", "read_set"]

SETS: Mapping[str, str] = {
    "duts": "duts_tr",
    "osie": "osie",
    "crowd": "crowd",
    "scene500": "scene500",
    "mit1003": "mit1003",
    "fcdb": "fcdb_train",
}
"""Sets and the names of their files, without ``.parquet``."""

FIXATION_SETS = ("osie", "crowd", "scene500", "mit1003")
GAIN_SETS = ("duts", *FIXATION_SETS)

_COUNTED = (256, 256)
"""Cells that fixations are counted in (rows, columns): four times finer than any map here."""

VISUAL_DEGREE = 0.035
"""Blur of fixations as a share of the mean side, about one degree of visual angle in OSIE and MIT1003 (Judd et al. 2009,
doi:10.1109/ICCV.2009.5459462)."""


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """One picture and its labels.

    Parameters
    ----------
    name, origin : str
        The picture's name and its set.
    content : bytes
        The picture as a file.
    size : Size
        Its sides, pixels.
    label : ndarray, shape (rows, columns), or None
        Mask (0..1) or fixation counts; what the gain measure sums.
    fixations : ndarray, shape (n, 2), or None
        x and y, fractions.
    faces : tuple of Box
        Labelled faces.
    crop : Box or None
        The human crop.
    """

    name: str
    origin: str
    content: bytes
    size: Size
    label: NDArray[np.float64] | None = None
    fixations: NDArray[np.float64] | None = None
    faces: tuple[Box, ...] = ()
    crop: Box | None = None

    def open(self) -> Image.Image:
        """Decode the picture as RGB."""
        return Image.open(io.BytesIO(self.content)).convert("RGB")


def read_set(folder: Path, name: str, *, split: str = "dev", limit: int | None = None) -> list[LabelledPicture]:
    """Read the rows of one set and split, every n-th of them when limited.

    Raises
    ------
    DataError
        When the file is missing or damaged, or holds no such row.
    """
    rows = read_rows(folder, SETS[name], split)
    if limit is not None:
        rows = rows[:: max(1, -(-len(rows) // limit))]
    try:
        found = [_read_label(row, name) for row in rows]
    except (OSError, KeyError, TypeError, ValueError) as error:
        message = f"{SETS[name]}.parquet is damaged ({type(error).__name__}: {error}): copy it again from its source."
        raise DataError(message) from error
    return [one for one in found if one.label is None or one.label.sum() > 0]


def density(fixations: NDArray[np.float64], size: Size, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Blur fixations (n, 2), fractions, to a density of a shape (rows, columns) with Gaussians that are round."""
    reach = VISUAL_DEGREE * (size.width * size.height) ** 0.5
    rows, columns = ((np.arange(cells) + 0.5) / cells for cells in shape)
    down = np.exp(-0.5 * ((rows[:, None] - fixations[:, 1]) * (size.height / reach)) ** 2)
    across = np.exp(-0.5 * ((columns[:, None] - fixations[:, 0]) * (size.width / reach)) ** 2)
    return np.asarray(down @ across.T)


def _read_label(row: Mapping[str, Any], origin: str) -> LabelledPicture:
    size = Size(row["width"], row["height"])
    mask = row.get("mask")
    fixations = _fixations(row, size) if "fixations" in row else None
    return LabelledPicture(
        name=row["name"],
        origin=origin,
        content=row["image"],
        size=size,
        label=_mask(mask) if mask is not None else None if fixations is None else count_fixations(fixations, _COUNTED),
        fixations=fixations,
        faces=tuple(_box(corners, size) for corners in row.get("faces") or ()),
        crop=_box(row["crop"], size) if "crop" in row else None,
    )


def _mask(content: bytes) -> NDArray[np.float64]:
    return np.asarray(Image.open(io.BytesIO(content)).convert("L"), dtype=np.float64) / 255


def _fixations(row: Mapping[str, Any], size: Size) -> NDArray[np.float64]:
    return np.asarray(row["fixations"], dtype=np.float64).reshape(-1, 2) / (size.width, size.height)


def _box(corners: list[float], size: Size) -> Box:
    left, top, right, bottom = corners
    return Box.between(left / size.width, top / size.height, right / size.width, bottom / size.height)
