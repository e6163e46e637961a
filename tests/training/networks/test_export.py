"""The files of the networks answer as the networks do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
onnx = pytest.importorskip("onnx")

from training.networks.backbone import LITE0  # noqa: E402
from training.networks.export import OUTPUTS, ShippedNetwork, export, ready  # noqa: E402  torch may be missing
from training.networks.finder import Finder  # noqa: E402
from training.networks.network import Network  # noqa: E402
from training.networks.small import OUTPUTS as SMALL_OUTPUTS  # noqa: E402
from training.networks.small import ShippedSmall, Small  # noqa: E402


def exported(network: Network, finder: Finder, path: Path, pictures: np.ndarray | None = None) -> Any:
    onnxruntime = pytest.importorskip("onnxruntime")
    export(ready(network, finder), OUTPUTS, path, pictures)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def test_export_answers_as_the_network_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, finder = Network(LITE0).eval(), Finder(LITE0.tap_channels).eval()
    picture = np.random.default_rng(0).integers(0, 256, (1, 64, 96, 3), dtype=np.uint8)
    found = exported(network, finder, tmp_path / "network.onnx").run(None, {"picture": picture})
    with torch.inference_mode():
        expected = ShippedNetwork(network, finder)(torch.from_numpy(picture))
    for name, one, other in zip(OUTPUTS, found, expected, strict=True):
        np.testing.assert_allclose(one, other.numpy(), atol=2e-3, err_msg=name)


def test_eight_bits_say_nearly_what_floats_say(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, finder = Network(LITE0).eval(), Finder(LITE0.tap_channels).eval()
    pictures = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)
    floats = exported(network, finder, tmp_path / "floats.onnx").run(None, {"picture": pictures[:1]})
    bits = exported(network, finder, tmp_path / "bits.onnx", pictures).run(None, {"picture": pictures[:1]})
    for exact, rounded in zip(floats, bits, strict=True):
        assert np.abs(exact - rounded).mean() < 0.1 * max(1.0, np.abs(exact).max())
    graph = onnx.load(tmp_path / "bits.onnx").graph
    exact_weights = {one.name for one in graph.initializer if one.data_type == onnx.TensorProto.FLOAT}
    for node in graph.node:
        if node.op_type == "Conv" and node.name.startswith("/finder/"):
            assert node.input[1] in exact_weights
    assert (tmp_path / "bits.onnx").stat().st_size < 0.5 * (tmp_path / "floats.onnx").stat().st_size


def test_the_small_network_keeps_its_contract(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    export(ShippedSmall(Small().eval()), SMALL_OUTPUTS, tmp_path / "small.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "small.onnx", providers=["CPUExecutionProvider"])
    shapes = [one.shape for one in session.run(None, {"picture": np.zeros((1, 64, 96, 3), np.uint8)})]
    assert shapes == [(1, 1, 16, 24)] * 3 + [(1, 4, 16, 24)]
