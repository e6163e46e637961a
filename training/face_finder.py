"""Trains the finder of faces: first YuNet further, then the finder on the features of the network.

The finder begins with YuNet's weights where the two are alike, and with the linear map that predicts YuNet's features best
where it reads those of the network. It learns from the marks, and from what YuNet says of the same pictures.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from training.batches.augment import Batch
from training.batches.pool import Pool
from training.fitting.loop import Recipe, fit
from training.fitting.processor import processor
from training.losses.faces import face_loss
from training.networks.faces import LEVELS, FaceAnswers, FaceFinder, answers
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


def train_yunet(yunet: YuNet, pool: Pool, recipe: Recipe, checkpoint: Path) -> YuNet:
    """Train YuNet further, from its published weights, on the pictures of all sets and as they are looked at."""
    torch.manual_seed(recipe.seed)
    yunet.load_published()
    yunet.to(processor(), memory_format=torch.channels_last).train()  # type: ignore[call-overload]

    def loss(made: Batch) -> Tensor:
        batch = made.coloured(processor())
        return face_loss(yunet(batch.pictures), batch.faces, _shape(batch))

    return fit(
        yunet, (list(yunet.parameters()),), partial(make_marked, pool, recipe), loss, recipe, checkpoint=checkpoint
    )


def train_finder(network: Network, yunet: YuNet, pool: Pool, recipe: Recipe, checkpoint: Path) -> FaceFinder:
    """Train the finder of faces on the features that a file of 8 bits has; the network and YuNet stay as they are."""
    torch.manual_seed(recipe.seed)
    for one in (network, yunet):
        one.to(processor(), memory_format=torch.channels_last).eval().requires_grad_(requires_grad=False)  # type: ignore[call-overload]
    round_weights(network.backbone, but=network.backbone.first())
    finder = FaceFinder(network.design.tap_channels).to(processor(), memory_format=torch.channels_last)  # type: ignore[call-overload]
    if not checkpoint.is_file():
        begin(finder, network, yunet, [make_marked(pool, recipe, step) for step in range(FITTED)])

    def loss(made: Batch) -> Tensor:
        batch = made.coloured(processor())
        with torch.no_grad():
            taken, told = network.backbone(batch.pictures), yunet(batch.pictures)
        with torch.autocast(processor().type, enabled=False):
            found = answers(finder.train()([features.float() for features in taken]))
            return face_loss(found, batch.faces, _shape(batch)) + TOLD * told_loss(found, told)

    finder = fit(
        finder, (list(finder.parameters()),), partial(make_marked, pool, recipe), loss, recipe, checkpoint=checkpoint
    )
    free_weights(network.backbone)
    return finder


@torch.no_grad()
def begin(finder: FaceFinder, network: Network, yunet: YuNet, batches: list[Batch]) -> None:
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
        # What YuNet says is smoothed at last, by kernels whose sums are kept.
        said, sums = yunet.said[level], yunet.said[level].conv2.weight.sum((1, 2, 3))
        finder.said[level].weight.copy_(said.conv1.weight * sums[:, None, None, None])
        finder.said[level].bias.copy_(said.conv1.bias * sums + said.conv2.bias)


def told_loss(found: FaceAnswers, told: FaceAnswers) -> Tensor:
    """Loss of what is said of pictures by what YuNet says of them, for each place that tells of a face.

    Cross-entropy of both logits, and the differences of the boxes in shares of their sides.
    """
    likely = (told.scores() > LIKELY).float()
    count = likely.sum().clamp(min=1)
    chances = functional.binary_cross_entropy_with_logits(found.things, told.things.sigmoid(), reduction="sum")
    chances = chances + functional.binary_cross_entropy_with_logits(
        found.faces, told.faces.sigmoid(), likely, reduction="sum"
    )
    sides = told.boxes[..., 2:].clamp(min=1)
    off = ((found.boxes[..., :2] - told.boxes[..., :2]) / sides).abs().sum(-1)
    wide = (found.boxes[..., 2:].clamp(min=1e-3) / sides).log().abs().sum(-1)
    return (chances + BOX_WEIGHT * ((off + wide) * likely).sum()) / count


def _shape(batch: Batch) -> tuple[int, int]:
    return batch.pictures.shape[2], batch.pictures.shape[3]
