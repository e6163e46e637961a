"""Drawn faces in training pictures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches import drawings  # noqa: E402  torch may be missing
from training.batches.augment import make_mark_batch  # noqa: E402
from training.batches.drawings import colour_beside, draw_faces, skin_colour  # noqa: E402
from training.batches.pool import join  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402

SHAPE = (96, 128)


def test_what_is_drawn_is_listed_and_covers_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "DRAWN_SHARE", 1.0)
    pool = join({"crowd": made_up(12)}, {"crowd": made_up_marks(12)})
    batch = make_mark_batch(pool, np.arange(12), SHAPE, torch.Generator().manual_seed(0))
    before = dataclasses.replace(batch, pictures=batch.pictures.clone(), heads=batch.heads.clone())
    draw_faces(batch, np.random.default_rng(0))
    drawn = batch.heads[..., 2] > before.heads[..., 2]
    assert drawn.any(1).float().mean() > 0.5
    for row, place in torch.nonzero(drawn).tolist():
        left, top, width, height, known = batch.heads[row, place].tolist()
        assert known == 1.0
        assert -1e-6 <= left <= left + width <= 1 + 1e-6
        assert -1e-6 <= top <= top + height <= 1 + 1e-6
        inside = batch.pictures[row, :, round(top * 96) : round((top + height) * 96), round(left * 128) :]
        assert inside.float().std() > 0
        held = batch.faces[row][batch.faces[row, :, 2] > 0]
        middles = held[:, :2] + held[:, 2:4] / 2
        within = (middles >= torch.tensor([left, top])) & (middles <= torch.tensor([left + width, top + height]))
        assert int(within.all(1).sum()) == 1  # its own face, and no other


def test_all_marks_of_a_plain_ground_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "DRAWN_SHARE", 1.0)
    monkeypatch.setattr(drawings, "PLAIN_SHARE", 1.0)
    batch = make_mark_batch(join({"crowd": made_up(8)}), np.arange(8), SHAPE, torch.Generator().manual_seed(0))
    assert not batch.marked.any()
    draw_faces(batch, np.random.default_rng(0))
    assert batch.marked.all()
    assert batch.headed.all()
    assert ((batch.faces[..., 2] > 0) == (batch.heads[..., 2] > 0)).all()
    assert not batch.lines[..., 2].any()


def test_lines_are_lighter_and_darker_than_skins() -> None:
    random = np.random.default_rng(1)
    skins = [skin_colour(random) for _ in range(200)]
    lighter = sum(np.mean(colour_beside(skin, random)) > np.mean(skin) for skin in skins)
    assert 60 < lighter < 140
    assert min(map(np.mean, skins)) < 60
    assert max(map(np.mean, skins)) > 200
