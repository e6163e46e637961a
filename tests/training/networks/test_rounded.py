"""Weights that are rounded while they learn."""

from __future__ import annotations

import copy
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from training.networks.rounded import LEVELS, free_weights, round_weights  # noqa: E402  torch may be missing


def model() -> Any:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Conv2d(4, 2, 1))


def test_weights_are_steps_of_the_largest_of_their_channel_and_come_back_exact() -> None:
    network, plain = model(), model()
    round_weights(network, but=network[0])
    assert torch.equal(network[0].weight, plain[0].weight)
    steps = network[2].weight / plain[2].weight.abs().flatten(1).amax(1)[:, None, None, None] * LEVELS
    torch.testing.assert_close(steps, steps.round(), atol=1e-3, rtol=0)
    assert not torch.equal(network[2].weight, plain[2].weight)
    free = free_weights(copy.deepcopy(network))
    assert torch.equal(free[2].weight, plain[2].weight)
    assert free.state_dict().keys() == plain.state_dict().keys()


def test_gradients_reach_the_exact_weights() -> None:
    network = model()
    round_weights(network, but=network[0])
    network(torch.randn(1, 3, 8, 8)).sum().backward()
    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in network.parameters())
