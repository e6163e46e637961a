"""Learning rate, averaged weights, checkpoints and the log with times, shared by all trainings."""

from __future__ import annotations

import copy
import math
import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from pathlib import Path

Model = TypeVar("Model", bound=nn.Module)

WARM_SHARE = 0.1
"""Share of the steps in which the learning rate rises (Smith & Topin 2017, arXiv:1708.07120)."""

STEPS_A_LINE = 20


def one_cycle(progress: float) -> float:
    """Factor (0..1) on the highest learning rate at a share of the way: a quick rise, then a cosine fall."""
    if progress < WARM_SHARE:
        return 0.05 + 0.95 * progress / WARM_SHARE
    return 0.002 + 0.998 * 0.5 * (1 + math.cos(math.pi * (progress - WARM_SHARE) / (1 - WARM_SHARE)))


class Average(Generic[Model]):
    """Exponential moving average of a network's weights and statistics."""

    def __init__(self, model: Model, decay: float) -> None:
        self.model = copy.deepcopy(model).requires_grad_(requires_grad=False)
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the weights after a step; early steps count more, so that the start is forgotten."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        pairs = list(zip(self.model.state_dict().values(), model.state_dict().values(), strict=True))
        means, values = zip(*(pair for pair in pairs if pair[0].dtype.is_floating_point), strict=True)
        torch._foreach_lerp_(means, values, 1 - decay)
        for mean, value in pairs:
            if not mean.dtype.is_floating_point:
                mean.copy_(value)


class Clock:
    """Prints losses and times."""

    def __init__(self, step: int, name: str) -> None:
        self.name = name
        self.started, self.first = time.monotonic(), step
        self.total, self.count = torch.zeros(()), 0

    def tick(self, step: int, value: Tensor) -> None:
        """Count a step and its loss; print a line now and then. Only then does it wait for the number itself."""
        self.total, self.count = self.total.to(value.device) + value, self.count + 1
        if (step + 1) % STEPS_A_LINE == 0:
            pace = (time.monotonic() - self.started) / (step + 1 - self.first)
            self.say(f"step {step + 1} loss {float(self.total) / self.count:.4f} {pace * 1000:.0f} ms/step")
            self.total, self.count = torch.zeros(()), 0

    def say(self, text: str) -> None:
        """Print a line with what is trained and the seconds since the start."""
        print(f"[{self.name} {time.monotonic() - self.started:6.0f} s] {text}", flush=True)


def store(path: Path, step: int, model: nn.Module, optimiser: torch.optim.Optimizer, average: Average[Any]) -> None:
    """Write a checkpoint whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    state: dict[str, Any] = {
        "step": step,
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": average.model.state_dict(),
        "average_steps": average.steps,
    }
    torch.save(state, part)
    part.rename(path)


def restore(path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, average: Average[Any]) -> int:
    """Take up a checkpoint if there is one; returns the step to go on from."""
    if not path.is_file():
        return 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    average.model.load_state_dict(state["average"])
    average.steps = state["average_steps"]
    return int(state["step"])
