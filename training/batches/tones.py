"""Makes faces in training pictures darker or lighter: where people look does not depend on the tone of the skin.

Labels stay as they are. Networks that see faces of mostly one tone prefer it (Yee, Tantipongpipat and Mishra 2021,
arXiv:2105.08667, of a cropper by saliency).
"""

from __future__ import annotations

import torch
from torch import Tensor

TONED_SHARE = 0.5
"""Share of the faces that are changed."""

FACTORS = (0.35, 1.6)
"""Factor on the levels of a face, from and to; all magnitudes alike."""

CAST = 0.08
"""Largest difference of the factors of two channels from their mean, as a share."""

REACH = (0.6, 0.75)
"""Half width and half height of the ellipse that is changed, in sides of the face's box: with ears and forehead."""

SOFTNESS = 6.0
"""How quickly the change ends at the rim of the ellipse: it falls from 0.95 to 0.05 over a width of 6 / SOFTNESS radii."""


def change_tones(pictures: Tensor, faces: Tensor, random: torch.Generator) -> None:
    """Change faces in place.

    Parameters
    ----------
    pictures : uint8 (n, 3, h, w).
    faces : float (n, k, 5), as in `teachers.marks.Marks`, in the coordinates of the pictures.
    random : source of all chance.
    """
    rows, columns = pictures.shape[2:]
    low, high = FACTORS
    for index, place in torch.nonzero(faces[..., 2] > 0).tolist():
        drawn = torch.rand(5, generator=random)
        if drawn[0] > TONED_SHARE:
            continue
        left, top, width, height, _ = faces[index, place].tolist()
        radius_x, radius_y = REACH[0] * width * columns, REACH[1] * height * rows
        x, y = (left + width / 2) * columns, (top + height / 2) * rows
        first_column, last_column = max(0, int(x - 2 * radius_x)), min(columns, int(x + 2 * radius_x) + 1)
        first_row, last_row = max(0, int(y - 2 * radius_y)), min(rows, int(y + 2 * radius_y) + 1)
        across = (torch.arange(first_column, last_column) + 0.5 - x) / max(radius_x, 1e-6)
        down = (torch.arange(first_row, last_row) + 0.5 - y) / max(radius_y, 1e-6)
        inside = torch.sigmoid(SOFTNESS * (1 - (across**2 + down[:, None] ** 2).sqrt()))
        factor = low * (high / low) ** float(drawn[1])
        factors = factor * (1 + CAST * (2 * drawn[2:] - 1))
        part = pictures[index, :, first_row:last_row, first_column:last_column]
        part[:] = (part * (1 + inside * (factors[:, None, None] - 1))).round().clamp(max=255)
