"""AVIF sequences: every frame once and in order, times that do not drift, metadata, and a sentence when it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from focalbox.errors import InvalidRequest
from focalbox.imaging.animation.avif_writer import write_avif
from focalbox.imaging.animation.film import open_film
from focalbox.imaging.animation.sample_times import durations_of
from imaging.animation.films import by_pillow, discs, pairs, rights_and_profile
from laws import cases


def written(content: bytes) -> list[tuple[NDArray[np.uint8], Fraction]]:
    """Return the colour in the middle of every frame, and its seconds."""
    with Image.open(BytesIO(content)) as image:
        frames = [(one.convert("RGB"), one.info.get("duration", 0)) for one in ImageSequence.Iterator(image)]
    return [(np.asarray(one)[one.height // 2, one.width // 2], Fraction(time, 1000)) for one, time in frames]


@given(st.lists(st.tuples(st.integers(0, 2), st.fractions(Fraction(1, 500), 2)), min_size=2, max_size=6))
@settings(max_examples=cases(20))
def test_frames_come_once_and_in_order_and_their_times_do_not_drift(frames: list[tuple[int, Fraction]]) -> None:
    colours = (250, 10, 10), (10, 250, 10), (10, 10, 250)
    fetched: list[int] = []

    def film() -> Iterator[tuple[Image.Image, Fraction]]:
        for colour, duration in frames:
            fetched.append(colour)
            yield Image.new("RGB", (16, 16), colours[colour]), duration

    found = written(write_avif(film(), 0, 90, None))
    assert fetched == [colour for colour, _ in frames]
    assert len(found) == len(frames)
    for (seen, _), (colour, _) in zip(found, frames, strict=True):
        assert np.abs(seen.astype(int) - colours[colour]).max() < 30
    told, wanted = (list(accumulate(time for _, time in one)) for one in (found, frames))
    assert all(abs(one - other) <= Fraction(1, 2000) for one, other in zip(told, wanted, strict=True))


def test_a_frame_of_no_time_takes_a_millisecond_of_the_next() -> None:
    seconds = [Fraction(0), Fraction(1, 10), Fraction(0), Fraction(0), Fraction(1, 20), Fraction(0)]
    film = [(Image.new("RGB", (16, 16), (40 * index, 0, 0)), time) for index, time in enumerate(seconds)]
    found = durations_of(write_avif(film, 0, 80, None), len(seconds))
    assert found == [Fraction(milliseconds, 1000) for milliseconds in (1, 99, 1, 1, 48, 1)]


def test_alpha_and_metadata_stay() -> None:
    metadata = rights_and_profile()
    with Image.open(BytesIO(write_avif(pairs(discs("RGBA")), 0, 80, metadata))) as image:
        assert (image.mode, getattr(image, "n_frames", 1)) == ("RGBA", 5)
        assert (image.info["icc_profile"], image.info["xmp"]) == (metadata.profile, metadata.xmp)
        assert image.getexif()[0x8298] == "A. Person"
    with Image.open(BytesIO(write_avif(pairs(discs()), 0, 80, None))) as image:
        assert (image.mode, image.info.get("icc_profile")) == ("RGB", None)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("plays", [0, 1, 2, 7, 65_536])
def test_a_film_says_how_often_it_is_shown(plays: int, mode: str) -> None:
    content = write_avif(pairs(discs(mode)), plays, 80, None)
    assert open_film("AVIF", content, 10).plays == plays
    endless = write_avif(pairs(discs(mode)), 0, 80, None)
    assert len(content) == len(endless)
    for one, other in zip(by_pillow(content), by_pillow(endless), strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        assert one[1] == other[1]


def test_a_film_of_one_frame_is_a_still_picture() -> None:
    with Image.open(BytesIO(write_avif(pairs(discs())[:1], 3, 80, None))) as image:
        assert getattr(image, "n_frames", 1) == 1


def test_quality_decides_how_many_bytes_it_takes() -> None:
    noise = [(Image.effect_noise((60, 40), 90).convert("RGB"), Fraction(1, 10)) for _ in range(2)]
    assert len(write_avif(noise, 0, 20, None)) < 0.75 * len(write_avif(noise, 0, 95, None))


def test_what_the_encoder_refuses_is_a_sentence() -> None:
    frames = [(Image.new("RGB", (65_537, 1)), Fraction(1, 10))]
    with pytest.raises(InvalidRequest, match="a film of 65537x1 cannot be written as avif: ") as caught:
        write_avif(frames, 0, 80, None)
    assert "\n" not in str(caught.value)


def test_frames_of_another_size_are_refused() -> None:
    frames = [(Image.new("RGB", (width, 8)), Fraction(1, 10)) for width in (8, 9)]
    with pytest.raises(InvalidRequest, match="cannot be written as avif"):
        write_avif(frames, 0, 80, None)
