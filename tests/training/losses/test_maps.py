"""The losses of maps: a better answer costs less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.losses import maps as losses  # noqa: E402  torch may be missing

FACE = (0.4, 0.4, 0.2, 0.1, 1.0)


def answers(heat: dict[tuple[int, int], float]) -> Any:
    found = torch.zeros(1, 5, 40, 40)
    found[:, 0] = -6.0
    for (row, column), logit in heat.items():
        found[0, 0, row, column] = logit
    return found


def test_heat_where_nothing_is_known_costs_nothing() -> None:
    cold, hot = answers({}), answers({(18, 20): 3.0})
    none, unsure = torch.zeros(1, 1, 5), torch.tensor([[[*FACE[:4], 0.0]]])
    assert losses.centre_loss(hot, none) > losses.centre_loss(cold, none) + 1
    torch.testing.assert_close(losses.centre_loss(hot, unsure), losses.centre_loss(cold, unsure), atol=0.1, rtol=0)


def test_the_right_centre_and_size_cost_least() -> None:
    face = torch.tensor([[FACE]])
    right, wrong = answers({(18, 20): 6.0}), answers({(18, 20): 6.0})
    right[:, 1], right[:, 2] = float(np.log(0.2)), float(np.log(0.1))
    right[0, 3] = 20.0 - (torch.arange(40) + 0.5)
    right[0, 4] = (18.0 - (torch.arange(40) + 0.5))[:, None]
    assert losses.centre_loss(right, face) < 0.1 < losses.centre_loss(wrong, face)
    assert losses.centre_loss(answers({(5, 5): 6.0}), face) > losses.centre_loss(wrong, face)


def test_window_loss_prefers_the_truth() -> None:
    label = torch.zeros(1, 40, 40)
    label[:, 25:35, 28:36] = 1
    label = losses.normalise(label)
    flat = losses.normalise(torch.ones(1, 40, 40))
    assert losses.window_loss(label, label).item() < losses.window_loss(flat, label).item()


def test_divergence_of_a_map_from_itself_is_zero() -> None:
    label = losses.normalise(torch.rand(2, 20, 20) + 0.1)
    torch.testing.assert_close(losses.divergence(label.log(), label), torch.zeros(2), atol=1e-5, rtol=0)


def test_centre_heat_peaks_at_the_centre() -> None:
    heat, centre = losses.centre_heat(torch.tensor([[FACE]]), (40, 40))
    assert heat.max().item() == 1.0
    assert centre[0, 0].nonzero().tolist() == [[18, 20]]


def test_edges_weigh_more_than_the_middle() -> None:
    masks = torch.zeros(1, 40, 40)
    masks[:, 10:30, 10:30] = 1
    sure = (masks * 2 - 1) * 5
    middle, edge = sure.clone(), sure.clone()
    middle[:, 19:21, 15:25] *= -1
    edge[:, 10:12, 15:25] *= -1
    assert losses.edge_loss(sure, masks) < losses.edge_loss(middle, masks) < losses.edge_loss(edge, masks)
