"""Blends pictures of a batch, so that a pruned network learns from answers for pictures that its teacher has not memorised.

On the pictures that the teacher was trained on, its answers are partly memorised; on blended ones they show how it
generalises (Beyer et al. 2022, arXiv:2106.05237).
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["blend"]

BLENDED_SHARE = 1 / 3
"""Share of the pictures that are blended with another one: one half mixed (Zhang et al. 2018, arXiv:1710.09412), the other
with a rectangle of it (Yun et al. 2019, arXiv:1905.04899)."""

LEAST = 0.5
"""Least share of the picture itself when it is mixed."""

SIDES = (0.3, 0.7)
"""Sides of the rectangle, from and to, as shares of the picture's."""


def blend(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Return a copy of pictures (uint8, n, 3, h, w) of which a share is blended with others."""
    blended = pictures.clone(memory_format=torch.preserve_format)
    count = round(BLENDED_SHARE * len(pictures))
    rows = torch.randperm(len(pictures), generator=random)[: 2 * count].tolist()
    for place, (row, other) in enumerate(zip(rows[:count], rows[count:], strict=True)):
        if place % 2:
            share = LEAST + (1 - LEAST) * float(torch.rand((), generator=random))
            mixed = share * pictures[row].float() + (1 - share) * pictures[other].float()
            blended[row] = mixed.round().to(torch.uint8)
        else:
            rectangle = _rectangle(pictures.shape[2], pictures.shape[3], random)
            blended[(row, slice(None), *rectangle)] = pictures[(other, slice(None), *rectangle)]
    return blended


def _rectangle(rows: int, columns: int, random: torch.Generator) -> tuple[slice, slice]:
    low, high = SIDES
    slices = []
    for side in (rows, columns):
        size, place = torch.rand(2, generator=random).tolist()
        length = int(side * (low + (high - low) * size))
        start = int((side - length) * place)
        slices.append(slice(start, start + length))
    return slices[0], slices[1]
