"""The losses of the maps: for masks, for densities, and for the windows that the map will choose."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

WINDOW_LENGTHS = (0.3, 0.42, 0.55, 0.75)
"""Window lengths as a share of an axis: those of the six ratios of the gain measure in 4:3 and 3:4 pictures."""

WINDOW_SHARPNESS = 25.0
"""How sharply the softmax over window positions prefers the best (per unit of kept share): differences of 0.04, the
typical gap between the centre and the best window, then count."""

UNKNOWN_HEAT = 0.05
"""Heat of a place of which nothing is known, within which nothing is a miss: 2.4 standard deviations, 0.4 of its sides."""


def density(logits: Tensor) -> Tensor:
    """Logits (n, h, w) -> non-negative maps of sum 1."""
    return logits.flatten(1).softmax(1).view_as(logits)


def normalise(maps: Tensor) -> Tensor:
    """Scale maps (n, h, w) to sum 1; empty ones stay empty."""
    return maps / maps.sum((1, 2), keepdim=True).clamp(min=1e-6)


def mask_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """Cross-entropy plus one minus soft IoU, a value for each of n maps (n, h, w)."""
    entropy = functional.binary_cross_entropy_with_logits(logits, masks, reduction="none").mean((1, 2))
    chance = logits.sigmoid()
    both = (chance * masks).sum((1, 2))
    either = (chance + masks - chance * masks).sum((1, 2))
    return entropy + 0.5 * (1 - (both + 1) / (either + 1))


EDGE_REACH, EDGE_WEIGHT = 7, 4.0
"""Side (cells) of the square in which a place is compared with its surroundings, and how much more a place at an edge
counts (Wei et al. 2020, arXiv:1911.11445): a box around a thing is as good as the thing's edges."""


def edge_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """As `mask_loss`, places at the edges of the mask weighing more."""
    around = functional.avg_pool2d(masks[:, None], EDGE_REACH, 1, EDGE_REACH // 2, count_include_pad=False)[:, 0]
    weight = 1 + EDGE_WEIGHT * (around - masks).abs()
    entropy = functional.binary_cross_entropy_with_logits(logits, masks, reduction="none")
    chance = logits.sigmoid()
    both = (weight * chance * masks).sum((1, 2))
    either = (weight * (chance + masks - chance * masks)).sum((1, 2))
    return (weight * entropy).sum((1, 2)) / weight.sum((1, 2)) + 0.5 * (1 - (both + 1) / (either + 1))


def divergence(log_density: Tensor, label: Tensor) -> Tensor:
    """Kullback-Leibler divergence of label (n, h, w; any sum) from a log density, a value for each picture."""
    target = normalise(label)
    return (target * (target.clamp(min=1e-8).log() - log_density)).sum((1, 2))


def slide(profile: Tensor, length: float) -> Tensor:
    """Share of profiles (n, cells) of sum 1 inside every whole-cell position of a window (n, positions)."""
    cells = profile.shape[1]
    size = max(1, round(length * cells))
    running = functional.pad(profile.cumsum(1), (1, 0))
    return running[:, size:] - running[:, :-size]


def window_loss(maps: Tensor, label: Tensor) -> Tensor:
    """Share of the label that is lost by placing windows by the map, with the choice softened; a value a picture.

    Both are (n, h, w) of sum 1. The measure (`window_metrics.gain`) takes the best position; here a softmax over
    positions takes its place, so that there is something to descend.
    """
    total = maps.new_zeros(len(maps))
    for axis in (1, 2):
        profile, truth = maps.sum(axis), label.sum(axis)
        for length in WINDOW_LENGTHS:
            kept = slide(truth, length)
            chance = (slide(profile, length) * WINDOW_SHARPNESS).softmax(1)
            total = total + kept.amax(1) - (chance * kept).sum(1)
    return total / (2 * len(WINDOW_LENGTHS))


OWNED = 0.3
"""Heat of a place from which it learns the size of the mark there."""


def centre_heat(marks: Tensor, shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Heat of marks (n, k, 5) on a grid, (n, k, h, w): a Gaussian each, and whether a cell holds its centre.

    CenterNet (Zhou et al. 2019, arXiv:1904.07850); sigma a sixth of the mark's sides, at least 0.6 cells.
    """
    rows, columns = shape
    x, y = (marks[..., 0] + marks[..., 2] / 2) * columns, (marks[..., 1] + marks[..., 3] / 2) * rows
    spread_x, spread_y = (marks[..., 2] * columns / 6).clamp(min=0.6), (marks[..., 3] * rows / 6).clamp(min=0.6)
    places_x, places_y = torch.arange(columns, device=marks.device), torch.arange(rows, device=marks.device)
    across = torch.exp(-0.5 * ((places_x + 0.5 - (x.floor() + 0.5)[..., None]) / spread_x[..., None]) ** 2)
    down = torch.exp(-0.5 * ((places_y + 0.5 - (y.floor() + 0.5)[..., None]) / spread_y[..., None]) ** 2)
    centre = (places_y == y.floor()[..., None])[..., :, None] & (places_x == x.floor()[..., None])[..., None, :]
    return down[..., :, None] * across[..., None, :], centre


def centre_loss(found: Tensor, marks: Tensor) -> Tensor:
    """CenterNet's focal loss on heat plus L1 on log sizes and offsets; one value.

    ``found`` is (n, 5, h, w): logits of centres, log width and height, offset of the centre in cells. Where a mark is
    unknown (its last number is 0) nothing is held against the heat.
    """
    shape = (found.shape[2], found.shape[3])
    heat, centre = centre_heat(marks, shape)
    present = (marks[..., 2] > 0)[..., None, None]
    known = present & (marks[..., 4] > 0)[..., None, None]
    unknown = ((heat > UNKNOWN_HEAT) & present & ~known).any(1)
    heat, centre = heat * known, (centre & known).any(1)
    best, owner = heat.max(1)
    chance = found[:, 0].sigmoid().clamp(1e-4, 1 - 1e-4)
    hit = ((1 - chance) ** 2 * chance.log() * centre).sum()
    miss = ((1 - best) ** 4 * chance**2 * (1 - chance).log() * ~(centre | unknown)).sum()
    count = centre.sum().clamp(min=1)
    weight = best * (best > OWNED)
    sides = marks[..., 2:4].clamp(min=1e-3).log()
    middle = torch.stack(
        [(marks[..., 0] + marks[..., 2] / 2) * shape[1], (marks[..., 1] + marks[..., 3] / 2) * shape[0]], -1
    )
    wanted = torch.cat([sides, middle], -1).gather(1, owner.flatten(1)[..., None].expand(-1, -1, 4))
    wanted = wanted.transpose(1, 2).reshape(-1, 4, *shape)
    rows, columns = (torch.arange(side, device=found.device) + 0.5 for side in shape)
    places = torch.stack([columns.expand(shape), rows[:, None].expand(shape)])
    error_size = (found[:, 1:3] - wanted[:, :2]).abs().sum(1)
    error_place = (found[:, 3:] - (wanted[:, 2:] - places)).abs().sum(1)
    error = (weight * (error_size + 0.2 * error_place)).sum() / weight.sum().clamp(min=1)
    return -(hit + miss) / count + error
