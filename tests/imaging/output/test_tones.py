"""What filters do to tones: laws, and the definitions of their services written out plainly."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from focalbox.imaging.output.effects import Effect, apply_effects
from focalbox.imaging.output.tones import TONES, natural_curve

COLOURS = np.random.default_rng(3).integers(0, 256, (90, 70, 3), dtype=np.uint8)
IDENTITY = [float(tone) for tone in range(256)] * 3
NEUTRAL = {
    "brightness": (0.0,),
    "colorize": (0.0, 0.0, 0.0, 9.0, 9.0, 9.0),
    "contrast": (0.0,),
    "convolution": (3.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0),
    "curve": tuple(IDENTITY),
    "modulate": (1.0, 1.0, 0.0),
    "noise": (0.0, 0.0),
    "rgb": (0.0, 0.0, 0.0),
    "saturation": (1.0,),
    "wavelet": (0.0, 1.0, 0.0),
}
"""Numbers that change nothing."""
SHOWN = {
    **NEUTRAL,
    "equalize": (),
    "grayscale": (),
    "modulate": (1.2, 0.5, 90.0),
    "noise": (40.0, 0.0),
    "rgb": (20.0, -20.0, 3.0),
    "wavelet": (2.0, 1.0, 1.0),
}


def done(pixels: np.ndarray, name: str, *values: float) -> np.ndarray:
    return np.asarray(apply_effects(Image.fromarray(pixels), [Effect(name, values)])).astype(int)


@pytest.mark.parametrize("name", sorted(NEUTRAL))
def test_neutral_numbers_change_nothing(name: str) -> None:
    assert np.abs(done(COLOURS, name, *NEUTRAL[name]) - COLOURS).max() <= (name in {"saturation", "wavelet"})


@pytest.mark.parametrize("name", sorted(TONES))
def test_how_opaque_a_pixel_is_stays(name: str) -> None:
    assert SHOWN.keys() == TONES.keys()
    opacity = np.linspace(0, 255, 70, dtype=np.uint8) * np.ones((90, 1), dtype=np.uint8)
    both = done(np.dstack([COLOURS, opacity]), name, *SHOWN[name])
    assert np.array_equal(both[..., 3], opacity)
    assert np.array_equal(both[..., :3], done(COLOURS, name, *SHOWN[name]))


def test_colours_are_moved_and_mixed() -> None:
    plain = COLOURS.astype(int)
    assert np.array_equal(done(COLOURS, "rgb", 20, 0, -40), np.clip(plain + np.array([51, 0, -102]), 0, 255))
    mixed = (plain * [60, 100, 0] + np.array([255, 136, 7]) * [40, 0, 100]) // 100
    assert np.array_equal(done(COLOURS, "colorize", 40, 0, 100, 255, 136, 7), mixed)


def test_without_saturation_all_three_are_as_bright_as_the_colour() -> None:
    grey = done(COLOURS, "saturation", 0)
    assert (grey == grey[..., :1]).all()
    expected = np.sqrt(COLOURS.astype(float) ** 2 @ [0.299, 0.587, 0.114])
    assert np.abs(grey[..., 0] - expected).max() <= 1


def test_equalized_tones_are_spread_evenly() -> None:
    dull = (COLOURS // 4 + 90).astype(np.uint8)
    spread = done(dull, "equalize")
    assert (spread.min(), spread.max()) == (0, 255)
    for band in range(3):
        order = np.argsort(dull[..., band], axis=None, kind="stable")
        assert (np.diff(spread[..., band].ravel()[order]) >= 0).all()
        assert abs(np.median(spread[..., band]) - 127) < 8
    flat = np.full((5, 5, 3), 77, dtype=np.uint8)
    assert done(flat, "equalize").max() == 0  # of one tone nothing can be spread


def test_noise_is_the_same_for_the_same_seed_and_no_stronger_than_asked_for() -> None:
    first = done(COLOURS, "noise", 40, 7)
    assert np.array_equal(first, done(COLOURS, "noise", 40, 7))
    assert not np.array_equal(first, done(COLOURS, "noise", 40, 8))
    added = first - COLOURS
    assert added.min() >= -20
    assert added.max() < 20
    assert added.std() > 5


@settings(deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=15, max_size=15))
def test_a_convolution_is_a_weighted_sum_of_neighbours(weights: list[int]) -> None:
    kernel = np.array(weights, dtype=float).reshape(3, 5)
    padded = np.pad(COLOURS[:20, :20], ((1, 1), (2, 2), (0, 0)), mode="edge").astype(float)
    expected = np.zeros((20, 20, 3))
    for row in range(3):
        for column in range(5):
            expected += kernel[row, column] * padded[row : row + 20, column : column + 20]
    assert np.array_equal(done(COLOURS[:20, :20], "convolution", 5, *weights), np.clip(expected, 0, 255).astype(int))


@given(st.dictionaries(st.integers(0, 255), st.integers(0, 255), min_size=1, max_size=20))
def test_a_curve_goes_through_its_points(points: dict[int, int]) -> None:
    table = natural_curve(sorted(points.items()))
    assert len(table) == 256
    assert all(table[x] == y for x, y in points.items())
    assert set(table[: min(points)]) <= {points[min(points)]}
    assert set(table[max(points) :]) <= {points[max(points)]}


def test_a_curve_is_the_natural_spline() -> None:
    x, y = np.array([0, 60, 140, 255]), np.array([10, 80, 120, 240])
    table = np.array(natural_curve(list(zip(x.tolist(), y.tolist(), strict=True))), dtype=float)
    bends = np.diff(table, 2)
    assert abs(bends[:3].mean()) < 0.4  # it ends straight
    assert (np.abs(bends) <= 2).all()  # and has no corner: rounding alone makes 2
    assert natural_curve([(0, 0), (255, 255)]) == list(range(256))


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (40, 3), (300, 270)])
@pytest.mark.parametrize("only_brightness", [0, 1])
def test_sharpened_pictures_have_the_same_mean_and_more_contrast(size: tuple[int, int], only_brightness: int) -> None:
    soft = np.random.default_rng(5).integers(90, 160, (*size, 3), dtype=np.uint8)
    sharp = done(soft, "wavelet", 1, 1, only_brightness)
    assert sharp.shape == soft.shape
    assert abs(sharp.mean() - soft.mean()) < (1 if size[0] > 40 else 12)
    if min(size) > 2:
        assert sharp.std() > 1.2 * soft.std()
    if only_brightness:
        assert np.abs((sharp[..., 0] - sharp[..., 1]) - (soft[..., 0].astype(int) - soft[..., 1])).max() <= 1


def test_a_strip_more_makes_no_seam() -> None:
    tall = np.tile(np.random.default_rng(6).integers(0, 256, (1, 40, 3), dtype=np.uint8), (600, 1, 1))
    sharp = done(tall, "wavelet", 2, 1, 0)
    assert (sharp == sharp[:1]).all()  # every row is alike before, and so it is afterwards


@given(
    st.lists(st.tuples(*[st.sampled_from([0, 1, 7, 100, 128, 254, 255])] * 3), min_size=1, max_size=9),
    st.sampled_from([0.0, 0.3, 1.0, 1.7, 100.0]),
    st.sampled_from([0.0, 0.5, 1.0, 4.0]),
    st.sampled_from([0.0, 1.0, 60.0, 200.0, 359.0]),
)
def test_lightness_saturation_and_hue_are_those_of_hsl(
    colours: list[tuple[int, int, int]], lighter: float, stronger: float, degrees: float
) -> None:
    made = done(np.array([colours], dtype=np.uint8), "modulate", lighter, stronger, degrees)[0]
    for colour, found in zip(colours, made, strict=True):
        hue, lightness, saturation = colorsys.rgb_to_hls(*(tone / 255 for tone in colour))
        expected = colorsys.hls_to_rgb((hue + degrees / 360) % 1, min(1.0, lightness * lighter), saturation * stronger)
        assert np.abs(found - np.clip(np.array(expected) * 255, 0, 255)).max() <= 1, colour
