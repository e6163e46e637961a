"""The dev rows with their exact labels, and the gain of any map on them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from focalbox.metrics import map_metrics
from focalbox.metrics import window_metrics as metrics
from training.data.pictures import open_mask, open_picture, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PIL import Image

FINEST = 256
"""Longest side (cells) of the grid on which fixations are counted: finer than any map."""


@dataclass(frozen=True)
class DevPicture:
    """A picture with its label: a mask or fixation counts in `label`, or a human crop (left, top, width, height)."""

    name: str
    picture: Image.Image
    aspect: float
    label: NDArray[np.float64]
    fixations: NDArray[np.float64]
    crop: tuple[float, float, float, float] | None
    faces: NDArray[np.float64]


def read_dev(folder: Path, name: str, split: str = "dev") -> list[DevPicture]:
    """Read the dev rows of one set; boxes and points as fractions of the picture's sides."""
    pictures = []
    for row in read_rows(folder, name, split):
        size = np.array([row["width"], row["height"]], dtype=np.float64)
        scale = FINEST / size.max()
        shape = (max(1, round(size[1] * scale)), max(1, round(size[0] * scale)))
        points = np.asarray(row.get("fixations") or [], dtype=np.float64).reshape(-1, 2) / size
        label = map_metrics.count_fixations(points, shape)
        if name == "duts":
            label = np.asarray(open_mask(row), dtype=np.float64) / 255
        crop = None
        if name == "fcdb":
            left, top, right, bottom = np.asarray(row["crop"]) / np.tile(size, 2)
            crop = (float(left), float(top), float(right - left), float(bottom - top))
        corners = np.asarray(row.get("faces") or [], dtype=np.float64).reshape(-1, 4) / np.tile(size, 2)
        faces = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
        pictures.append(
            DevPicture(row["name"], open_picture(row), float(size[0] / size[1]), label, points, crop, faces)
        )
    return pictures


def gain_of(maps: Sequence[NDArray[np.float32]], pictures: Sequence[DevPicture]) -> tuple[float, float]:
    """Gain and loss of maps over pictures with a mask or fixations."""
    cases = [
        case
        for one, found in zip(pictures, maps, strict=True)
        for case in metrics.window_cases(found, one.label, one.aspect)
    ]
    return metrics.gain(cases), metrics.loss(cases)


def summary(by_set: dict[str, Sequence[NDArray[np.float32]]], dev: dict[str, list[DevPicture]]) -> str:
    """One line: gain/loss by set."""
    found = {name: gain_of(maps, dev[name]) for name, maps in by_set.items()}
    return " ".join(f"{name} {gain:+.3f}/{loss:.2f}" for name, (gain, loss) in found.items())


def as_json(value: object) -> str:
    """Compact JSON for logs."""
    return json.dumps(value, separators=(",", ":"))
