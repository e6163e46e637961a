"""Effects of finished crops: sizes, laws, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect, apply_effects, size_after

RAMP = Image.fromarray(np.tile(np.arange(60, dtype=np.uint8)[None, :, None] * 4, (40, 1, 3)))


def _done(image: Image.Image, *effects: Effect) -> np.ndarray:
    return np.asarray(apply_effects(image, effects)).astype(int)


@pytest.mark.parametrize("name", ["flip", "flop"])
def test_mirrored_twice_is_as_before(name: str) -> None:
    assert np.array_equal(_done(RAMP, Effect(name), Effect(name)), np.asarray(RAMP))
    assert np.array_equal(_done(RAMP, Effect(name)), np.asarray(RAMP)) == (name == "flip")


def test_a_quarter_turn_exchanges_the_sides_and_other_turns_have_clear_corners() -> None:
    assert apply_effects(RAMP, [Effect("rotate", (90.0,))]).size == (40, 60)
    assert np.array_equal(_done(RAMP, *[Effect("rotate", (90.0,))] * 4), np.asarray(RAMP))
    assert apply_effects(RAMP, [Effect("rotate", (30.0,))]).mode == "RGBA"


@given(st.integers(1, 90), st.integers(1, 90), st.one_of(st.floats(-720, 720), st.integers(-720, 720)))
def test_the_size_after_a_turn_is_the_size_that_it_makes(width: int, height: int, degrees: float) -> None:
    """Within a pixel: Pillow rounds the corners, one after the other."""
    turn = Effect("rotate", (float(degrees),))
    after, made = size_after(Size(width, height), turn), apply_effects(Image.new("L", (width, height)), [turn]).size
    assert abs(after.width - made[0]) <= 1
    assert abs(after.height - made[1]) <= 1


@given(
    st.integers(1, 400), st.integers(1, 400), st.integers(1, 400), st.integers(1, 400), st.floats(0, 1), st.floats(0, 1)
)
@example(500, 640, 480, 480, 0.5, 0.5)
@example(77, 157, 480, 400, 1.0, 1.0)
def test_a_part_of_any_ratio_is_cut_out_of_any_picture(
    width: int, height: int, wide: int, high: int, across: float, down: float
) -> None:
    """Products of rounded numbers are now and then a little larger than the side that they fill."""
    effect = Effect("cover", (float(wide), float(high), across, down))
    assert apply_effects(Image.new("L", (width, height)), [effect]).size == (wide, high)


def test_brightness_and_contrast_change_tones_and_0_does_not() -> None:
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


@pytest.mark.parametrize(
    ("effect", "size"),
    [
        (Effect("inside", (30.0, 0.0, 1.0)), (30, 20)),
        (Effect("inside", (0.0, 80.0, 1.0)), (120, 80)),
        (Effect("inside", (90.0, 80.0, 0.0)), (60, 40)),
        (Effect("inside", (1.0, 1.0, 0.0)), (1, 1)),
        (Effect("cover", (20.0, 20.0, 0.0, 0.5)), (20, 20)),
        (Effect("cover", (7.0, 300.0, 1.0, 1.0)), (7, 300)),
        (Effect("resize", (9.0, 90.0)), (9, 90)),
        (Effect("rotate", (90.0,)), (40, 60)),
        (Effect("square"), (40, 40)),
        (Effect("ground", (70.0, 30.0), "red"), (70, 30)),
    ],
)
def test_the_size_after_an_effect_is_the_size_that_it_makes(effect: Effect, size: tuple[int, int]) -> None:
    assert apply_effects(RAMP, [effect]).size == size
    after = size_after(Size(*RAMP.size), effect)
    assert (after.width, after.height) == size


def test_a_ground_shows_around_a_picture_in_its_middle_and_cuts_what_overhangs() -> None:
    shown = _done(RAMP, Effect("ground", (70.0, 30.0), "red"))
    assert np.array_equal(shown[:, 5:65], np.asarray(RAMP)[5:35])
    assert (shown[:, :5] == (255, 0, 0)).all()
    assert (shown[:, 65:] == (255, 0, 0)).all()


def test_a_part_lies_where_it_is_told() -> None:
    left, right = (_done(RAMP, Effect("cover", (20.0, 20.0, at, 0.5))).mean() for at in (0.0, 1.0))
    whole = np.asarray(RAMP).astype(int)
    assert abs(left - whole[:, :40].mean()) < 1
    assert abs(right - whole[:, 20:].mean()) < 1


def test_a_radius_in_pixels_of_the_source_follows_the_scale_of_the_crop() -> None:
    blur = Effect("blur", (100.0,), of_source=True)
    assert (blur.scale(0.1).values, blur.scale(9.0).values, blur.scale(0.1).scale(0.1)) == (
        (10.0,),
        (150.0,),
        Effect("blur", (10.0,)),
    )
    assert Effect("sharpen", (8.0, 1.0), of_source=True).scale(0.25) == Effect("sharpen", (2.0, 1.0))


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


def test_room_is_added_and_cut_off_again() -> None:
    padded = Effect("pad", (3.0, 5.0, 7.0, 9.0), "#ff0000")
    grown = apply_effects(RAMP, [padded])
    assert (grown.mode, grown.size, grown.getpixel((0, 0))) == ("RGB", (70, 54), (255, 0, 0))
    assert np.array_equal(_done(RAMP, padded, Effect("part", (3.0, 5.0, 60.0, 40.0))), np.asarray(RAMP))
    clear = apply_effects(RAMP, [Effect("pad", (1.0, 1.0, 1.0, 1.0))])
    assert (clear.mode, clear.getpixel((0, 0))) == ("RGBA", (255, 255, 255, 0))
    assert clear.getpixel((1, 1)) == (0, 0, 0, 255)


def test_a_part_ends_with_the_picture_and_begins_inside() -> None:
    assert apply_effects(RAMP, [Effect("part", (50.0, 30.0, 500.0, 500.0))]).size == (10, 10)
    assert size_after(Size(60, 40), Effect("part", (50.0, 30.0, 500.0, 500.0))) == Size(10, 10)
    with pytest.raises(InvalidRequest, match="inside the picture, which is 60x40"):
        apply_effects(RAMP, [Effect("part", (60.0, 0.0, 5.0, 5.0))])


@pytest.mark.parametrize("side", [2, 7, 60, 30_000])
def test_the_pixels_of_a_square_become_their_mean(side: int) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    shown = _done(Image.fromarray(noise), Effect("pixelate", (float(side),)))
    for top in range(0, 40, side):
        for left in range(0, 60, side):
            square = shown[top : top + side, left : left + side].reshape(-1, 3)
            mean = noise[top : top + side, left : left + side].reshape(-1, 3).mean(axis=0)
            assert (square == square[0]).all()
            assert np.abs(square[0] - mean).max() <= 1
    glass = Image.new("RGBA", (4, 4), (200, 0, 0, 0))
    glass.putpixel((0, 0), (0, 0, 200, 255))
    red, _, blue, _ = _done(glass, Effect("pixelate", (4.0,)))[3, 3]
    assert (red, blue > 190) == (0, True)  # nobody saw the red
