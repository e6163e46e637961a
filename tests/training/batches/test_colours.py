"""Colours of training pictures."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches.augment import make_batch  # noqa: E402  torch may be missing
from training.batches.colours import COLOURS, MAX_NOISE, draw_colours, recolour  # noqa: E402
from training.batches.pool import join  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402

AS_IT_IS = (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 5.0)


def changed(**columns: float) -> tuple[Any, Any]:
    """Return a coloured picture before and after one thing is done to it."""
    picture = torch.randint(60, 190, (1, 3, 32, 32), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    places = {"saturation": 0, "contrast": 1, "red": 2, "coarse": 5, "soft": 6, "noise": 7}
    colours = torch.tensor([AS_IT_IS])
    for name, value in columns.items():
        colours[0, places[name]] = value
    return picture, recolour(picture, colours)


def test_each_thing_is_done_and_nothing_else() -> None:
    before, after = changed()
    assert torch.equal(before, after)
    _, grey = changed(saturation=0.0)
    assert torch.equal(grey[:, 0], grey[:, 1])
    assert torch.equal(grey[:, 1], grey[:, 2])
    _, red = changed(red=0.5)
    assert torch.equal(red[:, 1:], before[:, 1:])
    assert (red[:, 0] - before[:, 0] * 0.5).abs().max() <= 0.5
    spread = before.float().std()
    assert changed(contrast=0.7)[1].float().std() < 0.8 * spread
    for name in ("coarse", "soft"):
        assert changed(**{name: 1.0})[1].float().std() < 0.8 * spread
    _, noisy = changed(noise=MAX_NOISE)
    assert 8 < (noisy.float() - before.float()).std() < 12
    assert torch.equal(noisy, changed(noise=MAX_NOISE)[1])


def test_drawn_colours_come_in_their_shares_and_strong_ones_when_asked() -> None:
    colours = draw_colours(4000, torch.Generator().manual_seed(1), strongly=True)
    assert colours.shape == (4000, COLOURS)
    assert 0.07 < (colours[:, 0] == 0).float().mean() < 0.13
    assert 0.15 < (colours[:, 7] > 0).float().mean() < 0.25
    weak = draw_colours(4000, torch.Generator().manual_seed(1))
    assert colours[:, 2:5].min() < 0.3 < weak[:, 2:5].min()


def test_a_batch_is_coloured_row_by_row() -> None:
    pool = join({"crowd": made_up()}, {"crowd": made_up_marks()})
    batch = make_batch(pool, np.arange(3), (64, 64), torch.Generator().manual_seed(0))
    grey = batch.colours.clone()
    grey[:, 0] = torch.tensor([0.0, 1.0, 0.0])
    shown = dataclasses.replace(batch, colours=grey).coloured(torch.device("cpu")).pictures
    assert shown.dtype == torch.uint8
    apart = (shown[:, 0].float() / grey[:, 2, None, None] - shown[:, 1].float() / grey[:, 3, None, None]).abs()
    assert apart[1].mean() > 2 * apart[[0, 2]].mean()
