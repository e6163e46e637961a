"""Trains the face head alone, on the faces of all sets: nothing else of the network changes, no map and no window.

While the whole network is trained, faces are known for `crowd` and its close-ups only, and what the head learns there it
sees everywhere. Here the other sets say what is none (`training.faces`).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from training.augment import Pool, draw_rows, make_batch
from training.losses import face_loss
from training.processor import processor
from training.schedule import Average, Clock, one_cycle, restore, store

if TYPE_CHECKING:
    from pathlib import Path

    from training.model import Network

STEPS_A_CHECKPOINT = 500


@dataclass(frozen=True)
class FaceRecipe:
    """Rows of each set in a step, steps, picture sides (pixels) that take turns, and the highest rate."""

    counts: Mapping[str, int]
    steps: int
    sides: tuple[int, ...] = (160, 192)
    rate: float = 3e-3
    weight_decay: float = 0.02
    decay: float = 0.998
    seed: int = 2


def train_face_head(network: Network, recipe: FaceRecipe, pool: Pool, checkpoint: Path) -> Network:
    """Return the network with a face head that was trained by the recipe; goes on from the checkpoint if there is one."""
    torch.manual_seed(recipe.seed)
    network = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
    network.to(processor(), memory_format=torch.channels_last)  # type: ignore[call-overload]
    head = network.face.requires_grad_(requires_grad=True)
    optimiser = torch.optim.AdamW(head.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay)
    average = Average(head, recipe.decay)
    start = restore(checkpoint, head, optimiser, average)
    draw, random = np.random.default_rng((recipe.seed, start)), torch.Generator().manual_seed(recipe.seed + start)
    clock = Clock(start, checkpoint.stem)
    head.train()
    for step in range(start, recipe.steps):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * one_cycle(step / recipe.steps)
        batch = make_batch(
            pool, draw_rows(pool, dict(recipe.counts), draw), recipe.sides[step % len(recipe.sides)], random
        ).to(processor())
        with torch.autocast(processor().type, torch.bfloat16):
            found = network(batch.pictures)
        value = face_loss(found.face, found.size, batch.faces)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        average.update(head)
        clock.tick(step, float(value.detach()))
        if (step + 1) % STEPS_A_CHECKPOINT == 0 or step + 1 == recipe.steps:
            store(checkpoint, step + 1, head, optimiser, average)
    network.face = cast("torch.nn.Sequential", average.model)
    return network.cpu().eval()
