"""What stands for a picture until it has loaded."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from focalbox.errors import DecodeError, InvalidRequest, LimitExceeded
from focalbox.html.placeholders import blurhash, dominant_colour
from focalbox.imaging.limits import Limits


def test_the_colour_of_most_pixels_wins() -> None:
    picture = np.full((40, 60, 3), (51, 85, 119), dtype=np.uint8)
    picture[:, :20] = (200, 20, 20)
    red, green, blue = (int(dominant_colour(picture)[at : at + 2], 16) for at in (1, 3, 5))
    assert abs(red - 51) + abs(green - 85) + abs(blue - 119) < 6


def test_a_sliver_has_a_colour_too() -> None:
    assert dominant_colour(np.full((1, 900, 3), 128, dtype=np.uint8)) == "#808080"


def test_a_blurhash_has_the_length_that_its_components_need() -> None:
    pytest.importorskip("blurhash")
    picture = np.zeros((20, 30, 3), dtype=np.uint8)
    for across, down in ((1, 1), (4, 3), (9, 9)):
        assert len(blurhash(picture, components=(across, down))) == 4 + 2 * across * down


def test_wrong_components_pictures_and_limits_are_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"1 to 9 components a side, such as \(4, 3\), not \(0, 3\)"):
        blurhash(np.zeros((2, 2, 3), dtype=np.uint8), components=(0, 3))
    with pytest.raises(DecodeError):
        dominant_colour(b"no picture")
    with pytest.raises(LimitExceeded):
        dominant_colour(np.zeros((20, 20, 3), dtype=np.uint8), limits=Limits(pixels=100))


@pytest.mark.parametrize("wrong", [5, (4,), (4.5, 3), ("4", "3"), (True, 3), None])
def test_components_are_two_whole_numbers(wrong: Any) -> None:
    with pytest.raises(InvalidRequest, match="1 to 9 components a side"):
        blurhash(np.zeros((2, 2, 3), dtype=np.uint8), components=wrong)


def test_without_its_extra_a_blurhash_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "blurhash", None)  # as where it is not installed
    with pytest.raises(InvalidRequest, match=r"^a BlurHash needs an extra: pip install 'focalbox\[html\]'$"):
        blurhash(np.zeros((2, 2, 3), dtype=np.uint8))
