"""Trains the finder of faces, heads and lines: first YuNet further, then the finder on the features of the network.

The finder begins with YuNet's weights where the two are alike, and with the linear map that predicts YuNet's features best
where it reads those of the network. It learns from the marks, and for faces from what YuNet says of the same pictures, too.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.batches.augment import Batch, make_mark_batch
from training.batches.drawings import draw_faces
from training.batches.pool import Pool, draw_rows
from training.fitting.loop import Recipe, fit
from training.fitting.processor import processor
from training.losses.places import place_loss
from training.networks.finder import LEVELS, Finder, PlaceAnswers, answers_by_kind
from training.networks.network import Network
from training.networks.rounded import free_weights, round_weights
from training.networks.yunet import YuNet
from training.stages import make_marked

__all__ = ["train_finder", "train_yunet"]

FITTED = 12
"""Batches that the first convolutions are fitted on."""

RIDGE = 1e-4
"""Share of their mean that is added to the squares of the features: the fit then has one answer."""

TOLD = 0.5
"""Weight of what YuNet says beside that of the marks."""

LIKELY = 0.2
"""Score of YuNet from which a place tells of a face."""

BOX_WEIGHT = 3.0
"""Weight of YuNet's boxes beside its scores."""

LINES_WEIGHT = 0.5
"""Weight of lines beside faces and heads: their loss is the largest, since they are small."""

LARGER = 0.35
"""Logarithm of the sides of a head beside those of its face."""

RARE = (-2.0, -4.0)
"""Logits of lines at the start: rare things start from none (Lin et al. 2017, arXiv:1708.02002)."""

LONG, HIGH, HALF = 1.2, 0.2, 0.6
"""Logarithms of the length and the height of lines at the start, in strides; how much less they are on the next level."""


def train_yunet(yunet: YuNet, pool: Pool, recipe: Recipe, checkpoint: Path) -> YuNet:
    """Train YuNet further, from its published weights, on the pictures of all sets and as they are looked at."""
    torch.manual_seed(recipe.seed)
    yunet.load_published()
    yunet.to(processor(), memory_format=torch.channels_last).train()  # type: ignore[call-overload]

    def loss(made: Batch) -> Tensor:
        batch = made.coloured(processor())
        return place_loss(yunet(batch.pictures), batch.faces, _shape(batch))

    return fit(
        yunet, (list(yunet.parameters()),), partial(make_marked, pool, recipe), loss, recipe, checkpoint=checkpoint
    )


def train_finder(network: Network, yunet: YuNet, pool: Pool, recipe: Recipe, checkpoint: Path) -> Finder:
    """Train the finder of faces on the features that a file of 8 bits has; the network and YuNet stay as they are."""
    torch.manual_seed(recipe.seed)
    for one in (network, yunet):
        one.to(processor(), memory_format=torch.channels_last).eval().requires_grad_(requires_grad=False)  # type: ignore[call-overload]
    round_weights(network.backbone, but=network.backbone.first())
    finder = Finder(network.design.tap_channels).to(processor(), memory_format=torch.channels_last)  # type: ignore[call-overload]
    make = partial(make_shown, pool, recipe)
    if not checkpoint.is_file():
        begin(finder, network, yunet, [make(step) for step in range(FITTED)])
    finder.train()

    def loss(made: Batch) -> Tensor:
        batch, shape = made.coloured(processor()), _shape(made)
        with torch.no_grad():
            taken, told = network.backbone(batch.pictures), yunet(batch.pictures)
        with torch.autocast(processor().type, enabled=False):
            found = answers_by_kind(finder([features.float() for features in taken]))
            total = TOLD * told_loss(found["face"], told)
            for kind, marks, known, weight in (
                ("face", batch.faces, batch.marked, 1.0),
                ("head", batch.heads, batch.headed, 1.0),
                ("text", batch.lines, batch.marked, LINES_WEIGHT),
            ):
                if known.any():
                    total = total + weight * place_loss(found[kind].of(known), marks[known], shape)
            return total

    finder = fit(finder, (list(finder.parameters()),), make, loss, recipe, checkpoint=checkpoint)
    free_weights(network.backbone)
    return finder


def make_shown(pool: Pool, recipe: Recipe, step: int) -> Batch:
    """Make the batch of a step: rows whose faces and lines are marked, then rows whose heads are, some with drawn faces."""
    shape, (draw, random) = recipe.shape(step), recipe.chance(step)
    marked = draw_rows(pool, recipe.marked, draw, shape, marked=True)
    rows = np.concatenate([marked, draw_rows(pool, recipe.headed, draw, shape)])
    batch = make_mark_batch(pool, rows, shape, random)
    draw_faces(batch, draw)
    return batch


@torch.no_grad()
def begin(finder: Finder, network: Network, yunet: YuNet, batches: list[Batch]) -> None:
    """Give a finder its first weights, in place."""
    read, wanted = [], []
    for made in batches:
        pictures = made.coloured(processor()).pictures
        taken, features = network.backbone(pictures), yunet.begin(pictures)
        fine = functional.unfold(taken[0], 2, stride=2).unflatten(2, features.shape[2:])
        read.append(torch.cat([fine, taken[1]], 1).movedim(1, -1).flatten(0, 2))
        wanted.append(features.movedim(1, -1).flatten(0, 2))
    inputs, outputs = torch.cat(read).double(), torch.cat(wanted).double()
    means, offset = inputs.mean(0), outputs.mean(0)
    squares = (inputs - means).T @ (inputs - means)
    squares += torch.eye(len(squares), device=squares.device) * squares.diagonal().mean() * RIDGE
    weights = torch.linalg.solve(squares, (inputs - means).T @ (outputs - offset))
    of_fine, of_lateral = weights.T.split([finder.fine.weight[0].numel(), finder.lateral[0].in_channels], 1)
    finder.fine.weight.copy_(of_fine.reshape(finder.fine.weight.shape))
    finder.fine.bias.copy_(offset - means @ weights)
    for level, lateral in enumerate(finder.lateral):
        lateral.weight.zero_()
        lateral.bias.zero_()
        if level == 0:
            lateral.weight.copy_(of_lateral[:, :, None, None])
    for level in LEVELS:
        finder.blocks[level].load_state_dict(yunet.blocks[level + 2].state_dict())
        finder.down[level].load_state_dict(yunet.laterals[level].state_dict())
        # What YuNet says of faces is smoothed at last, by kernels whose sums are kept; heads begin as larger faces.
        said, sums = yunet.said[level], yunet.said[level].conv2.weight.sum((1, 2, 3))
        weight, bias = said.conv1.weight * sums[:, None, None, None], said.conv1.bias * sums + said.conv2.bias
        sides = -HALF * level
        lines = torch.tensor([*RARE, 0.5, 0.5, LONG + sides, HIGH + sides])
        of_heads = bias + torch.tensor([0.0, 0.0, 0.0, 0.0, LARGER, LARGER]).to(bias)
        finder.said[level].weight.copy_(torch.cat([weight, weight, torch.zeros_like(weight)]))
        finder.said[level].bias.copy_(torch.cat([bias, of_heads, lines.to(bias)]))


def told_loss(found: PlaceAnswers, told: PlaceAnswers) -> Tensor:
    """Loss of what is said of pictures by what YuNet says of them, for each place that tells of a face.

    Cross-entropy of both logits, and the differences of the boxes in shares of their sides.
    """
    likely = (told.scores() > LIKELY).float()
    count = likely.sum().clamp(min=1)
    chances = functional.binary_cross_entropy_with_logits(found.things, told.things.sigmoid(), reduction="sum")
    chances = chances + functional.binary_cross_entropy_with_logits(
        found.fits, told.fits.sigmoid(), likely, reduction="sum"
    )
    sides = told.boxes[..., 2:].clamp(min=1)
    off = ((found.boxes[..., :2] - told.boxes[..., :2]) / sides).abs().sum(-1)
    wide = (found.boxes[..., 2:].clamp(min=1e-3) / sides).log().abs().sum(-1)
    return (chances + BOX_WEIGHT * ((off + wide) * likely).sum()) / count


def _shape(batch: Batch) -> tuple[int, int]:
    return batch.pictures.shape[2], batch.pictures.shape[3]
