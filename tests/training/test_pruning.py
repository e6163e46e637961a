"""The pruned backbone, and how it learns the answers of the whole one."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches.pool import WITH_HEADS, Pool, join  # noqa: E402  torch may be missing
from training.fitting.loop import Recipe  # noqa: E402
from training.networks.backbone import LITE0  # noqa: E402
from training.networks.network import Network  # noqa: E402
from training.networks.pruned import KEPT, REPLACED, STEP, PrunedBackbone  # noqa: E402
from training.pruning import (  # noqa: E402
    Learner,
    answers_loss,
    feature_loss,
    keep_channels,
    least_squares,
    make_shown,
    points_of,
    spreads_of,
    train_rounded,
)
from training.teachers.heads import Heads  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402


def whole_network() -> Network:
    torch.manual_seed(0)
    network = Network(LITE0).eval()
    network.backbone.fold()
    with torch.no_grad():
        for block in network.backbone._blocks:  # random weights shrink what passes; the published ones do not  # noqa: SLF001
            for convolution in (block._depthwise_conv, block._project_conv):  # noqa: SLF001
                convolution.weight.mul_(2.0)
    return network


def pictures(count: int = 6) -> Any:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (count, 3, 64, 96), dtype=np.uint8))


def test_every_stage_keeps_its_shape() -> None:
    whole, small = whole_network().backbone, PrunedBackbone(LITE0).eval()
    with torch.inference_mode():
        for one, other in zip(whole(pictures(1)), small(pictures(1)), strict=True):
            assert one.shape == other.shape
    for block, like in zip(small._blocks, whole._blocks[REPLACED:], strict=True):  # noqa: SLF001
        inner, before = block._depthwise_conv.out_channels, like._depthwise_conv.out_channels  # noqa: SLF001
        assert inner % STEP == 0
        assert abs(inner - KEPT * before) <= STEP / 2


def test_the_scale_of_the_pixels_is_folded_without_a_change() -> None:
    small = PrunedBackbone(LITE0).eval()
    with torch.inference_mode():
        before = small(pictures(1))
        small.fold_pixels()
        for one, other in zip(before, small(pictures(1)), strict=True):
            torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
    assert small.pixel_scale == 1


def test_least_squares_find_the_convolution_that_made_the_outputs() -> None:
    torch.manual_seed(1)
    inputs, convolution = torch.randn(3, 5, 8, 8), torch.nn.Conv2d(5, 4, 1)
    with torch.inference_mode():
        weight, bias = least_squares(inputs, convolution(inputs))
        torch.testing.assert_close(weight, convolution.weight[:, :, 0, 0], atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(bias, convolution.bias, atol=1e-3, rtol=1e-3)


def test_fitted_blocks_are_nearer_to_the_whole_ones() -> None:
    whole, small = whole_network().backbone, PrunedBackbone(LITE0).eval()
    before = small.outputs(pictures())
    keep_channels(small, whole, pictures())
    wanted, after = whole.outputs(pictures()), small.outputs(pictures())
    for point in points_of(LITE0)[1:]:
        spread = wanted[point].var((0, 2, 3))
        fitted = feature_loss(after[point - REPLACED], wanted[point], spread)
        assert fitted < 0.9 * feature_loss(before[point - REPLACED], wanted[point], spread)


def test_a_network_loses_nothing_to_itself() -> None:
    network = whole_network()
    with torch.inference_mode():
        taken = network.backbone(pictures(2))
        assert abs(float(answers_loss(network, taken, network, taken)[0])) < 1e-4
        other = [features + 0.5 for features in taken]
        assert float(answers_loss(network, other, network, taken)[0]) > 1e-3


RECIPE = Recipe(
    steps=3, counts={"crowd": 2}, headed={WITH_HEADS: 2}, marked={"crowd": 1}, rates=(1e-3, 1e-3), shapes=((64, 64),)
)


def headed_pool(count: int = 4) -> Pool:
    faces = made_up_marks(count)
    return join(
        {"crowd": made_up(count)},
        {"crowd": faces},
        {"crowd": Heads(faces.faces, np.ones(count, dtype=bool), np.zeros(count, dtype=bool))},
    )


def test_rows_for_heads_stand_behind_those_for_maps() -> None:
    shown = make_shown(headed_pool(), RECIPE, 1, damaged=True)
    assert (shown.maps, shown.heads, len(shown.batch.kind), len(shown.damage)) == (2, 2, 5, 5)
    assert shown.progress == pytest.approx(1 / 3)
    assert (shown.batch.kind[:2] != shown.batch.kind[2]).all()


def test_a_network_with_rounded_weights_learns_and_gets_exact_ones_back(tmp_path: Path) -> None:
    whole, pool = whole_network(), headed_pool()
    network = copy.deepcopy(whole)
    network.backbone = PrunedBackbone(LITE0)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    kept = {name: value.clone() for name, value in whole.state_dict().items()}
    learned = train_rounded(network, whole, pool, RECIPE, tmp_path / "rounded.pt")
    after = learned.state_dict()
    assert after.keys() == before.keys()
    assert not torch.equal(after["backbone.entry.plain.weight"], before["backbone.entry.plain.weight"])
    assert all(torch.equal(value, kept[name]) for name, value in whole.state_dict().items())


def test_newer_parts_learn_by_a_rate_of_their_own() -> None:
    whole = whole_network()
    network = copy.deepcopy(whole)
    network.backbone = PrunedBackbone(LITE0)
    groups = Learner(network, whole, spreads_of(whole.backbone, headed_pool(), RECIPE)).groups()
    assert sum(len(group) for group in groups) == len(list(network.parameters()))
    fresh = {id(one) for one in groups[0]}
    assert {id(one) for one in network.backbone.entry.parameters()} < fresh
