"""Heads as the network learns them, of made-up rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("torch")
pytest.importorskip("onnx")

from pyarrow import parquet  # noqa: E402

from benchmarks.marked_heads import MarkedHead, marked_heads  # noqa: E402
from training.data.pictures import CLOSE_UPS  # noqa: E402
from training.teachers.heads import read_heads  # noqa: E402
from training.teachers.marks import MAX_MARKS, MIN_FACE  # noqa: E402


def write(folder: Path, file: str, rows: list[dict[str, Any]]) -> None:
    made = [
        {"image": b"", "width": 400, "height": 200, "split": "train", "fixations": [[1.0, 1.0]]} | row for row in rows
    ]
    parquet.write_table(pa.Table.from_pylist(made), folder / f"{file}.parquet")


def picked(file: str, kinds: set[str]) -> tuple[str, tuple[MarkedHead, ...]]:
    return next(
        (key[1], some) for key, some in marked_heads().items() if key[0] == file and {h.kind for h in some} == kinds
    )


def test_marked_rows_have_their_heads_and_others_are_unknown(tmp_path: Path) -> None:
    (with_heads, heads), (without, _) = picked("osie", {"person"}), picked("osie", set())
    write(tmp_path, "osie", [{"name": "no such picture"}, {"name": with_heads}, {"name": without}])
    found = read_heads(tmp_path, "osie")
    assert found.marked.tolist() == [False, True, True]
    assert found.heads.shape == (3, MAX_MARKS, 5)
    assert not found.heads[[0, 2]].any()
    wanted = {(h.box.left, h.box.top, h.box.width, h.box.height) for h in heads}
    shown = found.heads[1][found.heads[1, :, 2] > 0]
    assert len(shown) == len(heads)
    for sides in wanted:
        assert np.isclose(shown[:, :4], sides, atol=1e-6).all(1).any()
    assert (shown[:, 4] == 1).all()


def test_what_is_unsure_is_unknown_and_not_nothing(tmp_path: Path) -> None:
    name, heads = picked("osie", {"unsure"})
    write(tmp_path, "osie", [{"name": name}])
    found = read_heads(tmp_path, "osie")
    shown = found.heads[0][found.heads[0, :, 2] > 0]
    assert found.marked[0]
    assert len(shown) == len(heads)
    assert (shown[:, 4] == 0).all()


def test_all_heads_of_crowds_are_marked_and_small_ones_unknown(tmp_path: Path) -> None:
    tiny = 200 * MIN_FACE - 1
    write(tmp_path, "crowd", [{"name": "a", "faces": [[40.0, 20.0, 80.0, 60.0], [100.0, 100.0, 104.0, 100.0 + tiny]]}])
    found = read_heads(tmp_path, "crowd")
    assert found.marked.all()
    np.testing.assert_allclose(found.heads[0, 0], [0.1, 0.1, 0.1, 0.2, 1.0], rtol=1e-6)
    assert found.heads[0, 1, 2] > 0
    assert found.heads[0, 1, 4] == 0


def test_close_ups_have_no_heads_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="close-ups are made of the heads of crowd"):
        read_heads(tmp_path, CLOSE_UPS)
