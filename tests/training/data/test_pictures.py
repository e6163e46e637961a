"""Reading the data files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from benchmarks.rows import DataError, swap_axes  # noqa: E402
from training.data.closeups import close_ups  # noqa: E402
from training.data.pictures import read_rows  # noqa: E402


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"osie\.parquet is missing"):
        read_rows(tmp_path, "osie", "train")


def test_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "osie.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(DataError, match=r"osie\.parquet is damaged"):
        read_rows(tmp_path, "osie", "train")


def test_swapping_axes_twice_changes_nothing() -> None:
    row = {"width": 400, "height": 200, "fixations": [[40.0, 100.0], [7.0, 9.0]]}
    assert np.allclose(np.array(swap_axes(swap_axes(row))["fixations"]), [[40.0, 100.0], [7.0, 9.0]])


def test_close_ups_show_the_head_they_were_made_for() -> None:
    row = {"width": 400, "height": 300, "faces": [[180, 100, 220, 150], [10, 10, 20, 22]], "fixations": [[1.0, 1.0]]}
    for one in close_ups([row]):
        left, top, right, bottom = one["window"]
        assert 0 <= left < right <= 400
        assert 0 <= top < bottom <= 300
        assert one["faces"]
        for face in one["faces"]:
            middle = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
            assert all(0 < place < one["width"] for place in middle)
