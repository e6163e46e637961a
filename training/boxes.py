"""Boxes from maps, as the engine makes them: the box of the highest Jaccard index, and faces from heat and size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalbox.core.metrics import iou

Box = tuple[float, float, float, float]
"""Left, top, width, height as fractions of the sides."""

FACE_LEVEL = 0.3
"""Heat from which a peak is a face: about equal precision and recall on the dev rows of `crowd`."""

FACE_OVERLAP = 0.4
"""Boxes that overlap a stronger one by this much (intersection over union) are the same face."""

MOST_ROUNDS = 10
"""Dinkelbach's iteration ends by itself in 2 to 5 rounds."""


def best_rectangle(values: NDArray[np.float64]) -> tuple[int, int, int, int]:
    """Rectangle (top, bottom, left, right; ends excluded) of the largest sum, over all row pairs at once."""
    table = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    table[1:, 1:] = values.cumsum(0).cumsum(1)
    top, bottom = np.triu_indices(values.shape[0] + 1, 1)
    strips = table[bottom] - table[top]
    lowest = np.minimum.accumulate(strips, axis=1)
    rise = strips - lowest
    pair, right = np.unravel_index(rise.argmax(), rise.shape)
    left = int(strips[pair, : right + 1].argmin())
    return int(top[pair]), int(bottom[pair]), left, int(right)


def jaccard_box(saliency: NDArray[np.float32]) -> Box:
    """Box with the highest Jaccard index with a map >= 0 (DESIGN 1.2), by Dinkelbach's iteration."""
    values = saliency.astype(np.float64) / max(float(saliency.max()), 1e-12)
    rows, columns = values.shape
    total, index, corners = values.sum(), 0.0, (0, rows, 0, columns)
    for _ in range(MOST_ROUNDS):
        # J > j exactly where (1 + j) * inside - j * area > j * total.
        corners = best_rectangle((1 + index) * values - index)
        top, bottom, left, right = corners
        inside = values[top:bottom, left:right].sum()
        better = inside / max((bottom - top) * (right - left) + total - inside, 1e-12)
        if better <= index + 1e-12:
            break
        index = better
    top, bottom, left, right = corners
    return left / columns, top / rows, (right - left) / columns, (bottom - top) / rows


def decode_faces(
    heat: NDArray[np.float32], sizes: NDArray[np.float32], least: float = FACE_LEVEL
) -> list[tuple[float, Box]]:
    """Faces, strongest first, from heat (h, w) and sizes (2, h, w): peaks of 3 x 3 cells, then overlap is removed."""
    padded = np.pad(heat, 1, constant_values=-1.0)
    rows, columns = heat.shape
    around = np.max([padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)], axis=0)
    found: list[tuple[float, Box]] = []
    for row, column in np.argwhere((heat >= around) & (heat >= least)):
        width, height = (float(value) for value in sizes[:, row, column])
        x, y = (column + 0.5) / columns, (row + 0.5) / rows
        found.append((float(heat[row, column]), (x - width / 2, y - height / 2, width, height)))
    found.sort(reverse=True)
    kept: list[tuple[float, Box]] = []
    for strength, box in found:
        if all(iou(box, other) < FACE_OVERLAP for _, other in kept):
            kept.append((strength, box))
    return kept
