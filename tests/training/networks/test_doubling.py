"""Doubling 8-bit values by copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("pyarrow")

from training.networks import quantise as quantising  # noqa: E402  torch may be missing
from training.networks.doubling import copy_to_double  # noqa: E402
from training.networks.export import export  # noqa: E402

nn: Any = torch.nn


class Doubling(nn.Module):  # type: ignore[misc]  # torch may be missing
    """Two Resize nodes between convolutions in 8 bits; what the first one doubles is read undoubled too."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        sizes = ((3, 8), (8, 6), (6, 8), (6, 5), (8, 5))
        self.stem, self.first, self.second, self.side, self.last = (nn.Conv2d(*one, 3, 1, 1) for one in sizes)

    def forward(self, picture: Any) -> Any:
        """uint8 (1, h, w, 3) -> (1, 5, 4 h, 4 w)."""
        read = torch.relu(self.stem(picture.permute(0, 3, 1, 2).float() / 255))
        once = torch.relu(self.first(read))
        twice = torch.relu(self.second(torch.nn.functional.interpolate(once, scale_factor=2.0)))
        last = self.last(torch.nn.functional.interpolate(twice, scale_factor=2.0))
        return last + self.side(once).mean((2, 3), keepdim=True)


def file_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the network in 8 bits with its Resize nodes as they are."""
    pictures = np.random.default_rng(0).integers(0, 256, (4, 16, 24, 3), dtype=np.uint8)
    monkeypatch.setattr(quantising, "copy_to_double", id)  # does nothing to it
    export(Doubling(), ("said",), path / "bits.onnx", pictures)
    return path / "bits.onnx"


def test_every_value_stays_at_any_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file_of(tmp_path, monkeypatch)
    model = onnx.load(path)
    copy_to_double(model)
    onnx.checker.check_model(model)
    assert not any(node.op_type == "Resize" for node in model.graph.node)
    before, after = (onnxruntime.InferenceSession(one) for one in (path, model.SerializeToString()))
    for shape in ((16, 24), (7, 5), (1, 1), (32, 3)):
        picture = np.random.default_rng(1).integers(0, 256, (1, *shape, 3), dtype=np.uint8)
        one, other = (session.run(None, {"picture": picture})[0] for session in (before, after))
        assert one.shape == (1, 5, 4 * shape[0], 4 * shape[1])
        np.testing.assert_array_equal(one, other)


def test_a_changed_scale_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = onnx.load(file_of(tmp_path, monkeypatch))
    resize = next(node for node in model.graph.node if node.op_type == "Resize")
    after = next(node for node in model.graph.node if resize.output[0] in node.input)
    scale = next(one for one in model.graph.initializer if one.name == after.input[1])
    changed = onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(scale) * 2, "another")
    model.graph.initializer.append(changed)
    after.input[1] = "another"
    with pytest.raises(ValueError, match="changes the scale"):
        copy_to_double(model)
