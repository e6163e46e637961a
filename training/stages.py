"""The stages of training: backbone and decoders on all sets, heads alone, the gate; and the small network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.batches.augment import Batch, make_batch, make_mark_batch
from training.batches.pool import KINDS, Pool, draw_rows, fold_of
from training.batches.views import show
from training.fitting.loop import Recipe, fit
from training.fitting.processor import processor, short_floats
from training.losses.maps import centre_loss, divergence, edge_loss, mask_loss, normalise, window_loss
from training.networks.backbone import Backbone
from training.networks.network import FUSED, HEADS, Network
from training.networks.small import Small

WINDOW_WEIGHT = 4.0
"""Weight of the window loss beside the divergence: both then have gradients of like size at the start."""


def map_loss(found: dict[str, Tensor], batch: Batch) -> Tensor:
    """All losses of the maps of a batch, each over the rows that have the label."""
    masked, fixated, framed = (batch.kind == index for index in range(3))
    some = batch.labels.sum((1, 2)) > 1
    total = edge_loss(found["object"][masked], batch.labels[masked]).mean()
    total = total + mask_loss(found["keep"][framed], batch.labels[framed]).mean() * 0.5
    for name, rows, weight in (("fixation", fixated & some, 0.5), ("joint", (masked | fixated) & some, 1.0)):
        total = total + density_loss(found[name][rows], batch.labels[rows], weight)
    return total


def density_loss(logits: Tensor, labels: Tensor, weight: float) -> Tensor:
    """Divergence of labels from densities, and the windows that these lose, by a weight; all maps are (n, h, w)."""
    log = logits.flatten(1).log_softmax(1).view_as(logits)
    return divergence(log, labels).mean() + weight * WINDOW_WEIGHT * window_loss(log.exp(), normalise(labels)).mean()


def answer_loss(found: dict[str, Tensor], batch: Batch) -> Tensor:
    """As `map_loss`, towards what an ensemble says of all rows: whatever a row's own label is, all maps learn from it."""
    answers = dict(zip(HEADS, batch.answers.unbind(1), strict=True))
    framed = batch.kind == KINDS.index("keep")
    total = edge_loss(found["object"], answers["object"]).mean()
    total = total + mask_loss(found["keep"][framed], answers["keep"][framed]).mean() * 0.5
    for name, weight in (("fixation", 0.5), ("joint", 1.0)):
        total = total + density_loss(found[name], answers[name], weight)
    return total


MARK_WEIGHT = 0.15
"""Weight of the losses of heads and lines beside those of the maps: gradients of like size at the start."""


def mark_loss(centres: dict[str, Tensor], batch: Batch) -> Tensor:
    """Losses of heads and lines, each over the rows whose marks are known; each is learned by a decoder of its own."""
    total = torch.zeros((), device=batch.pictures.device)
    for kind, marks, known in (("head", batch.heads, batch.headed), ("text", batch.lines, batch.marked)):
        if known.any():
            total = total + centre_loss(centres[kind][known], marks[known])
    return total


def train(network: Network, pool: Pool, recipe: Recipe, checkpoint: Path) -> Network:
    """Fine-tune the backbone and train all decoders, on all sets at once."""
    torch.manual_seed(recipe.seed)
    cast("Backbone", network.backbone).load_published()
    network.to(processor(), memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    first = [network.backbone.first(), *network.backbone._blocks[: network.design.frozen]]  # noqa: SLF001
    for module in first:
        module.requires_grad_(requires_grad=False)
    tuned = [value for value in network.backbone.parameters() if value.requires_grad]
    fresh = [*network.maps.parameters(), *network.marks.parameters()]

    def make(step: int) -> Batch:
        shape, (draw, random) = recipe.shape(step), recipe.chance(step)
        batch = make_batch(pool, draw_rows(pool, recipe.counts, draw, shape), shape, random)
        near = np.concatenate(
            [draw_rows(pool, recipe.marked, draw, shape, marked=True), draw_rows(pool, recipe.headed, draw, shape)]
        )
        return batch + make_mark_batch(pool, near, shape, random) if len(near) else batch

    def loss(made: Batch) -> Tensor:
        batch = made.coloured(processor())
        taken = network.backbone(batch.pictures)
        # What was shown near and far for its marks has no map: it stands behind what has.
        shown = batch.answered | (batch.kind != KINDS.index("none"))
        maps = network.saliency([features[shown] for features in taken])
        seen = batch.of(shown)
        total = map_loss(maps, seen) + MARK_WEIGHT * mark_loss(network.centres(taken), batch)
        if not pool.answered.any():
            return total
        known = seen.answered
        return total + answer_loss({name: values[known] for name, values in maps.items()}, seen.of(known))

    return fit(network, (tuned, fresh), make, loss, recipe, checkpoint=checkpoint)


def train_heads(network: Network, pool: Pool, recipe: Recipe, checkpoint: Path) -> Network:
    """Train the decoder of heads further, on the features as they are: only it changes."""
    torch.manual_seed(recipe.seed)
    network.to(processor(), memory_format=torch.channels_last).eval().requires_grad_(requires_grad=False)  # type: ignore[call-overload]
    decoder = network.marks["head"].train().requires_grad_(requires_grad=True)

    def loss(made: Batch) -> Tensor:
        batch = made.coloured(processor())
        with torch.no_grad():
            taken = network.backbone(batch.pictures)
        return centre_loss(decoder(taken).float(), batch.heads)

    make = partial(make_marked, pool, recipe, marked=False)
    network.marks["head"] = fit(decoder, (list(decoder.parameters()),), make, loss, recipe, checkpoint=checkpoint)
    return network


def make_marked(pool: Pool, recipe: Recipe, step: int, *, marked: bool = True) -> Batch:
    """Make a batch of marked rows; ``marked``: only of those whose faces and lines are known."""
    shape, (draw, random) = recipe.shape(step), recipe.chance(step)
    return make_mark_batch(pool, draw_rows(pool, recipe.marked, draw, shape, marked=marked), shape, random)


GATE_SIDE = 224
"""Side of the squashed pictures that the gate learns from (pixels)."""

PICTURES_A_LOOK = 32

GATE_ROWS = 800
"""Rows of each set that the gate learns from at most: it has some 1,800 weights."""

GATE_WINDOWS = 8.0
"""Weight of the window loss in the gate's training: choosing windows is what the mixture is for."""


@dataclass(frozen=True)
class Answers:
    """What the heads say of training pictures: pooled features (n, channels), logits (n, 3, h, w), labels (n, h, w)."""

    pooled: Tensor
    maps: Tensor
    labels: Tensor


def ask(network: Network, pool: Pool, rows: NDArray[np.int64], members: Sequence[Network] = ()) -> Answers:
    """Ask the heads about rows, squashed and whole.

    Where there are ``members`` of an ensemble, the maps of a row are those of the one that was trained without its fold:
    what heads say of pictures that they know by heart is no measure of which head to trust.
    """
    for one in (network, *members):
        one.to(processor(), memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    views = torch.tensor([[0.5, 0.5, 0.5, 0.5]])
    parts: list[tuple[Tensor, ...]] = []
    with torch.inference_mode(), torch.autocast(processor().type, torch.bfloat16, enabled=short_floats()):
        for some in torch.from_numpy(rows).split(PICTURES_A_LOOK):
            pictures = show(pool.pictures[some], views.expand(len(some), -1), (GATE_SIDE, GATE_SIDE), torch.Generator())
            pictures = pictures.to(processor()).contiguous(memory_format=torch.channels_last)
            taken = network.backbone(pictures)
            maps = fused_maps(network, taken)
            folds = fold_of(some.numpy(), max(1, len(members)))
            for fold, member in enumerate(members):
                mine = torch.from_numpy(folds == fold).to(processor())
                if mine.any():
                    maps[mine] = fused_maps(member, member.backbone(pictures[mine]))
            labels = functional.interpolate(
                pool.labels[some, None].float(), size=maps.shape[2:], mode="bilinear", antialias=True
            )
            parts.append((taken[-1].mean((2, 3)).float(), maps, labels[:, 0]))
    return Answers(*(torch.cat(one).clone() for one in zip(*parts, strict=True)))


def fused_maps(network: Network, taken: Sequence[Tensor]) -> Tensor:
    """Features -> logits of the maps that the gate mixes, (n, maps, h, w)."""
    maps = network.saliency(taken)
    return torch.stack([maps[name] for name in FUSED], 1)


def train_gate(
    network: Network, pool: Pool, recipe: Recipe, checkpoint: Path, members: Sequence[Network] = ()
) -> Network:
    """Train what mixes the heads, on what they (or members of an ensemble, see `ask`) say of the training pictures."""
    torch.manual_seed(recipe.seed)
    groups: dict[str, NDArray[np.int64]] = {}
    chosen: list[NDArray[np.int64]] = []
    for name in recipe.counts:
        rows = pool.groups[name]
        rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), GATE_ROWS)).astype(int)]
        start = sum(map(len, chosen))
        groups[name] = np.arange(start, start + len(rows))
        chosen.append(rows)
    said = ask(network, pool, np.concatenate(chosen), members)
    network.gate.train().requires_grad_(requires_grad=True)

    def make(step: int) -> Tensor:
        draw, _ = recipe.chance(step)
        rows = [draw.choice(groups[name], count, replace=False) for name, count in recipe.counts.items()]
        return torch.from_numpy(np.concatenate(rows))

    def loss(index: Tensor) -> Tensor:
        logits = said.maps[index].to(processor())
        label = said.labels[index].to(processor())
        fused = network.fuse(said.pooled[index].to(processor()), {name: logits[:, i] for i, name in enumerate(FUSED)})
        fused = normalise(fused)
        lost = window_loss(fused, normalise(label)).mean()
        return divergence(fused.clamp(min=1e-8).log(), label).mean() + GATE_WINDOWS * lost

    network.gate = fit(network.gate, (list(network.gate.parameters()),), make, loss, recipe, checkpoint=checkpoint)
    return network.eval()


SMALL_FACE_WEIGHT = 0.1
"""Weight of the loss of faces beside those of the map in the training of the small network."""


def train_small(pool: Pool, recipe: Recipe, checkpoint: Path) -> Small:
    """Train the small network on the fixations, and on the faces of the rows that are marked."""
    torch.manual_seed(recipe.seed)
    network = Small().to(processor(), memory_format=torch.channels_last).train()  # type: ignore[call-overload]

    def make(step: int) -> Batch:
        draw, random = recipe.chance(step)
        return make_batch(pool, draw_rows(pool, recipe.counts, draw), recipe.shape(step), random)

    def loss(made: Batch) -> Tensor:
        batch = made.coloured(processor())
        fused, logits, faces = network(batch.pictures)
        seen = batch.labels.sum((1, 2)) > 1
        log = logits[seen].flatten(1).log_softmax(1).view_as(logits[seen])
        total = torch.zeros((), device=logits.device)
        for one in (log, normalise(fused[seen]).clamp(min=1e-8).log()):
            total = total + divergence(one, batch.labels[seen]).mean()
            total = total + WINDOW_WEIGHT / 2 * window_loss(one.exp(), normalise(batch.labels[seen])).mean()
        if batch.marked.any():
            total = total + SMALL_FACE_WEIGHT * centre_loss(faces[batch.marked], batch.faces[batch.marked])
        return total

    return fit(network, (list(network.parameters()),), make, loss, recipe, checkpoint=checkpoint).cpu()
