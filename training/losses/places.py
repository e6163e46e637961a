"""Assigns things, such as faces, to the places that have to find them, and computes the loss of the places' answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from training.networks.finder import STRIDES

if TYPE_CHECKING:
    from training.networks.finder import PlaceAnswers

REACH = 2.5
"""Strides from the middle of a thing within which a place may answer for it."""

PLACES = 10
"""Places whose overlap with a thing tells how many of them answer for it."""

OVERLAP_COST = 3.0
"""Weight of a bad overlap beside that of a low score when places are chosen."""

BOX_WEIGHT = 5.0
"""Weight of the boxes' loss."""


def places(shape: tuple[int, int], device: torch.device) -> tuple[Tensor, Tensor]:
    """Corners (p, 2) of all places of pictures of a shape (h, w), x before y, and their strides (p,); pixels."""
    corners, strides = [], []
    for stride in STRIDES:
        rows, columns = (torch.arange(side // stride, device=device) * stride for side in shape)
        corners.append(torch.stack([columns.repeat(len(rows)), rows.repeat_interleave(len(columns))], 1).float())
        strides.append(torch.full((len(corners[-1]),), float(stride), device=device))
    return torch.cat(corners), torch.cat(strides)


def overlap(some: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of boxes (..., 4: middle, width, height), broadcast."""
    low = torch.maximum(some[..., :2] - some[..., 2:] / 2, others[..., :2] - others[..., 2:] / 2)
    high = torch.minimum(some[..., :2] + some[..., 2:] / 2, others[..., :2] + others[..., 2:] / 2)
    both = (high - low).clamp(min=0).prod(-1)
    return both / (some[..., 2:].prod(-1) + others[..., 2:].prod(-1) - both).clamp(min=1e-6)


@torch.no_grad()
def assign(things: Tensor, score: Tensor, boxes: Tensor, corners: Tensor, strides: Tensor) -> tuple[Tensor, Tensor]:
    """Choose the places that answer for the things of a picture: SimOTA (Ge et al. 2021, arXiv:2107.08430).

    Parameters
    ----------
    things : (k, 4), middle, width and height in pixels.
    score, boxes : (p,) and (p, 4), what the places say.
    corners, strides : of the places.

    Returns
    -------
    which places (m,) answer for which things (m,)
    """
    shift = (corners[None] - things[:, None, :2]).abs()
    inside = (shift < things[:, None, 2:] / 2).all(2)
    near = (shift < REACH * strides[None, :, None]).all(2)
    shared = overlap(things[:, None], boxes[None])
    cost = -score.clamp(min=1e-6).log() - OVERLAP_COST * shared.clamp(min=1e-6).log()
    cost = cost + 1e5 * ~(inside & near) + 1e6 * ~(inside | near)
    counts = shared.topk(min(PLACES, len(score)), dim=1).values.sum(1).int().clamp(min=1)
    chosen = torch.zeros_like(cost, dtype=torch.bool)
    for thing, count in enumerate(counts.tolist()):
        chosen[thing, cost[thing].topk(count, largest=False).indices] = True
    # A place answers for one thing only: the cheapest.
    cost = torch.where(chosen, cost, torch.inf)
    answering = torch.nonzero(chosen.any(0))[:, 0]
    return answering, cost[:, answering].argmin(0)


def place_loss(found: PlaceAnswers, marks: Tensor, shape: tuple[int, int]) -> Tensor:
    """Loss of what is said of pictures of a shape (h, w), by marks (n, k, 5) as in `Marks`; one value.

    Cross-entropy of the scores, and one minus the overlap of the boxes. In and about an unknown mark nothing is held
    against a place.
    """
    corners, strides = places(shape, marks.device)
    sides = torch.tensor([shape[1], shape[0]], device=marks.device)
    middles = (marks[..., :2] + marks[..., 2:4] / 2) * sides
    sized = torch.cat([middles, marks[..., 2:4] * sides], 2)
    wanted = torch.zeros_like(found.things)
    weight = torch.ones_like(found.things)
    fit, box_loss, count = found.fits.new_zeros(()), found.fits.new_zeros(()), 0
    score = found.scores()
    for row in range(len(marks)):
        present, known = marks[row, :, 2] > 0, marks[row, :, 4] > 0
        unknown = sized[row][present & ~known]
        if len(unknown):
            shift = (corners[None] - unknown[:, None, :2]).abs()
            weight[row][(shift < unknown[:, None, 2:] / 2 + strides[None, :, None] / 2).all(2).any(0)] = 0.0
        things = sized[row][present & known]
        if not len(things):
            continue
        answering, thing = assign(things, score[row], found.boxes[row], corners, strides)
        shared = overlap(found.boxes[row, answering], things[thing])
        fit = fit + functional.binary_cross_entropy_with_logits(
            found.fits[row, answering], shared.detach(), reduction="sum"
        )
        wide = (found.boxes[row, answering, 2:] / things[thing, 2:]).clamp(min=1e-3).log().abs().sum(1)
        off = ((found.boxes[row, answering, :2] - things[thing, :2]) / things[thing, 2:]).abs().sum(1)
        box_loss = box_loss + (1 - shared + 0.1 * (wide + off)).sum()
        wanted[row, answering] = 1.0
        weight[row, answering] = 1.0
        count += len(answering)
    there = functional.binary_cross_entropy_with_logits(found.things, wanted, weight, reduction="sum")
    return (there + fit + BOX_WEIGHT * box_loss) / max(count, 1)
