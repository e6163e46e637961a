"""Pale things on pale grounds: they are seen, and photographs stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from focalbox import Box, Cropper
from focalbox.saliency.contrast import stretch_contrast
from pictures import encoded


def drawn(ground: int, thing: int, left: int, top: int, form: str) -> bytes:
    """A picture of 1200 x 1200 pixels with one thing of 300 x 300 on a flat ground."""
    picture = Image.new("RGB", (1200, 1200), (ground,) * 3)
    ImageDraw.Draw(picture).rounded_rectangle((left, top, left + 300, top + 300), 50, fill=(thing,) * 3)
    return encoded(picture, form)


@pytest.mark.slow
@pytest.mark.parametrize(("ground", "thing"), [(255, 252), (200, 195), (60, 64)])
@pytest.mark.parametrize(("left", "top"), [(60, 60), (450, 840)])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_pale_thing_is_kept_or_the_crop_is_in_doubt(ground: int, thing: int, left: int, top: int, form: str) -> None:
    analysis, box = Cropper().analyze(drawn(ground, thing, left, top, form)), Box(left / 1200, top / 1200, 0.25, 0.25)
    for size in ("500x200", "1:1", "9:16"):
        crop = analysis.plan(size)
        assert crop.relative.intersection(box).area >= 0.98 * box.area or crop.confidence < 0.5


@given(st.integers(0, 255), st.integers(0, 255))
def test_order_is_kept_and_differences_grow_evenly(one: int, other: int) -> None:
    low, high = sorted((one, other))
    ramp = np.arange(low, high + 1, dtype=np.uint8)[:, None, None].repeat(3, axis=2)
    steps = np.diff(stretch_contrast(ramp)[:, 0, 0].astype(int))
    assert (steps >= 1).all()
    assert not steps.size or np.ptp(steps) <= 1
    if high - low >= 96:
        assert np.array_equal(stretch_contrast(ramp), ramp)
