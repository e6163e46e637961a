"""The one training loop."""

from __future__ import annotations

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

        def loss(step: int) -> Any:
            taken.append(step)
            return model(torch.ones(1, 1)).square().sum()

        fit(model, (list(model.parameters()),), loss, Recipe(steps, {}, (0.1,)), tmp_path / "line.pt")
        return taken

    assert trained(3) == [0, 1, 2]
    assert trained(5) == [3, 4]
    assert trained(5) == []
