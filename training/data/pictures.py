"""Reads the labelled pictures once, and keeps pictures and labels as plain arrays, so that no step waits for decoding.

All pictures are squashed to one square size: the network is trained on squares with jittered aspect ratios, and labels
are squashed alike. Coordinates are fractions of the picture's sides.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import rows as labelled
from benchmarks.labels import VISUAL_DEGREE
from benchmarks.rows import DataError
from training.data.closeups import close_ups

PICTURE_SIDE = 256
"""Stored picture side (pixels): a crop of 0.85 of it has the 224 pixels of a training step."""

LABEL_SIDE = 128
"""Stored label side (cells): finer than the network's map of side 56, so that a crop of it keeps sharp edges."""

MAX_FACES = 32
"""Faces kept a picture (count): `crowd` has up to some hundred; the largest ones are kept."""

SETS = {
    "duts": "duts_tr",
    "osie": "osie",
    "crowd": "crowd",
    "scene500": "scene500",
    "mit1003": "mit1003",
    "taskfix": "taskfix",
    "fcdb": "fcdb_train",
    "people": "people",
}
"""Name of each set and the file (without .parquet) that holds it."""

CLOSE_UPS = "closeups"
"""Name of the set that is made of the heads in `crowd`."""

NEEDED = {"duts": "mask", "fcdb": "crop", "taskfix": "map", "people": "name"}
"""The column that a set's label is in, for sets without fixations."""

UNLABELLED = ("people", CLOSE_UPS)
"""Sets whose rows say nothing about saliency: they are there for faces and text."""

MIT_LICENSED_SETS = ("osie", "crowd", "scene500")


@dataclass(frozen=True)
class Pictures:
    """Rows of one set and split as arrays of one length n.

    Attributes
    ----------
    pictures : uint8, (n, PICTURE_SIDE, PICTURE_SIDE, 3)
    labels : float16, (n, LABEL_SIDE, LABEL_SIDE)
        Mask or crop as 0..1, or fixation density with maximum 1.
    aspects : float32, (n,)
        Width / height of the whole picture.
    faces : float32, (n, MAX_FACES, 4)
        Heads: left, top, width, height as fractions; width 0 where there is none, below 0 where it is not known whether
        there is one (its centre is left + width / 2 all the same).
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.float16]
    aspects: NDArray[np.float32]
    faces: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.aspects)


def read_rows(folder: Path, name: str, split: str) -> list[dict[str, Any]]:
    """Read the rows of one set and split.

    Raises
    ------
    DataError
        When the file is missing, damaged, lacks a column or has no such row.
    """
    return labelled.read_rows(folder, SETS[name], split, (NEEDED.get(name, "fixations"),))


def rows_of(folder: Path, name: str, split: str) -> list[dict[str, Any]]:
    """Read the rows of a set, or make those of the close-ups; see `read_rows`."""
    return close_ups(read_rows(folder, "crowd", split)) if name == CLOSE_UPS else read_rows(folder, name, split)


def open_picture(row: dict[str, Any]) -> Image.Image:
    """Decode a row's picture as RGB, cut to its window if it has one."""
    picture = Image.open(io.BytesIO(row["image"])).convert("RGB")
    return picture.crop(tuple(round(side) for side in row["window"])) if "window" in row else picture


def open_mask(row: dict[str, Any]) -> Image.Image:
    """Decode a row's mask as 8 bit grey, 0 or 255."""
    return Image.open(io.BytesIO(row["mask"])).convert("L")


def blur_points(points: NDArray[np.float64], aspect: float, side: int = LABEL_SIDE) -> NDArray[np.float64]:
    """Density of points (n, 2: x and y as fractions) as a sum of Gaussians that are round in the picture, maximum 1."""
    centres = (np.arange(side) + 0.5) / side
    # The mean side is 1: a picture of aspect a is sqrt(a) wide and 1 / sqrt(a) high.
    across = np.exp(-0.5 * ((centres[None] - points[:, :1]) * np.sqrt(aspect) / VISUAL_DEGREE) ** 2)
    down = np.exp(-0.5 * ((centres[None] - points[:, 1:]) / np.sqrt(aspect) / VISUAL_DEGREE) ** 2)
    density = down.T @ across
    return np.asarray(density / max(float(density.max()), 1e-12))


def crop_mask(row: dict[str, Any], side: int = LABEL_SIDE) -> NDArray[np.float64]:
    """Coverage 0..1 of each cell by the human crop of a row."""
    left, top, right, bottom = (
        value / size * side for value, size in zip(row["crop"], (row["width"], row["height"]) * 2, strict=True)
    )
    cells = np.arange(side)
    across = np.clip(np.minimum(cells + 1, right) - np.maximum(cells, left), 0, 1)
    down = np.clip(np.minimum(cells + 1, bottom) - np.maximum(cells, top), 0, 1)
    return np.asarray(down[:, None] * across[None])


def label_of(row: dict[str, Any], name: str) -> NDArray[np.float16]:
    """Make the label of a row a square map; a close-up has none."""
    if name in UNLABELLED:
        return np.zeros((LABEL_SIDE, LABEL_SIDE), dtype=np.float16)
    if name == "duts":
        mask = open_mask(row).resize((LABEL_SIDE, LABEL_SIDE), Image.Resampling.BOX)
        return (np.asarray(mask, dtype=np.float32) / 255).astype(np.float16)
    if name == "taskfix":
        heat = (
            Image.open(io.BytesIO(row["map"])).convert("L").resize((LABEL_SIDE, LABEL_SIDE), Image.Resampling.BILINEAR)
        )
        return (np.asarray(heat, dtype=np.float32) / max(1, np.asarray(heat).max())).astype(np.float16)
    if name == "fcdb":
        return crop_mask(row).astype(np.float16)
    points = np.asarray(row["fixations"], dtype=np.float64) / (row["width"], row["height"])
    return blur_points(points, row["width"] / row["height"]).astype(np.float16)


def faces_of(row: dict[str, Any]) -> NDArray[np.float32]:
    """List the largest faces of a row as (left, top, width, height), padded with zeros."""
    boxes = np.zeros((MAX_FACES, 4), dtype=np.float32)
    corners = np.asarray(row.get("faces") or [], dtype=np.float32).reshape(-1, 4)
    found = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    found /= np.array([row["width"], row["height"]] * 2, dtype=np.float32)
    found = found[np.argsort(-found[:, 2] * found[:, 3])][:MAX_FACES]
    boxes[: len(found)] = found
    return boxes


def squash(picture: Image.Image, side: int = PICTURE_SIDE) -> NDArray[np.uint8]:
    """Squash the whole picture to a square array, averaged where it shrinks."""
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))


def prepare(folder: Path, cache: Path, name: str, split: str) -> Pictures:
    """Read one set and split from the cache, filling it at the first call."""
    path = cache / f"{name}-{split}-{PICTURE_SIDE}-{LABEL_SIDE}.npz"
    if not path.is_file():
        rows = rows_of(folder, name, split)
        cache.mkdir(parents=True, exist_ok=True)

        def one(row: dict[str, Any]) -> tuple[NDArray[np.uint8], NDArray[np.float16], NDArray[np.float32]]:
            try:
                return squash(open_picture(row)), label_of(row, name), faces_of(row)
            except (OSError, ValueError, TypeError) as error:
                message = (
                    f"Row {row.get('name')} of {SETS.get(name, 'crowd')}.parquet cannot be read ({error}): "
                    "copy the file again."
                )
                raise DataError(message) from error

        with ThreadPoolExecutor() as pool:
            pictures, labels, faces = zip(*pool.map(one, rows), strict=True)
        aspects = np.array([row["width"] / row["height"] for row in rows], dtype=np.float32)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, pictures=np.stack(pictures), labels=np.stack(labels), faces=np.stack(faces), aspects=aspects)
        part.rename(path)
    try:
        with np.load(path) as arrays:
            return Pictures(arrays["pictures"], arrays["labels"], arrays["aspects"], arrays["faces"])
    except (OSError, ValueError, KeyError) as error:
        message = f"{path} is damaged: delete it, it is made again from the data."
        raise DataError(message) from error
