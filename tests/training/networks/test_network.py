"""The default network, with made-up weights."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.networks.backbone import LITE0  # noqa: E402  torch may be missing
from training.networks.network import Network  # noqa: E402


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


def test_the_gate_starts_as_an_even_mixture_with_a_gentle_prior() -> None:
    network = Network(LITE0).eval()
    maps = {name: torch.zeros(1, 48, 48) for name in ("object", "fixation", "joint")}
    fused = network.fuse(torch.rand(1, LITE0.tap_channels[-1]), maps)[0]
    assert fused[24, 24] > fused[0, 0] > 0
