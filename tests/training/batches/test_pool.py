"""All training pictures in one numbering."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches.pool import WITH_FACES, draw_rows, join  # noqa: E402  torch may be missing
from training_rows import made_up, made_up_marks  # noqa: E402


def test_every_row_is_left_out_of_one_fold_and_of_no_other() -> None:
    pool = join({"osie": made_up(5), "crowd": made_up(7)}, {"crowd": made_up_marks(7)})
    parts = [pool.without_fold(fold, 3) for fold in range(3)]
    for name in ("osie", "crowd", WITH_FACES):
        seen = np.concatenate([part.groups[name] for part in parts])
        rows, times = np.unique(seen, return_counts=True)
        assert rows.tolist() == pool.groups[name].tolist()
        assert (times == 2).all()
    drawn = draw_rows(parts[1], {"crowd": len(parts[1].groups["crowd"])}, np.random.default_rng(0))
    assert not (drawn % 3 == 1).any()
