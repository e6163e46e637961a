"""Films: every frame is drawn as the format says, and as Pillow draws it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.imaging.animation.film import Film, spread
from imaging.animation.films import DURATIONS, assert_alike, by_pillow, discs, drawn


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_films_are_drawn_as_pillow_draws_them(form: str, mode: str) -> None:
    first, *rest = discs(mode)
    file = BytesIO()
    options = {"lossless": True} if form == "WEBP" else {"disposal": 2} if (form, mode) == ("GIF", "RGBA") else {}
    first.save(file, form, save_all=True, append_images=rest, duration=list(DURATIONS), loop=0, **options)
    assert_alike(drawn(form, file.getvalue()), by_pillow(file.getvalue()))


@given(st.integers(0, 500), st.integers(1, 9))
def test_the_frames_that_stand_for_a_film_are_spread_over_it(frames: int, wanted: int) -> None:
    chosen = spread(frames, wanted)
    assert len(set(chosen)) == len(chosen) == min(frames, wanted)
    assert all(0 <= one < frames for one in chosen)


@given(st.integers(1, 9), st.integers(0, 9), st.booleans())
def test_frames_drawn_ahead_are_drawn_once_where_they_are_held_and_all_come_either_way(
    frames: int,
    ahead: int,
    holds: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    began: list[int] = []

    def begin() -> Iterator[tuple[int, Fraction]]:
        for index in range(frames):
            began.append(index)
            yield index, Fraction(index, 10)

    film = Film(frames, 0, alpha=False, begin=begin, holds=holds)
    whole = [(index, Fraction(index, 10)) for index in range(frames)]
    assert list(film.draw_ahead(ahead)) == whole[:ahead]
    assert list(film.draw()) == whole
    assert len(began) == (frames if holds else frames + min(frames, ahead))
    assert list(film.draw()) == whole  # what was held was handed out once
    list(film.draw_ahead(ahead))
    film.drop_held()
    began.clear()
    assert list(film.draw()) == whole
    assert len(began) == frames
