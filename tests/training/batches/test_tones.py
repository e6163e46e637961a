"""Faces made darker or lighter."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches.tones import FACTORS, change_tones  # noqa: E402  torch may be missing

FACE = torch.tensor([0.25, 0.25, 0.25, 0.25, 1.0])


def changed(faces: Any, seed: int) -> Any:
    """Return the factor on every pixel of even grey pictures with these faces."""
    pictures = torch.full((len(faces), 3, 80, 80), 100, dtype=torch.uint8)
    change_tones(pictures, faces, torch.Generator().manual_seed(seed))
    return pictures / 100.0


def test_only_faces_change_and_all_magnitudes_come() -> None:
    faces = torch.zeros(200, 2, 5)
    faces[:, 0] = FACE
    factors = changed(faces, 1)
    middle, corner = factors[:, :, 30, 30].mean(1), factors[:, :, 70:, 70:]
    assert corner.eq(1.0).all()
    touched = middle[middle != 1.0]
    assert 60 < len(touched) < 140
    assert FACTORS[0] * 0.9 < touched.min() < 0.45
    assert 1.3 < touched.max() < FACTORS[1] * 1.1


def test_a_face_at_the_edge_or_of_no_size_is_no_fault() -> None:
    faces = torch.tensor([[[-0.1, 0.9, 0.3, 0.3, 1.0], [0.5, 0.5, 1e-4, 0.0, 1.0]]]).repeat(20, 1, 1)
    assert changed(faces, 2).isfinite().all()
