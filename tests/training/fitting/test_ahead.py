"""Batches that are made ahead."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.fitting import ahead  # noqa: E402  torch may be missing


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_batches_come_in_the_order_of_their_steps(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of other processes too, as where there is a GPU; it is not needed to make them."""
    monkeypatch.setattr(ahead, "processor", lambda: torch.device(kind))
    made = list(ahead.batches_ahead(lambda step: torch.tensor([step, step**2]), 3, 40))
    assert [batch.tolist() for batch in made] == [[step, step**2] for step in range(3, 40)]
