"""What several networks say together."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches.pool import ANSWERS, join  # noqa: E402  torch may be missing
from training.ensemble import ANSWER_SIDE, CHANCES, answered, ask  # noqa: E402
from training.networks.backbone import LITE0  # noqa: E402
from training.networks.network import HEADS, Network  # noqa: E402
from training_rows import made_up  # noqa: E402


def test_answers_are_the_mean_of_the_networks_and_do_not_change_with_mirroring() -> None:
    assert len(HEADS) == ANSWERS
    torch.manual_seed(0)
    networks = [Network(LITE0).eval() for _ in range(2)]
    pool = answered(join({"crowd": made_up(2)}), networks)
    assert pool.answered.all()
    assert pool.answers.shape == (2, ANSWERS, ANSWER_SIDE, ANSWER_SIDE)
    mirrored = ask(networks, pool.pictures.flip(2)).flip(3)
    assert (mirrored - pool.answers).abs().max() < 2e-3
    alone = [ask([network], pool.pictures) for network in networks]
    for index, name in enumerate(HEADS):
        if name in CHANCES:
            mean = (alone[0] + alone[1])[:, index] / 2
            assert (mean - pool.answers[:, index]).abs().max() < 2e-3
        else:
            assert pool.answers[:, index].amax((1, 2)).tolist() == [1.0, 1.0]
