"""The one training loop: rates that rise and fall, averaged weights, checkpoints, a look at the dev rows now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from training.fitting.ahead import batches_ahead
from training.fitting.processor import processor, short_floats
from training.fitting.schedule import Average, Clock, one_cycle, restore, store

if TYPE_CHECKING:
    from pathlib import Path

SECONDS_A_CHECKPOINT = 120.0

Model = TypeVar("Model", bound=nn.Module)
Example = TypeVar("Example")


SMALL_SHAPES = ((192, 192), (160, 224), (192, 192), (160, 224), (224, 160))
SHAPES = ((224, 224), (192, 256), (224, 224), (192, 256), (256, 192))
"""Heights and widths that take turns, in pixels: small ones in the first part of a training, since they cost three
quarters."""

SMALL_SHARE = 0.55
"""Share of the steps with small shapes, where a recipe says nothing else."""


@dataclass(frozen=True)
class Recipe:
    """One training: how many steps, rows of each set in a step, shapes (h, w; pixels) that are drawn, rates.

    ``small_share`` is the share of the steps, the first ones, with small shapes, where ``shapes`` are the usual ones.
    ``marked`` are rows that are shown near and far for the sake of their faces and lines alone, ``headed`` for their
    heads. ``rates`` are the highest ones of the groups of parameters, in the order in which the loop is given them.
    """

    steps: int
    counts: dict[str, int]
    rates: tuple[float, ...]
    shapes: tuple[tuple[int, int], ...] = SHAPES
    small_share: float = SMALL_SHARE
    marked: dict[str, int] = field(default_factory=dict)
    headed: dict[str, int] = field(default_factory=dict)
    weight_decay: float = 0.02
    decay: float = 0.995
    seed: int = 0

    def shape(self, step: int) -> tuple[int, int]:
        """Tell the shape (h, w) of the pictures of a step."""
        shapes = SMALL_SHAPES if step < self.small_share * self.steps and self.shapes is SHAPES else self.shapes
        return shapes[step % len(shapes)]

    def chance(self, step: int) -> tuple[np.random.Generator, torch.Generator]:
        """Return the two sources of all chance of a step: the same ones whenever it is made."""
        draw = np.random.default_rng((self.seed, step))
        return draw, torch.Generator().manual_seed(int(draw.integers(2**62)))


def fit(
    model: Model,
    groups: Sequence[Sequence[nn.Parameter]],
    make: Callable[[int], Example],
    loss: Callable[[Example], Tensor],
    recipe: Recipe,
    *,
    checkpoint: Path,
) -> Model:
    """Train some parameters of a model and return it with averaged weights.

    Parameters
    ----------
    model : module
        All of what the checkpoint keeps.
    groups : sequence of sequence of parameter
        What is trained, by rate.
    make : callable
        Makes the batch of a step, all of its chance drawn from the number of the step (`Recipe.chance`): it may be called
        ahead and in another process.
    loss : callable
        Returns the loss of a batch.
    recipe : Recipe
    checkpoint : path
        Taken up again when it is there; a finished one is only loaded.
    """
    optimiser = torch.optim.AdamW(
        [{"params": list(group), "lr": rate} for group, rate in zip(groups, recipe.rates, strict=True)],
        weight_decay=recipe.weight_decay,
    )
    average = Average(model, recipe.decay)
    start = restore(checkpoint, model, optimiser, average)
    clock = Clock(start, checkpoint.stem)
    stored = time.monotonic()
    for step, batch in enumerate(batches_ahead(make, start, recipe.steps), start):
        for group, rate in zip(optimiser.param_groups, recipe.rates, strict=True):
            group["lr"] = rate * one_cycle(step / recipe.steps)
        with torch.autocast(processor().type, torch.bfloat16, enabled=short_floats()):
            value = loss(batch)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([one for group in groups for one in group], 5.0)
        optimiser.step()
        average.update(model)
        clock.tick(step, value.detach())
        last = step + 1 == recipe.steps
        if last or time.monotonic() - stored > SECONDS_A_CHECKPOINT:
            store(checkpoint, step + 1, model, optimiser, average)
            stored = time.monotonic()
    average.model.eval()
    return average.model
