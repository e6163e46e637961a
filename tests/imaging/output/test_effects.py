"""Effects of finished crops: sizes, laws, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect, apply_effects

RAMP = Image.fromarray(np.tile(np.arange(60, dtype=np.uint8)[None, :, None] * 4, (40, 1, 3)))


def _done(image: Image.Image, *effects: Effect) -> np.ndarray:
    return np.asarray(apply_effects(image, effects)).astype(int)


@pytest.mark.parametrize("name", ["flip", "flop"])
def test_mirrored_twice_is_as_before(name: str) -> None:
    assert np.array_equal(_done(RAMP, Effect(name), Effect(name)), np.asarray(RAMP))
    assert np.array_equal(_done(RAMP, Effect(name)), np.asarray(RAMP)) == (name == "flip")


def test_turns() -> None:
    assert apply_effects(RAMP, [Effect("rotate", (90.0,))]).size == (40, 60)
    assert np.array_equal(_done(RAMP, *[Effect("rotate", (90.0,))] * 4), np.asarray(RAMP))
    assert apply_effects(RAMP, [Effect("rotate", (30.0,))]).mode == "RGBA"


def test_tones() -> None:
    plain = np.asarray(RAMP).astype(int)
    assert np.array_equal(_done(RAMP, Effect("brightness", (0.0,)), Effect("contrast", (0.0,))), plain)
    assert (_done(RAMP, Effect("brightness", (20.0,))) >= plain).all()
    assert (
        _done(RAMP, Effect("contrast", (50.0,))).std() > plain.std() > _done(RAMP, Effect("contrast", (-50.0,))).std()
    )
    assert _done(RAMP, Effect("brightness", (-100.0,))).max() == 0


def test_what_is_transparent_stays_so_until_something_is_put_behind() -> None:
    glass = Image.new("RGBA", (20, 20), (200, 0, 0, 0))
    grey = apply_effects(glass, [Effect("grayscale"), Effect("brightness", (10.0,))])
    assert grey.getchannel("A").getextrema() == (0, 0)
    shown = apply_effects(glass, [Effect("background", (), "#00ff00")])
    assert (shown.mode, shown.getpixel((5, 5))) == ("RGB", (0, 255, 0))


def test_a_square_is_the_middle() -> None:
    assert np.array_equal(_done(RAMP, Effect("square")), np.asarray(RAMP)[:, 10:50])
    upright = RAMP.transpose(Image.Transpose.ROTATE_90)
    assert np.array_equal(_done(upright, Effect("square")), np.asarray(upright)[10:50])


def test_corners_are_round() -> None:
    clear = apply_effects(RAMP, [Effect("round", (10.0,))])
    assert (clear.getpixel((0, 0))[3], clear.getpixel((30, 20))[3]) == (0, 255)  # type: ignore[index]
    assert apply_effects(RAMP, [Effect("round", (10.0,), "#ff0000")]).getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("name", "values"), [("blur", (151.0,)), ("brightness", (101.0,)), ("swirl", ()), ("blur", (float("nan"),))]
)
def test_what_makes_no_sense_is_refused(name: str, values: tuple[float, ...]) -> None:
    with pytest.raises(InvalidRequest):
        Effect(name, values)
