"""Pale things on pale grounds: they are seen, and photographs stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from focalbox import Box, Cropper
from focalbox.saliency.contrast import is_even, stretch_contrast
from pictures import encoded

Colour = tuple[int, int, int]


def drawn(ground: Colour, thing: Colour, left: int, top: int, form: str) -> bytes:
    """A picture of 1200 x 1200 pixels with one thing of 300 x 300 on a flat ground."""
    picture = Image.new("RGB", (1200, 1200), ground)
    ImageDraw.Draw(picture).rounded_rectangle((left, top, left + 300, top + 300), 50, fill=thing)
    return encoded(picture, form)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ground", "thing"),
    [
        ((255, 255, 255), (252, 252, 252)),
        ((200, 200, 200), (195, 195, 195)),
        ((60, 60, 60), (64, 64, 64)),
        ((20, 40, 200), (20, 44, 204)),
        ((250, 240, 120), (250, 235, 112)),
    ],
)
@pytest.mark.parametrize(("left", "top"), [(60, 60), (450, 840)])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_pale_thing_is_kept_or_the_crop_is_in_doubt(
    ground: Colour, thing: Colour, left: int, top: int, form: str
) -> None:
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


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_one_colour_everywhere_holds_nothing(colour: Colour) -> None:
    flat = np.full((6, 9, 3), colour, dtype=np.uint8)
    assert is_even(flat)
    assert np.array_equal(stretch_contrast(flat), flat)
    flat[2, 3, 1] = (colour[1] + 128) % 256
    assert not is_even(flat)


@pytest.mark.parametrize("colour", [(0, 0, 254), (255, 0, 0), (250, 240, 120), (128, 128, 128)])
@pytest.mark.parametrize("model", ["network", "network-mit", "classical"])
def test_a_picture_of_one_colour_is_cropped_in_the_middle(colour: Colour, model: str) -> None:
    analysis = Cropper(model=model).analyze(Image.new("RGB", (900, 600), colour))
    assert [analysis.plan(size).relative.centre for size in ("9:16", "5:2")] == [(0.5, 0.5), (0.5, 0.5)]


@given(st.tuples(*[st.integers(0, 40)] * 3), st.tuples(*[st.integers(100, 200)] * 3))
def test_every_channel_is_stretched_around_its_own_middle(spread: Colour, ground: Colour) -> None:
    picture = np.array([[ground, np.add(ground, spread)]], dtype=np.uint8)
    stretched = stretch_contrast(picture).astype(int)
    factor = min(16, 96 / max(2, *spread))
    for channel in range(3):
        wanted = spread[channel] * (factor if max(spread) >= 2 else 1)
        assert abs(stretched[0, 1, channel] - stretched[0, 0, channel] - wanted) <= 1
