"""Blended pictures."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from training.batches.blend import BLENDED_SHARE, blend  # noqa: E402  torch may be missing


def test_a_share_is_blended_with_others_of_the_batch() -> None:
    levels = torch.arange(12, dtype=torch.uint8) * 20
    pictures = levels[:, None, None, None].expand(-1, 3, 32, 48).contiguous()
    before = pictures.clone()
    blended = blend(pictures, torch.Generator().manual_seed(0))
    assert torch.equal(pictures, before)
    changed = [row for row in range(12) if not torch.equal(blended[row], before[row])]
    assert len(changed) == round(BLENDED_SHARE * 12)
    kinds = {len(blended[row].unique()) for row in changed}
    assert kinds == {1, 2}  # mixed, and with a rectangle of another
    for row in changed:
        if len(blended[row].unique()) == 2:
            share = float((blended[row] != levels[row]).float().mean())
            assert 0.08 < share < 0.5
