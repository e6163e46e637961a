"""The loss of boxes at the centres of marks, for lines of text, which are thin."""

from __future__ import annotations

import torch
from torch import Tensor

from training.losses.maps import OWNED, centre_heat

LARGEST = 0.3
"""Logarithm of the longest side that counts, as a share of the picture's: longer ones would have no bound at the start."""


def box_loss(found: Tensor, marks: Tensor) -> Tensor:
    """One minus the generalised overlap of boxes, on average over the places that own a mark, by their heat; one value.

    ``found`` and ``marks`` are as in `losses.maps.centre_loss`. The overlap is that of Rezatofighi et al. (2019),
    arXiv:1902.09630: intersection over union, less the share of the box around both that neither covers.
    """
    rows, columns = shape = (found.shape[2], found.shape[3])
    heat, _ = centre_heat(marks, shape)
    known = (marks[..., 2] > 0) & (marks[..., 4] > 0)
    best, owner = (heat * known[..., None, None]).max(1)
    weight = best * (best > OWNED)
    wanted = marks[..., :4].gather(1, owner.flatten(1)[..., None].expand(-1, -1, 4))
    left, top, width, height = wanted.transpose(1, 2).reshape(-1, 4, *shape).unbind(1)
    across = (torch.arange(columns, device=found.device) + 0.5 + found[:, 3]) / columns
    down = ((torch.arange(rows, device=found.device) + 0.5)[:, None] + found[:, 4]) / rows
    wide, high = (found[:, index].clamp(max=LARGEST).exp() for index in (1, 2))
    low_x, low_y, high_x, high_y = across - wide / 2, down - high / 2, across + wide / 2, down + high / 2
    right, bottom = left + width, top + height
    shared_x = (torch.minimum(high_x, right) - torch.maximum(low_x, left)).clamp(min=0)
    shared_y = (torch.minimum(high_y, bottom) - torch.maximum(low_y, top)).clamp(min=0)
    shared = shared_x * shared_y
    either = (wide * high + width * height - shared).clamp(min=1e-9)
    around_x = torch.maximum(high_x, right) - torch.minimum(low_x, left)
    around_y = torch.maximum(high_y, bottom) - torch.minimum(low_y, top)
    around = (around_x * around_y).clamp(min=1e-9)
    lost = 1 - shared / either + (around - either) / around
    return (weight * lost).sum() / weight.sum().clamp(min=1)
