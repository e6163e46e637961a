"""A step of training."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches import augment  # noqa: E402  torch may be missing
from training.batches.pool import WITH_HEADS, join  # noqa: E402
from training.fitting.loop import Recipe  # noqa: E402
from training.losses import maps as losses  # noqa: E402
from training.networks.backbone import LITE0  # noqa: E402
from training.networks.network import Network  # noqa: E402
from training.stages import ask, train_heads  # noqa: E402
from training.teachers.heads import Heads  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402


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


def test_the_maps_of_a_row_are_those_of_the_member_that_has_not_seen_it() -> None:
    torch.manual_seed(0)
    network, *members = (Network(LITE0).eval() for _ in range(3))
    pool, rows = join({"crowd": made_up(4)}), np.arange(4)
    alone = [ask(one, pool, rows) for one in members]
    said = ask(network, pool, rows, members)
    for row in rows:
        torch.testing.assert_close(said.maps[row], alone[row % 2].maps[row])
        assert not torch.allclose(said.maps[row], alone[1 - row % 2].maps[row])
    torch.testing.assert_close(said.pooled, ask(network, pool, rows).pooled)


def test_only_the_decoder_of_heads_learns(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network(LITE0).eval()
    before = copy.deepcopy(network.state_dict())
    marks = Heads(made_up_marks().faces, np.ones(3, dtype=bool), np.zeros(3, dtype=bool))
    pool = join({"crowd": made_up()}, heads={"crowd": marks})
    recipe = Recipe(steps=2, counts={}, marked={WITH_HEADS: 2}, rates=(1e-2,), shapes=((64, 64),))
    after = train_heads(network, pool, recipe, tmp_path / "heads.pt").state_dict()
    changed = {name for name, values in before.items() if not torch.equal(values, after[name])}
    assert changed
    assert all(name.startswith("marks.head.") for name in changed)
