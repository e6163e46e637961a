"""The training of the finder of faces, heads and lines."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches.pool import WITH_FACES, join  # noqa: E402  torch may be missing
from training.finder import begin, make_shown, told_loss, train_finder  # noqa: E402
from training.fitting.loop import Recipe  # noqa: E402
from training.networks.backbone import LITE0  # noqa: E402
from training.networks.finder import Finder, answers  # noqa: E402
from training.networks.network import Network  # noqa: E402
from training.networks.yunet import YuNet  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402

RECIPE = Recipe(steps=2, counts={}, marked={WITH_FACES: 2}, rates=(1e-3,), shapes=((64, 64),))


def test_only_the_finder_learns(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, yunet = Network(LITE0).eval(), YuNet().eval()
    before = copy.deepcopy(network.state_dict()), copy.deepcopy(yunet.state_dict())
    pool = join({"crowd": made_up()}, {"crowd": made_up_marks()})
    finder = train_finder(network, yunet, pool, RECIPE, tmp_path / "finder.pt")
    for one, values in zip((network, yunet), before, strict=True):
        assert all(torch.equal(values[name], value) for name, value in one.state_dict().items())
    grids = finder(network.backbone(torch.zeros(1, 3, 64, 64)))
    assert [tuple(grid.shape) for grid in grids] == [(1, 18, 8, 8), (1, 18, 4, 4), (1, 18, 2, 2)]


def test_it_begins_where_the_features_predict_those_of_yunet() -> None:
    torch.manual_seed(0)
    network, yunet, finder = Network(LITE0).eval(), YuNet().eval(), Finder(LITE0.tap_channels)
    pool = join({"crowd": made_up()}, {"crowd": made_up_marks()})
    batches = [make_shown(pool, RECIPE, step) for step in range(2)]
    begin(finder, network, yunet, batches)
    pictures = batches[0].coloured(torch.device("cpu")).pictures
    with torch.inference_mode():
        taken, wanted = network.backbone(pictures), yunet.begin(pictures)
        said = finder.fine(taken[0]) + finder.lateral[0](taken[1])
    spread = (wanted - wanted.mean((0, 2, 3), keepdim=True)).pow(2).mean()
    assert (said - wanted).pow(2).mean() < 0.9 * spread


def test_what_yunet_says_costs_least_where_it_is_repeated() -> None:
    torch.manual_seed(0)
    grids = [torch.randn(1, 6, 8 // level, 8 // level) for level in (1, 2, 4)]
    told = answers(grids)
    other = answers([grid + 0.5 for grid in grids])
    assert told_loss(told, told) < told_loss(other, told)
