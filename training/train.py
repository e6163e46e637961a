"""Trains the shipped networks: every step shows pictures of all sets, with their own labels and the teacher's."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.augment import KINDS, Batch, Pool, draw_rows, make_batch
from training.dev import DevPicture, squashed, summary
from training.losses import density, divergence, face_loss, mask_loss, normalise, window_loss
from training.mimicry import Pupil
from training.model import Answer, Network
from training.processor import processor
from training.schedule import Average, Clock, one_cycle, restore, store
from training.teach import HEADS as TAUGHT

if TYPE_CHECKING:
    from pathlib import Path

EVALUATION_SIDE = 192
"""Picture side at which dev rows are looked at (pixels): the engine's default."""

STEPS_A_LOOK = 500
"""Steps between two looks at the dev rows."""


@dataclass(frozen=True)
class Stage:
    """A part of a training: how many steps, at which picture side (pixels), and the weight of the teacher's maps."""

    steps: int
    side: int
    taught: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """One training: rows of each set in a step, stages, rates and weights of the losses.

    ``window`` and ``mimicry`` are the weights of the window loss and of the loss on the teacher's features, ``own`` that of
    a picture's own fixations, and ``taught_windows`` that of the window loss on the fixations that the teacher sees, as a
    share of ``window``. After ``parting`` steps another recipe may go on from the checkpoint.
    """

    counts: Mapping[str, int]
    stages: tuple[Stage, ...]
    heads: tuple[str, ...] = ("object", "fixation", "joint", "keep")
    rate: float = 3e-3
    weight_decay: float = 0.02
    decay: float = 0.998
    window: float = 4.0
    mimicry: float = 2.0
    own: float = 1.0
    taught_windows: float = 0.0
    parting: int = 0
    seed: int = 0
    uncut_share: float = field(default=0.15)

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def at(self, step: int) -> Stage:
        """Tell the stage of a step."""
        for stage in self.stages:
            if step < stage.steps:
                return stage
            step -= stage.steps
        return self.stages[-1]


def own_losses(found: Answer, batch: Batch, recipe: Recipe) -> Tensor:
    """Losses against the rows' own labels."""
    masked, fixated, framed, _ = (batch.kind == index for index in range(len(KINDS)))
    some = batch.labels.sum((1, 2)) > 1
    total = torch.zeros(())
    if "object" in found.maps:
        total = total + mask_loss(found.maps["object"][masked], batch.labels[masked]).mean()
    if "keep" in found.maps:
        total = total + 0.5 * mask_loss(found.maps["keep"][framed], batch.labels[framed]).mean()
    total = total + recipe.own * density_losses(found.maps["fixation"], batch.labels, fixated & some, recipe)
    seen = (masked | fixated) & some
    if "joint" in found.maps:
        total = total + density_losses(found.maps["joint"], batch.labels, seen, recipe)
    fused, label = normalise(found.saliency), normalise(batch.labels)
    weight = torch.where(fixated[seen], recipe.own, 1.0)
    total = total + 0.5 * (weight * divergence(fused.clamp(min=1e-8).log()[seen], batch.labels[seen])).mean()
    total = total + recipe.window * (weight * window_loss(fused[seen], label[seen])).mean()
    if framed.any():
        total = total + 0.3 * recipe.window * window_loss(fused[framed], label[framed]).mean()
    if batch.has_faces.any():
        marked = batch.has_faces
        total = total + 0.1 * face_loss(found.face[marked], found.size[marked], batch.faces[marked])
    return total


def density_losses(logits: Tensor, labels: Tensor, rows: Tensor, recipe: Recipe) -> Tensor:
    """Divergence from, and windows lost on, the labels of some rows."""
    log = logits[rows].flatten(1).log_softmax(1).view_as(logits[rows])
    label = normalise(labels[rows])
    return divergence(log, labels[rows]).mean() + 0.5 * recipe.window * window_loss(log.exp(), label).mean()


def taught_losses(found: Answer, batch: Batch, recipe: Recipe) -> Tensor:
    """Losses against what the teacher says, for every row; masks and crops only where there is no true one."""
    if batch.taught is None:
        return torch.zeros(())
    said = {name: batch.taught[:, index].clamp(0, 1) for index, name in enumerate(TAUGHT)}
    total = torch.zeros(())
    for index, name in ((0, "object"), (2, "keep")):
        rows = batch.kind != index
        total = total + functional.binary_cross_entropy_with_logits(found.maps[name][rows], said[name][rows])
    for name in ("fixation", "joint"):
        log = found.maps[name].flatten(1).log_softmax(1).view_as(found.maps[name])
        total = total + divergence(log, said[name]).mean()
        if name == "fixation" and recipe.taught_windows:
            lost = window_loss(log.exp(), normalise(said[name])).mean()
            total = total + recipe.taught_windows * recipe.window * lost
    fused = normalise(found.saliency)
    total = total + 0.5 * divergence(fused.clamp(min=1e-8).log(), said["joint"]).mean()
    return total + 0.5 * recipe.window * window_loss(fused, normalise(said["joint"])).mean()


def look_at(network: Network, pictures: Tensor) -> dict[str, Tensor]:
    """All maps of uint8 pictures (n, h, w, 3) as (n, h / 4, w / 4), scaled as in the exported file, on the CPU."""
    pictures = pictures.to(next(network.parameters()).device)
    found = network(pictures.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last))
    maps = {
        name: logits.sigmoid() if name in {"object", "keep"} else density(logits) for name, logits in found.maps.items()
    }
    return {name: one.cpu() for name, one in {"saliency": found.saliency, **maps}.items()}


def judge(network: Network, dev: dict[str, list[DevPicture]], side: int = EVALUATION_SIDE) -> list[str]:
    """Gain by head on the dev rows, a line a head."""
    network.eval()
    with torch.inference_mode():
        said = {name: look_at(network, torch.from_numpy(squashed(rows, side))) for name, rows in dev.items()}
    return [
        f"{head:9s} " + summary({name: list(maps[head].numpy()) for name, maps in said.items()}, dev)
        for head in ("saliency", *network.fused)
    ]


def batches(recipe: Recipe, pool: Pool, start: int, end: int) -> Iterator[Batch]:
    """Yield the batches from a step to another; the next one is made while the network learns from this one."""
    draw, random = np.random.default_rng((recipe.seed, start)), torch.Generator().manual_seed(recipe.seed + start)

    def one(step: int) -> Batch:
        uncut = step >= recipe.steps * (1 - recipe.uncut_share)
        return make_batch(pool, draw_rows(pool, dict(recipe.counts), draw), recipe.at(step).side, random, uncut=uncut)

    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(one, start)
        for step in range(start, end):
            batch = coming.result()
            coming = maker.submit(one, min(step + 1, end - 1))
            yield batch


def blend(networks: Sequence[Network]) -> Network:
    """Return the mean of networks that parted late: better than each (Wortsman et al. 2022, arXiv:2203.05482)."""
    mean = copy.deepcopy(networks[0])
    states = [network.state_dict() for network in networks]
    mean.load_state_dict(
        {
            name: torch.stack([state[name] for state in states]).mean(0) if value.dtype.is_floating_point else value
            for name, value in states[0].items()
        }
    )
    return mean.eval()


def train_network(
    recipe: Recipe, pool: Pool, dev: dict[str, list[DevPicture]], checkpoint: Path, *, until: int | None = None
) -> Network:
    """Train by the recipe, to its end or a step; goes on from the checkpoint if there is one, and leaves its last there."""
    torch.manual_seed(recipe.seed)
    pupil = Pupil(Network(recipe.heads), taught=bool(pool.features))
    pupil.to(processor(), memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    decayed = [value for value in pupil.parameters() if value.ndim > 1]
    others = [value for value in pupil.parameters() if value.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}],
        lr=recipe.rate,
        fused=True,
    )
    average = Average(pupil, recipe.decay)
    start, end = restore(checkpoint, pupil, optimiser, average), until or recipe.steps
    clock = Clock(start, checkpoint.stem)
    for step, made in enumerate(batches(recipe, pool, start, end), start):
        batch = made.to(processor())
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * one_cycle(step / recipe.steps)
        with torch.autocast(processor().type, torch.bfloat16):
            found = pupil(batch.pictures)
        value = own_losses(found, batch, recipe) + recipe.at(step).taught * taught_losses(found, batch, recipe)
        if batch.features:
            value = value + recipe.mimicry * pupil.mimicry_loss(found, batch.features)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(pupil.parameters(), 5.0)
        optimiser.step()
        average.update(pupil)
        clock.tick(step, float(value.detach()))
        if (step + 1) % STEPS_A_LOOK == 0 or step + 1 == end:
            store(checkpoint, step + 1, pupil, optimiser, average)
            for line in judge(cast("Pupil", average.model).network, dev):
                clock.say(line)
    return cast("Pupil", average.model).network.cpu().eval()
