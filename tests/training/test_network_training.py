"""The network, its training and its file, with made-up weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training import augment, losses  # noqa: E402  torch may be missing
from training.export import OUTPUTS, Shipped, export, ready  # noqa: E402
from training.faces import FaceFinder  # noqa: E402
from training.loop import Recipe, fit  # noqa: E402
from training.network import LITE0, Network  # noqa: E402
from training.pool import join  # noqa: E402
from training.small import OUTPUTS as SMALL_OUTPUTS  # noqa: E402
from training.small import ShippedSmall, Small  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402


def test_folded_norms_change_no_answer() -> None:
    torch.manual_seed(0)
    backbone = Network(LITE0).backbone.eval()
    for module in backbone.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.1, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
    picture = torch.rand(1, 3, 64, 64) * 255
    with torch.inference_mode():
        before = backbone(picture)
        backbone.fold()
        for one, other in zip(before, backbone(picture), strict=True):
            torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)


def exported(network: Network, finder: FaceFinder, path: Path, pictures: np.ndarray | None = None) -> Any:
    onnxruntime = pytest.importorskip("onnxruntime")
    export(ready(network, finder), OUTPUTS, path, pictures)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def test_export_answers_as_the_network_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, finder = Network(LITE0).eval(), FaceFinder().eval()
    picture = np.random.default_rng(0).integers(0, 256, (1, 64, 96, 3), dtype=np.uint8)
    found = exported(network, finder, tmp_path / "network.onnx").run(None, {"picture": picture})
    with torch.inference_mode():
        expected = Shipped(network, finder)(torch.from_numpy(picture))
    for name, one, other in zip(OUTPUTS, found, expected, strict=True):
        np.testing.assert_allclose(one, other.numpy(), atol=2e-3, err_msg=name)


def test_eight_bits_say_nearly_what_floats_say(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, finder = Network(LITE0).eval(), FaceFinder().eval()
    pictures = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)
    floats = exported(network, finder, tmp_path / "floats.onnx").run(None, {"picture": pictures[:1]})
    bits = exported(network, finder, tmp_path / "bits.onnx", pictures).run(None, {"picture": pictures[:1]})
    for name, exact, rounded in zip(OUTPUTS, floats, bits, strict=True):
        assert name != "faces" or np.array_equal(exact, rounded)  # what finds faces stays in floats
        assert np.abs(exact - rounded).mean() < 0.1 * max(1.0, np.abs(exact).max())
    assert (tmp_path / "bits.onnx").stat().st_size < 0.5 * (tmp_path / "floats.onnx").stat().st_size


def test_the_small_network_keeps_its_contract(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    export(ShippedSmall(Small().eval()), SMALL_OUTPUTS, tmp_path / "small.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "small.onnx", providers=["CPUExecutionProvider"])
    shapes = [one.shape for one in session.run(None, {"picture": np.zeros((1, 64, 96, 3), np.uint8)})]
    assert shapes == [(1, 1, 16, 24)] * 3 + [(1, 4, 16, 24)]


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


def test_the_gate_starts_as_an_even_mixture_with_a_gentle_prior() -> None:
    network = Network(LITE0).eval()
    maps = {name: torch.zeros(1, 48, 48) for name in ("object", "fixation", "joint")}
    fused = network.fuse(torch.rand(1, LITE0.tap_channels[-1]), maps)[0]
    assert fused[24, 24] > fused[0, 0] > 0


def test_a_step_computes_where_its_batch_lies() -> None:
    """Meta tensors hold no values, and refuse to be mixed with those of another device, as those of a GPU do."""
    network = Network(LITE0).to("meta").train()
    pool = join({"crowd": made_up()}, {"crowd": made_up_marks()})
    batch = augment.make_batch(pool, np.arange(3), (64, 64), torch.Generator().manual_seed(0)).to(torch.device("meta"))
    taken = network.backbone(batch.pictures)
    maps = network.saliency(taken)
    lost = (
        losses.window_loss(
            losses.normalise(network.fuse(taken[-1].mean((2, 3)), maps)), losses.normalise(batch.labels)
        ),
        losses.edge_loss(maps["object"], batch.labels),
        losses.centre_loss(network.centres(taken)["text"], batch.faces),
    )
    assert {value.device.type for value in lost} == {"meta"}
