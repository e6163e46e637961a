"""How far the windows of a picture move when the picture is stored, scaled or lit a little differently."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from benchmarks.labels import GAIN_SETS
from benchmarks.tables import table
from focalbox.metrics import window_metrics as metrics
from training.evaluation.dev import DevPicture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training.evaluation.reader import Map, Reader

Box = tuple[float, float, float, float]


def edits(picture: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """Yield changed copies of the picture; the map of the mirrored one has to be mirrored back."""
    stored = io.BytesIO()
    picture.save(stored, "JPEG", quality=70)
    yield "JPEG quality 70", Image.open(stored).convert("RGB")
    yield "half size", picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)), Image.Resampling.BOX)
    yield "mirror", ImageOps.mirror(picture)
    yield "brightness -10 %", ImageEnhance.Brightness(picture).enhance(0.9)
    yield "brightness +10 %", ImageEnhance.Brightness(picture).enhance(1.1)


def windows_of(saliency: Map, aspect: float) -> list[Box]:
    """Place the window of each ratio."""
    boxes: list[Box] = []
    for ratio in metrics.RATIOS:
        axis, length = metrics.free_axis(aspect, ratio)
        start = metrics.choose_position(saliency, aspect, ratio) * (1 - length)
        boxes.append((start, 0.0, length, 1.0) if axis == 1 else (0.0, start, 1.0, length))
    return boxes


def report_stability(reader: Reader, dev: dict[str, list[DevPicture]]) -> str:
    """Overlap of the windows chosen for a changed picture with those of the original."""
    kept: dict[str, list[float]] = {}
    for name in GAIN_SETS:
        for one in dev[name][:40]:
            before = windows_of(reader.look(one.picture).saliency.values, one.aspect)
            for change, picture in edits(one.picture):
                saliency = reader.look(picture).saliency.values
                after = windows_of(saliency[:, ::-1] if change == "mirror" else saliency, one.aspect)
                kept.setdefault(change, []).extend(metrics.iou(*pair) for pair in zip(before, after, strict=True))
    rows = [[name, f"{np.mean(values):.3f}"] for name, values in kept.items()]
    return table(["change", "mean IoU of the windows"], rows)
