"""The shipped files keep their promises: size, checksum, shapes, ranges, any picture."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

onnxruntime = pytest.importorskip("onnxruntime")

WEIGHTS = Path(__file__).parents[2] / "src/focalbox/saliency/weights"
FILES = sorted(WEIGHTS.glob("*.onnx"))
GRIDS = {"marks_8": 8, "marks_16": 16, "marks_32": 32}
"""Outputs that tell of faces, heads and lines, with the pixels between two of their places."""


def pictures() -> list[NDArray[np.uint8]]:
    noise = np.random.default_rng(0).integers(0, 256, (192, 192, 3), dtype=np.uint8)
    flat = [np.full((192, 192, 3), value, dtype=np.uint8) for value in (0, 128, 255)]
    return [noise, *flat, noise[:160], np.ascontiguousarray(noise[:32, :32])]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_checksum_is_that_of_the_file(path: Path) -> None:
    stated = path.with_name(path.name + ".sha256").read_text().split()
    assert stated == [hashlib.sha256(path.read_bytes()).hexdigest(), path.name]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_of_weights_has_at_most_7_mb(path: Path) -> None:
    assert path.stat().st_size <= 7_000_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_outputs_keep_the_contract(path: Path) -> None:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    further = {
        "focalbox.onnx": {"object", "joint", "keep", *GRIDS},
        "focalbox-mit.onnx": {"face", "face_size"},
    }
    assert {"saliency", "fixation", *further[path.name]} == set(names)
    for picture in pictures():
        found = dict(zip(names, session.run(None, {"picture": picture[None]}), strict=True))
        for stride, grid in ((GRIDS[name], found.pop(name)) for name in GRIDS if name in found):
            assert grid.dtype == np.float32
            assert grid.shape == (1, 18, picture.shape[0] // stride, picture.shape[1] // stride)
            assert np.isfinite(grid).all()
        for name, values in found.items():
            rows, columns = picture.shape[0] // 4, picture.shape[1] // 4
            assert values.dtype == np.float32
            sizes = name.endswith("_size")
            assert values.shape[1] in ({2, 4} if sizes else {1})
            assert (values.shape[0], *values.shape[2:]) == (1, rows, columns)
            assert np.isfinite(values).all()
            assert values[:, :2].min() >= 0
            assert values[:, :2].max() <= 1 + 1e-5
        assert found["saliency"].max() > 0
