"""Damages pictures like bad uploads, for a network that learns another network's answers for the undamaged pictures."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from training.batches.augment import Batch
from training.batches.colours import in_levels, recolour, tinted

__all__ = ["DAMAGE", "draw_damage", "jpeg", "seen_by_both"]

DAMAGE = 3
"""Numbers that say how a picture is damaged: whether only one of the two networks sees it coarse, soft and noisy (see
`colours`), the JPEG quality (0 for none), and the share of the blur."""

SHARP_SHARE, JPEG_SHARE, BLURRED_SHARE = 0.6, 0.3, 0.3
"""Shares of the pictures that the teacher sees as sharp as they are, and that the other sees as JPEG, and blurred."""

QUALITIES = (50.0, 95.0)
"""Qualities of JPEG, from and to. Pictures are stored larger than they are looked at, so that less is left of the loss."""

MAX_BLUR = 0.7
"""Largest share of a mean of 3 x 3 pixels in a blurred picture."""

BLOCK = 8
"""Side of the squares that JPEG works on (pixels)."""

LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMINANCE = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8 for _ in range(4)),
)
"""Steps of the frequencies at quality 50 (ITU-T T.81, annex K)."""


def draw_damage(count: int, random: torch.Generator) -> Tensor:
    """Draw how so many pictures are damaged: float (count, DAMAGE)."""
    drawn, quality, blur = (torch.rand(count, DAMAGE, generator=random) for _ in range(3))
    low, high = QUALITIES
    return torch.stack(
        [
            (drawn[:, 0] < SHARP_SHARE).float(),
            torch.where(drawn[:, 1] < JPEG_SHARE, low + (high - low) * quality[:, 1], 0.0),
            torch.where(drawn[:, 2] < BLURRED_SHARE, MAX_BLUR * blur[:, 2], 0.0),
        ],
        1,
    )


def seen_by_both(batch: Batch, damage: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return what the teacher and what the other network see of a batch: uint8 (n, 3, h, w) on the device."""
    pictures = batch.pictures.to(device)
    worn = recolour(pictures, batch.colours)
    sharp, quality, blur = (one[:, None, None, None].to(device) for one in damage.unbind(1))
    clean = torch.where(sharp > 0, tinted(pictures, batch.colours), worn)
    changed = worn.float()
    changed += (functional.avg_pool2d(changed, 3, 1, 1, count_include_pad=False) - changed) * blur
    stored = damage[:, 1] > 0
    if stored.any():
        rows = torch.nonzero(stored)[:, 0].to(device)
        changed[rows] = jpeg(changed[rows], quality[rows, 0, 0, 0])
    return clean.contiguous(memory_format=torch.channels_last), in_levels(changed)


def jpeg(pictures: Tensor, quality: Tensor) -> Tensor:
    """Lose what JPEG loses of pictures (n, 3, h, w; 0..255), colours at half the size, at qualities (n,) of 1..100.

    Sides are multiples of 16. As libjpeg does it, but that colours are not smoothed when they are doubled again.
    """
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100  # noqa: PLR2004  libjpeg's rule
    tables = [
        (torch.tensor(steps, dtype=torch.float32, device=pictures.device) * scale[:, None, None] + 0.5)
        .floor()
        .clamp(1, 255)[:, None, None, None]
        for steps in (LUMINANCE, CHROMINANCE)
    ]
    red, green, blue = pictures.unbind(1)
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    colour = torch.stack([(blue - light) / 1.772, (red - light) / 1.402], 1)
    light = _quantise(light[:, None] - 128, tables[0])[:, 0] + 128
    colour = functional.interpolate(_quantise(functional.avg_pool2d(colour, 2), tables[1]), scale_factor=2.0)
    blue, red = light + 1.772 * colour[:, 0], light + 1.402 * colour[:, 1]
    green = (light - 0.299 * red - 0.114 * blue) / 0.587
    return torch.stack([red, green, blue], 1).clamp(0, 255)


def _quantise(planes: Tensor, table: Tensor) -> Tensor:
    """Round the frequencies of squares of planes (n, c, h, w) to the steps of a table (n, 1, 1, 1, 8, 8)."""
    count, channels, rows, columns = planes.shape
    squares = planes.reshape(count, channels, rows // BLOCK, BLOCK, columns // BLOCK, BLOCK).transpose(3, 4)
    places = torch.arange(float(BLOCK), device=planes.device)
    waves = 0.5 * torch.cos((2 * places + 1) * places[:, None] * math.pi / (2 * BLOCK))
    waves[0] *= math.sqrt(0.5)
    with torch.autocast(planes.device.type, enabled=False):  # of bfloat16 nothing would be left to round
        kept = ((waves @ squares @ waves.T) / table).round() * table
        return (waves.T @ kept @ waves).transpose(3, 4).reshape(planes.shape)
