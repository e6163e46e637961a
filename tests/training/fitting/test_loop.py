"""The one training loop."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.fitting.loop import Recipe, fit  # noqa: E402  torch may be missing


def test_a_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def trained(steps: int) -> list[int]:
        model, taken = torch.nn.Linear(1, 1), list[int]()

        def make(step: int) -> Any:
            taken.append(step)
            return torch.ones(1, 1)

        def loss(batch: Any) -> Any:
            return model(batch).square().sum()

        recipe = Recipe(steps, {}, (0.1,))
        fit(model, (list(model.parameters()),), make, loss, recipe, checkpoint=tmp_path / "line.pt")
        return taken

    assert trained(3) == [0, 1, 2]
    assert trained(5) == [3, 4]
    assert trained(5) == []


def test_a_step_has_the_same_chance_whenever_it_is_made() -> None:
    recipe = Recipe(10, {}, (0.1,), seed=3)

    def numbers(step: int, seed: int = 3) -> tuple[float, float]:
        draw, random = dataclasses.replace(recipe, seed=seed).chance(step)
        return float(draw.random()), float(torch.rand((), generator=random))

    assert numbers(4) == numbers(4)
    assert len({numbers(4), numbers(5), numbers(4, seed=4)}) == 3
    assert len({second for _, second in (numbers(4), numbers(5), numbers(4, seed=4))}) == 3
