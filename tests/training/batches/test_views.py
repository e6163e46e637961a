"""What of a picture is shown, and where its labels and marks are then; on made-up pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches import augment, views  # noqa: E402  torch may be missing
from training.batches.pool import draw_rows, join  # noqa: E402
from training.teachers.marks import MAX_MARKS  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402


def test_uncut_views_show_the_picture_as_it_is() -> None:
    pool = join({"crowd": made_up()})
    drawn = views.draw_views(pool.kind, torch.Generator().manual_seed(0), uncut=True)
    shown = views.look(pool.labels[:, None].float(), drawn, (128, 128))[:, 0]
    mirrored = drawn[:, 2] < 0
    whole = torch.where(mirrored[:, None, None], pool.labels.flip(2), pool.labels).float()
    torch.testing.assert_close(shown, whole, atol=1e-3, rtol=0)


def moved(mark: tuple[float, ...], view: tuple[float, ...]) -> Any:
    return views.move(torch.tensor([[mark]]), torch.tensor([view]))[0, 0]


def test_marks_move_with_the_picture() -> None:
    face = (0.1, 0.4, 0.2, 0.1, 1.0)
    torch.testing.assert_close(moved(face, (0.5, 0.5, -0.5, 0.5)), torch.tensor([0.7, 0.4, 0.2, 0.1, 1.0]))
    torch.testing.assert_close(moved(face, (0.25, 0.5, 0.25, 0.5)), torch.tensor([0.2, 0.4, 0.4, 0.1, 1.0]))


def test_a_mark_that_is_cut_is_unknown_and_one_outside_is_none() -> None:
    cut = moved((0.1, 0.4, 0.2, 0.1, 1.0), (0.6, 0.5, 0.4, 0.5))
    assert cut[2] > 0
    assert cut[4] == 0
    assert moved((0.1, 0.4, 0.2, 0.1, 1.0), (0.8, 0.5, 0.2, 0.5))[2] == 0


def test_close_views_show_what_they_are_cut_around() -> None:
    faces = torch.zeros(40, MAX_MARKS, 5)
    faces[:, 0] = torch.tensor([0.1, 0.7, 0.05, 0.06, 1.0])
    drawn = views.draw_mark_views(faces, torch.zeros_like(faces), torch.Generator().manual_seed(0))
    close = drawn[:, 2].abs() < 0.29
    assert close.any()
    assert (views.move(faces, drawn)[close, 0, 2] > 0).all()


def test_a_far_view_shows_ground_around_the_picture() -> None:
    pictures = torch.full((1, 64, 64, 3), 200, dtype=torch.uint8)
    view = torch.tensor([[0.5, 0.5, 1.0, 1.0]])
    shown = views.show(pictures, view, (64, 64), torch.Generator().manual_seed(1))
    assert (shown[0, :, 16:48, 16:48] == 200).all()
    assert (shown[0, :, :16] != 200).all()
    assert (shown[0, :, 0, 0] == shown[0, :, 63, 63]).all()


def test_a_picture_is_shown_as_its_label_is() -> None:
    """A square that picture and label share lands on the same cells, mirrored or not, near or far."""
    pictures, labels = torch.zeros(4, 64, 64, 3, dtype=torch.uint8), torch.zeros(4, 1, 64, 64)
    pictures[:, 16:32, 8:24] = 255
    labels[:, :, 16:32, 8:24] = 1
    drawn = torch.tensor([[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, -0.5, 0.5], [0.4, 0.5, 0.4, 0.3], [0.4, 0.6, -0.9, 0.8]])
    shown = views.show(pictures, drawn, (64, 64), torch.Generator().manual_seed(0))
    wanted = views.look(labels, drawn, (64, 64))[:, 0]
    assert ((shown[:, 0] > 240) == (wanted > 0.5))[:3].float().mean() > 0.98
    assert ((shown[3] > 127).all(0) & (wanted[3] > 0.5)).sum() > 0.8 * (wanted[3] > 0.5).sum()


def test_rows_that_were_marked_say_so() -> None:
    pool = join({"osie": made_up(2), "crowd": made_up(2)}, {"crowd": made_up_marks(2)})
    assert pool.marked.tolist() == [False, False, True, True]
    batch = augment.make_batch(pool, np.arange(4), (64, 64), torch.Generator().manual_seed(0))
    assert (batch + batch).marked.tolist() == [False, False, True, True] * 2
    drawn = draw_rows(pool, {"crowd": 2, "osie": 1}, np.random.default_rng(0), marked=True)
    assert sorted(drawn.tolist()) == [2, 3]
