"""The loss of boxes at the centres of marks."""

from __future__ import annotations

import math
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from training.losses.boxes import box_loss  # noqa: E402  torch may be missing

LINE = torch.tensor([[[0.25, 0.375, 0.5, 0.25, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0]]])
"""Its middle is the corner of four cells of a grid of 8 by 8."""


def found(width: float, height: float, off: float = 0.0) -> Any:
    """Say at every place that a box of these sides lies where the line does, but for some cells to the right."""
    columns, rows = torch.arange(8) + 0.5, (torch.arange(8) + 0.5)[:, None]
    said = torch.zeros(1, 5, 8, 8)
    said[0, 1], said[0, 2] = math.log(width), math.log(height)
    said[0, 3], said[0, 4] = 4.0 - columns + off, 4.0 - rows
    return said


def test_the_right_box_loses_nothing() -> None:
    assert box_loss(found(0.5, 0.25), LINE).item() == pytest.approx(0.0, abs=1e-5)


def test_half_of_the_height_loses_half() -> None:
    assert box_loss(found(0.5, 0.125), LINE).item() == pytest.approx(0.5, abs=1e-5)


def test_apart_it_loses_more_the_farther_it_is() -> None:
    assert 1.0 < box_loss(found(0.2, 0.1, 4.0), LINE) < box_loss(found(0.2, 0.1, 8.0), LINE) < 2.0


def test_what_is_unknown_loses_nothing() -> None:
    unknown = LINE.clone()
    unknown[..., 4] = 0.0
    assert box_loss(found(0.1, 0.1), unknown).item() == 0.0


def test_it_pulls_the_sides_to_those_of_the_line() -> None:
    said = found(0.3, 0.4).requires_grad_()
    box_loss(said, LINE).backward()
    assert said.grad is not None
    assert said.grad[0, 1].sum() < 0 < said.grad[0, 2].sum()
