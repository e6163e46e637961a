"""Damaged pictures."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from training.batches.augment import Batch, make_batch  # noqa: E402  torch may be missing
from training.batches.damage import (  # noqa: E402
    DAMAGE,
    JPEG_SHARE,
    QUALITIES,
    SHARP_SHARE,
    draw_damage,
    jpeg,
    seen_by_both,
)
from training.batches.pool import join  # noqa: E402
from training_rows import made_up, made_up_marks  # noqa: E402

CPU = torch.device("cpu")


def batch_of(*, coarse: float) -> Batch:
    pool = join({"crowd": made_up()}, {"crowd": made_up_marks()})
    batch = make_batch(pool, np.arange(3), (64, 64), torch.Generator().manual_seed(0))
    batch.colours[:, 5], batch.colours[:, 6], batch.colours[:, 7] = coarse, 0.0, 0.0
    return batch


@pytest.mark.parametrize("quality", [30, 60, 90])
def test_it_loses_what_jpeg_loses(quality: int) -> None:
    astronaut = data.astronaut()  # type: ignore[no-untyped-call]
    picture = Image.fromarray(astronaut).resize((256, 192))
    stored = io.BytesIO()
    picture.save(stored, "JPEG", quality=quality, subsampling="4:2:0")
    wanted = np.asarray(Image.open(stored), dtype=np.float32)
    before = np.asarray(picture, dtype=np.float32)
    given = torch.from_numpy(before).permute(2, 0, 1)[None]
    found = jpeg(given, torch.tensor([float(quality)]))[0].permute(1, 2, 0).numpy()
    # Decoders smooth the colours between their pixels, which this does not: what is light and dark agrees better.
    light = [one @ np.array([0.299, 0.587, 0.114]) for one in (before, wanted, found)]
    assert np.abs(light[2] - light[1]).mean() < min(0.8, 0.5 * np.abs(light[0] - light[1]).mean())
    assert np.abs(found - wanted).mean() < 0.7 * np.abs(before - wanted).mean()


def test_it_is_as_exact_among_short_floats() -> None:
    pictures = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(0)) * 255
    quality = torch.tensor([60.0, 90.0])
    with torch.autocast("cpu", torch.bfloat16):
        short = jpeg(pictures, quality)
    assert torch.equal(short, jpeg(pictures, quality))


def test_undamaged_both_see_the_same() -> None:
    batch = batch_of(coarse=1.0)
    one, other = seen_by_both(batch, torch.zeros(3, DAMAGE), CPU)
    assert torch.equal(one, other)
    assert torch.equal(one, batch.coloured(CPU).pictures)


def test_the_teacher_sees_sharp_what_the_other_sees_coarse() -> None:
    batch, damage = batch_of(coarse=1.0), torch.zeros(3, DAMAGE)
    damage[0, 0] = 1.0
    clean, damaged = seen_by_both(batch, damage, CPU)
    assert torch.equal(damaged, batch.coloured(CPU).pictures)
    assert torch.equal(clean[0], batch_of(coarse=0.0).coloured(CPU).pictures[0])
    assert not torch.equal(clean[0], damaged[0])
    assert torch.equal(clean[1:], damaged[1:])


@pytest.mark.parametrize("column", [1, 2])
def test_only_the_drawn_rows_are_stored_or_blurred(column: int) -> None:
    batch, damage = batch_of(coarse=0.0), torch.zeros(3, DAMAGE)
    damage[1, column] = 0.5 if column == 2 else 50.0
    clean, damaged = seen_by_both(batch, damage, CPU)
    assert torch.equal(clean[::2], damaged[::2])
    assert not torch.equal(clean[1], damaged[1])


def test_damage_is_drawn_in_its_shares() -> None:
    drawn = draw_damage(4000, torch.Generator().manual_seed(0))
    assert float(drawn[:, 0].mean()) == pytest.approx(SHARP_SHARE, abs=0.03)
    stored = drawn[:, 1][drawn[:, 1] > 0]
    assert len(stored) / 4000 == pytest.approx(JPEG_SHARE, abs=0.03)
    assert QUALITIES[0] <= float(stored.min()) < float(stored.max()) <= QUALITIES[1]
