"""GIF: colours that fit are kept, pixels are there or not, delays do not drift, and only what is new is written."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from focalbox.imaging.animation.encoding import encode_animation
from focalbox.imaging.animation.gif import draw_gif, read_gif
from focalbox.imaging.animation.gif_writer import write_gif
from imaging.animation.films import discs, pairs, seen
from laws import cases

TENTH = Fraction(1, 10)
MOST = 0xFFFF


def drawn(content: bytes) -> list[Image.Image]:
    return list(draw_gif(content, read_gif(content, 99)))


@pytest.mark.parametrize("colours", [1, 2, 255, 256])
def test_a_gif_keeps_every_colour_that_fits(colours: int) -> None:
    near = np.arange(colours, dtype=np.uint8)[None].repeat(3, axis=0)
    frames = [Image.fromarray(np.dstack([near, near[:, ::-1], 255 - near])) for _ in range(3)]
    frames[1].putpixel((0, 0), (0, colours - 1, 255))
    content = encode_animation(((frame, Fraction(1, 10)) for frame in frames), "gif", plays=0, alpha=False)
    with Image.open(BytesIO(content)) as film:
        for index, frame in enumerate(frames):
            film.seek(index)
            assert np.array_equal(np.asarray(film.convert("RGB")), np.asarray(frame))


@given(st.lists(npst.arrays(np.uint8, (3, 4), elements=st.sampled_from([0, 127, 128, 255])), min_size=1, max_size=4))
@settings(max_examples=cases(40))
def test_a_pixel_is_there_or_not_whatever_was_there_before(alphas: list[np.ndarray]) -> None:
    colour = np.full((3, 4, 3), (240, 200, 30), np.uint8)
    frames = [Image.fromarray(np.dstack([colour, alpha])) for alpha in alphas]
    found = drawn(write_gif([(frame, TENTH) for frame in frames], 0))
    for image, alpha in zip(found, alphas, strict=True):
        wanted = np.where(alpha[..., None] >= 128, (240, 200, 30, 255), 0)
        np.testing.assert_array_equal(seen(image), wanted)


@given(st.lists(st.fractions(0, 3), min_size=1, max_size=8))
@settings(max_examples=cases(40))
def test_the_times_at_which_frames_come_do_not_drift(durations: list[Fraction]) -> None:
    frames = [(Image.new("RGB", (1, 1)), duration) for duration in durations]
    written = [one.duration for one in read_gif(write_gif(frames, 0), 99).frames]
    for told, wanted in zip(accumulate(written), accumulate(durations), strict=True):
        assert abs(told - wanted) <= Fraction(1, 200)


def test_a_frame_stays_at_most_as_long_as_a_gif_can_say() -> None:
    content = write_gif([(Image.new("RGB", (1, 1)), Fraction(900))], 0)
    assert [one.duration for one in read_gif(content, 9).frames] == [Fraction(MOST, 100)]


@given(st.integers(0, MOST + 1))
@settings(max_examples=cases(40))
def test_how_often_it_is_shown_is_kept(plays: int) -> None:
    assert read_gif(write_gif([(Image.new("RGB", (1, 1)), TENTH)], plays), 9).plays == plays


def test_a_frame_holds_only_what_is_new() -> None:
    boxes = [one.box for one in read_gif(write_gif(pairs(discs()), 0), 9).frames]
    assert boxes == [(0, 0, 60, 40), *((10 * index, 10, 10 * index + 25, 25) for index in range(4))]


def test_only_a_frame_of_which_something_goes_is_cleared_away() -> None:
    clear, red, blue = (Image.new("RGBA", (6, 5), colour) for colour in ((0, 0, 0, 0), "red", "blue"))
    clear.paste(red.crop((0, 0, 2, 2)), (1, 1))
    frames = read_gif(write_gif([(frame, TENTH) for frame in (red, blue, clear, blue)], 0), 9).frames
    assert [one.disposal for one in frames] == [1, 2, 1, 1]


def test_more_colours_than_fit_beside_none_are_near() -> None:
    columns, rows = np.meshgrid(np.arange(64), np.arange(48))
    picture = np.dstack([columns * 4, rows * 5, columns + rows, np.where(columns < 20, 0, 255)]).astype(np.uint8)
    (found,) = drawn(write_gif([(Image.fromarray(picture), TENTH)], 0))
    pixels = np.asarray(found)
    np.testing.assert_array_equal(pixels[..., 3], picture[..., 3])
    assert np.abs(pixels[:, 20:, :3].astype(int) - picture[:, 20:, :3]).mean() < 8
