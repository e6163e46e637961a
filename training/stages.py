"""The three trainings of the default network: its maps, then faces and text, then the gate; each freezes the one before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from training.augment import KINDS, Batch, Pool, draw_rows, make_batch, make_mark_batch
from training.losses import centre_loss, divergence, edge_loss, mask_loss, normalise, window_loss
from training.loop import Recipe, fit
from training.network import Network
from training.processor import processor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WINDOW_WEIGHT = 4.0
"""Weight of the window loss beside the divergence: both then have gradients of like size at the start."""


def map_loss(found: dict[str, Tensor], batch: Batch) -> Tensor:
    """All losses of the maps of a batch, each over the rows that have the label."""
    masked, fixated, framed = (batch.kind == index for index in range(3))
    some = batch.labels.sum((1, 2)) > 1
    total = edge_loss(found["object"][masked], batch.labels[masked]).mean()
    total = total + mask_loss(found["keep"][framed], batch.labels[framed]).mean() * 0.5
    for name, rows, weight in (("fixation", fixated & some, 0.5), ("joint", (masked | fixated) & some, 1.0)):
        log = found[name][rows].flatten(1).log_softmax(1).view_as(found[name][rows])
        total = total + divergence(log, batch.labels[rows]).mean()
        lost = window_loss(log.exp(), normalise(batch.labels[rows])).mean()
        total = total + weight * WINDOW_WEIGHT * lost
    return total


def draws(recipe: Recipe, start: int) -> tuple[np.random.Generator, torch.Generator]:
    """Random numbers for rows and for changes, the same for the same step at which a training is taken up."""
    return np.random.default_rng((recipe.seed, start)), torch.Generator().manual_seed(recipe.seed + start)


def train_maps(
    network: Network, pool: Pool, recipe: Recipe, checkpoint: Path, judge: Callable[[Network], Sequence[str]] | None = None
) -> Network:
    """Fine-tune the backbone and train the decoder of the maps on all sets."""
    torch.manual_seed(recipe.seed)
    draw, random = draws(recipe, 0)
    network.backbone.load_published()
    network.to(processor(), memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    first = [network.backbone._conv_stem, network.backbone._bn0, *network.backbone._blocks[: network.design.frozen]]  # noqa: SLF001
    for module in first:
        module.requires_grad_(requires_grad=False)
    tuned = [value for value in network.backbone.parameters() if value.requires_grad]

    def loss(step: int) -> Tensor:
        shape = recipe.shapes[step % len(recipe.shapes)]
        batch = make_batch(pool, draw_rows(pool, recipe.counts, draw, shape), shape, random).to(processor())
        return map_loss(network.saliency(network.backbone(batch.pictures)), batch)

    return fit(network, (tuned, list(network.maps.parameters())), loss, recipe, checkpoint, judge)


def train_marks(
    network: Network, pool: Pool, recipe: Recipe, checkpoint: Path, judge: Callable[[Network], Sequence[str]] | None = None
) -> Network:
    """Train the decoder of faces and lines on the features as they are."""
    torch.manual_seed(recipe.seed)
    draw, random = draws(recipe, 0)
    network.to(processor(), memory_format=torch.channels_last).eval().requires_grad_(requires_grad=False)  # type: ignore[call-overload]
    network.marks.train().requires_grad_(requires_grad=True)

    def loss(step: int) -> Tensor:
        shape = recipe.shapes[step % len(recipe.shapes)]
        batch = make_mark_batch(pool, draw_rows(pool, recipe.counts, draw, shape), shape, random).to(processor())
        with torch.no_grad():
            taken = network.backbone(batch.pictures)
        found = network.centres(taken)
        return centre_loss(found["face"], batch.faces) + centre_loss(found["text"], batch.lines)

    def judged(marks: torch.nn.Module) -> Sequence[str]:
        kept, network.marks = network.marks, marks  # type: ignore[assignment]
        try:
            return judge(network) if judge else ()
        finally:
            network.marks = kept

    network.marks = fit(
        network.marks, (list(network.marks.parameters()),), loss, recipe, checkpoint, judged if judge else None
    )
    return network
