"""Makes the backbone smaller: a pruned network learns the answers of the whole one.

Its entry is trained first. Then every block keeps its most informative inner channels, and its last convolution is fitted
to the output of the whole block by least squares (Luo, Wu and Lin 2017, arXiv:1707.06342). Then the pruned network learns
from the whole one: the features after every stage (Romero et al. 2015, arXiv:1412.6550) and the maps, heads and lines. It
sees damaged copies of many pictures that the whole network sees undamaged. Of the labels, only the marked heads are used.
Finally it is trained further with rounded weights.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.batches.augment import Batch, make_batch, make_mark_batch
from training.batches.blend import blend
from training.batches.damage import DAMAGE, draw_damage, seen_by_both
from training.batches.pool import Pool, draw_rows
from training.fitting.loop import Recipe, fit
from training.fitting.processor import processor
from training.losses.maps import centre_loss
from training.networks.backbone import Block, Design, Stages
from training.networks.export import MORE_OBJECT
from training.networks.network import EMPTY, HEADS, KINDS, Network
from training.networks.pruned import REPLACED, PrunedBackbone
from training.networks.rounded import free_weights, round_weights
from training.stages import GATE_SIDE, MARK_WEIGHT

__all__ = ["train_pruned", "train_rounded"]

FITTED = {"duts": 96, "osie": 24, "crowd": 24, "scene500": 24, "mit1003": 24, "fcdb": 32, "people": 32}
"""Rows of each set on which channels are chosen and convolutions are fitted."""

PLACES = 60_000
"""Places that a convolution is fitted on at most."""

RIDGE = 1e-4
"""Share of their mean that is added to the squares of the channels: the fit then has one answer."""

MEASURED = 6
"""Batches by which the spread of the whole backbone's features is measured."""

CHANCES = ("object", "keep")
"""Maps that are chances; the others are densities."""

ANSWERS_WEIGHT = 0.5
"""Weight of the loss of the answers beside that of the features at the start."""

LAST_FEATURES = 0.3
"""Weight of the features at the end: answers are what counts."""

FRESH_TIMES, FRESH_BLOCKS = 3.0, 2
"""How many times the rate of the other blocks the entry and so many blocks behind it learn with: they are the newest."""

CHANCE_WEIGHT, HEAT_WEIGHT, SIDES_WEIGHT = 2.0, 0.15, 0.3
"""Weights of maps that are chances, heats of centres, and their sides, beside the densities: losses of like size."""

COLD = -5.0
"""Logits of centres below this are alike: none is there."""

COLD_WEIGHT = 0.05
"""Weight of a place of no heat beside one of the most: nearly all places have none."""


@dataclass(frozen=True)
class Shown:
    """The batch of a step: the rows shown for their maps, so many, then those for their heads, then those for lines.

    ``damage`` is how the pruned network sees them (`batches.damage`), ``progress`` the share of the steps before this one.
    """

    batch: Batch
    damage: Tensor
    maps: int
    heads: int
    progress: float


def train_pruned(whole: Network, pool: Pool, entry: Recipe, recipe: Recipe, cache: Path) -> Network:
    """Return a network with a pruned backbone that answers as the whole one does.

    Parameters
    ----------
    whole : Network
        It stays as it is.
    pool : Pool
    entry, recipe : Recipe
        How the entry learns, and then all of the network; the rates of ``recipe`` are of the backbone and of the decoders.
    cache : path
        Folder of the checkpoints.
    """
    torch.manual_seed(recipe.seed)
    whole = whole.to(processor(), memory_format=torch.channels_last).eval().requires_grad_(requires_grad=False)  # type: ignore[call-overload]
    small = train_entry(PrunedBackbone(whole.design), whole.backbone, pool, entry, cache / "entry.pt")
    rows = draw_rows(pool, FITTED, np.random.default_rng(recipe.seed))
    pictures = make_batch(
        pool, rows, (GATE_SIDE, GATE_SIDE), torch.Generator().manual_seed(recipe.seed), uncut=True
    ).pictures
    keep_channels(small.cpu(), copy.deepcopy(whole.backbone).cpu(), pictures)
    network = copy.deepcopy(whole)
    network.backbone = small
    # The norms of the decoders stay as they are, as if a part of their convolutions.
    network.to(processor(), memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    learner = Learner(network, whole, spreads_of(whole.backbone, pool, recipe))

    def make(step: int) -> Shown:
        return make_shown(pool, recipe, step, damaged=True)

    backbone_rate, rest_rate = recipe.rates
    recipe = replace(recipe, rates=(FRESH_TIMES * backbone_rate, backbone_rate, rest_rate))
    return fit(network, learner.groups(), make, learner.loss, recipe, checkpoint=cache / "pruned.pt")


def train_rounded(network: Network, whole: Network, pool: Pool, recipe: Recipe, checkpoint: Path) -> Network:
    """Let a pruned network learn on with the weights that it will have in 8 bits, on pictures blended with others too."""
    torch.manual_seed(recipe.seed)
    for one in (network, whole):
        one.to(processor(), memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    whole.requires_grad_(requires_grad=False)
    spreads = spreads_of(whole.backbone, pool, recipe)
    round_weights(network, but=network.backbone.first())
    learner = Learner(network, whole, spreads)

    def make(step: int) -> Shown:
        return replace(make_shown(pool, recipe, step, blended=True), progress=1.0)

    backbone_rate, rest_rate = recipe.rates
    recipe = replace(recipe, rates=(backbone_rate, backbone_rate, rest_rate))
    return free_weights(fit(network, learner.groups(), make, learner.loss, recipe, checkpoint=checkpoint))


@dataclass(frozen=True)
class Learner:
    """A network with a pruned backbone, the whole one that it learns from, and the spreads of that one's features."""

    network: Network
    whole: Network
    spreads: Sequence[Tensor]

    def groups(self) -> tuple[list[nn.Parameter], ...]:
        """Return what learns: the entry with the blocks at its stride, the later blocks, and all but the backbone."""
        network, backbone = self.network.requires_grad_(requires_grad=True), self.network.backbone
        later = list(backbone._blocks[FRESH_BLOCKS:].parameters())  # noqa: SLF001
        known = {id(one) for one in later}
        fresh = [one for one in backbone.parameters() if id(one) not in known]
        return fresh, later, [*network.maps.parameters(), *network.marks.parameters(), *network.gate.parameters()]

    def loss(self, shown: Shown) -> Tensor:
        """Return what the network loses to the whole one on a batch, and by the heads that are marked there."""
        backbone, batch = self.network.backbone, shown.batch
        clean, damaged = seen_by_both(batch, shown.damage, processor())
        with torch.no_grad():
            wanted = [features.float() for features in self.whole.backbone.outputs(clean)]
        found = [features.float() for features in backbone.outputs(damaged)]
        points = points_of(self.whole.design)
        lost = sum(
            feature_loss(found[point - REPLACED], wanted[point], spread)
            for point, spread in zip(points, self.spreads, strict=True)
        )
        answers, centres = answers_loss(
            self.network, backbone.taken(found), self.whole, self.whole.backbone.taken(wanted)
        )
        rows = slice(shown.maps, shown.maps + shown.heads)
        heads = centre_loss(centres["head"][rows], batch.heads[rows].to(processor()))
        features_weight = 1 + (LAST_FEATURES - 1) * shown.progress
        return features_weight * lost / len(points) + ANSWERS_WEIGHT * answers + MARK_WEIGHT * heads


def make_shown(pool: Pool, recipe: Recipe, step: int, *, damaged: bool = False, blended: bool = False) -> Shown:
    """Make the batch of a step: rows as they are shown for their maps, and near and far for their marks."""
    shape, (draw, random) = recipe.shape(step), recipe.chance(step)
    batch = make_batch(pool, draw_rows(pool, recipe.counts, draw, shape), shape, random)
    if blended:
        batch = replace(batch, pictures=blend(batch.pictures, random))
    heads, lines = (draw_rows(pool, counts, draw, shape) for counts in (recipe.headed, recipe.marked))
    near = make_mark_batch(pool, np.concatenate([heads, lines]), shape, random)
    count = len(batch.kind) + len(near.kind)
    damage = draw_damage(count, random) if damaged else torch.zeros(count, DAMAGE)
    return Shown(batch + near, damage, len(batch.kind), len(heads), step / recipe.steps)


def points_of(design: Design) -> list[int]:
    """Tell which outputs (see `Stages.outputs`) a pruned backbone learns: what the entry stands for, those of all stages."""
    ends = accumulate(stage[4] for stage in design.stages)
    return [REPLACED, *(end for end in ends if end > REPLACED)]


@torch.no_grad()
def spreads_of(backbone: Stages, pool: Pool, recipe: Recipe) -> list[Tensor]:
    """Variances of the channels (channels,) at the points, over some batches."""
    points = points_of(backbone.design)
    sums = [torch.zeros(2, 1) for _ in points]
    for step in range(MEASURED):
        made = backbone.outputs(make_shown(pool, recipe, step).batch.coloured(processor()).pictures)
        for index, point in enumerate(points):
            both = torch.stack([made[point].mean((0, 2, 3)), (made[point] ** 2).mean((0, 2, 3))])
            sums[index] = sums[index].to(both.device) + both / MEASURED
    return [(squares - means**2).clamp(min=1e-6).clone() for means, squares in sums]


def feature_loss(found: Tensor, wanted: Tensor, spread: Tensor) -> Tensor:
    """Mean squared error of features (n, channels, h, w) in variances (channels,) of what is wanted."""
    return (((found - wanted) ** 2).mean((0, 2, 3)) / spread).mean()


def train_entry(small: PrunedBackbone, whole: Stages, pool: Pool, recipe: Recipe, checkpoint: Path) -> PrunedBackbone:
    """Train the entry to say what the blocks that it stands for say."""
    small.to(processor(), memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    spread = spreads_of(whole, pool, recipe)[0]

    def make(step: int) -> Shown:
        return make_shown(pool, recipe, step)

    def loss(made: Shown) -> Tensor:
        pictures = made.batch.coloured(processor()).pictures
        with torch.no_grad():
            wanted = whole.outputs(pictures, REPLACED)[-1]
        return feature_loss(small.outputs(pictures, 0)[0].float(), wanted.float(), spread)

    return fit(small, (list(small.entry.parameters()),), make, loss, recipe, checkpoint=checkpoint)


@torch.no_grad()
def keep_channels(small: PrunedBackbone, whole: Stages, pictures: Tensor) -> None:
    """Give every block the inner channels of the whole one that say most, and fit its last convolution.

    ``pictures`` are uint8 (n, 3, h, w). Blocks are fitted one after the other, each on what those before it say.
    """
    wanted = whole.outputs(pictures)
    features = small.outputs(pictures, 0)[0]
    pairs = cast("Iterator[tuple[Block, Block]]", zip(small._blocks, whole._blocks[REPLACED:], strict=True))  # noqa: SLF001
    for (block, like), target in zip(pairs, wanted[REPLACED + 1 :], strict=True):
        inner = like.between(features)
        said = inner.std((0, 2, 3)) * like._project_conv.weight.flatten(1).norm(dim=0)  # noqa: SLF001
        kept = said.topk(block._expand_conv.out_channels).indices.sort().values  # noqa: SLF001
        for name in ("_expand_conv", "_depthwise_conv"):
            for part in ("weight", "bias"):
                getattr(getattr(block, name), part).copy_(getattr(getattr(like, name), part)[kept])
        weight, bias = least_squares(inner[:, kept], target - features if block.skip else target)
        block._project_conv.weight.copy_(weight[:, :, None, None])  # noqa: SLF001
        block._project_conv.bias.copy_(bias)  # noqa: SLF001
        features = block(features)


def least_squares(inputs: Tensor, outputs: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (outputs, inputs) and biases (outputs,) of the pointwise convolution nearest to (n, channels, h, w)."""
    given, wanted = (one.permute(0, 2, 3, 1).flatten(0, 2) for one in (inputs, outputs))
    some = torch.linspace(0, len(given) - 1, min(len(given), PLACES)).long()
    given, wanted = functional.pad(given[some], (0, 1), value=1.0).double(), wanted[some].double()
    squares = given.T @ given
    squares += RIDGE * squares.diagonal().mean() * torch.eye(len(squares), dtype=squares.dtype)
    fitted = torch.linalg.solve(squares, given.T @ wanted).float()
    return fitted[:-1].T, fitted[-1]


def answers_loss(
    network: Network, found: Sequence[Tensor], whole: Network, wanted: Sequence[Tensor]
) -> tuple[Tensor, dict[str, Tensor]]:
    """How far the answers to some features are from those of the whole network to its own, one value; and the centres."""
    with torch.no_grad():
        maps, centres = whole.saliency(wanted), whole.centres(wanted)
        fused = whole.fuse(wanted[-1].mean((2, 3)), maps, MORE_OBJECT)
    said = network.saliency(found)
    total = log_divergence(
        (network.fuse(found[-1].mean((2, 3)), said, MORE_OBJECT) + EMPTY).log(), (fused + EMPTY).log()
    )
    for name in HEADS:
        if name in CHANCES:
            chance = maps[name].sigmoid()
            entropy = functional.binary_cross_entropy(chance, chance)
            lost = functional.binary_cross_entropy_with_logits(said[name], chance) - entropy
            total = total + CHANCE_WEIGHT * lost
        else:
            total = total + log_divergence(said[name], maps[name])
    shown = network.centres(found)
    for kind in KINDS:
        heat = centres[kind][:, :1].sigmoid()
        weight = COLD_WEIGHT + heat
        cold = (shown[kind][:, :1].clamp(min=COLD) - centres[kind][:, :1].clamp(min=COLD)) ** 2
        total = total + HEAT_WEIGHT * (weight * cold).sum() / weight.sum()
        sides = (shown[kind][:, 1:] - centres[kind][:, 1:]).abs()
        total = total + SIDES_WEIGHT * (heat * sides).sum() / heat.sum().clamp(min=1)
    return total, shown


def log_divergence(found: Tensor, wanted: Tensor) -> Tensor:
    """Kullback-Leibler divergence of densities from wanted ones, both as logarithms but for a constant, (n, h, w)."""
    logs, truths = (one.flatten(1).log_softmax(1) for one in (found, wanted))
    return (truths.exp() * (truths - logs)).sum(1).mean()
