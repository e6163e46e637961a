"""Batches of training pictures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches.augment import make_batch, make_mark_batch  # noqa: E402  torch may be missing
from training.batches.pool import ANSWERS, join  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402


def test_what_an_ensemble_says_is_cut_and_mirrored_with_the_picture() -> None:
    pool = join({"crowd": made_up(8)}, {"crowd": made_up_marks(8)})
    left = torch.zeros(8, ANSWERS, 64, 64, dtype=torch.float16)
    left[..., :32] = 1.0
    labels = torch.zeros(8, 128, 128, dtype=torch.float16)
    labels[..., :64] = 1.0
    pool = dataclasses.replace(pool, answers=left, labels=labels, answered=torch.ones(8, dtype=torch.bool))
    batch = make_batch(pool, np.arange(8), (64, 64), torch.Generator().manual_seed(1))
    assert batch.answered.all()
    assert batch.answers.shape == (8, ANSWERS, 16, 16)
    for index in range(ANSWERS):
        assert (batch.answers[:, index] - batch.labels).abs().mean() < 0.03


def test_rows_of_which_nothing_was_asked_say_nothing() -> None:
    pool = join({"crowd": made_up()}, {"crowd": made_up_marks()})
    random = torch.Generator().manual_seed(1)
    both = make_batch(pool, np.arange(3), (64, 64), random) + make_mark_batch(pool, np.arange(3), (64, 64), random)
    assert both.pictures.dtype == torch.uint8
    assert both.pictures.shape == (6, 3, 64, 64)
    assert not both.answered.any()
    assert both.of(both.marked).kind.tolist() == both.kind.tolist()
