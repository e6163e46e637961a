"""X"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from focalbox.errors import DecodeError, LimitExceeded
from focalbox.imaging.limits import Limits
from focalbox.imaging.source import open_picture
from imaging.animation.films import SIZE, discs


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_a_film_is_held_against_its_limits(form: str, file_of: Callable[..., bytes]) -> None:
    first, *rest = discs()
    content = file_of(first, form, save_all=True, append_images=rest, duration=100)
    with pytest.raises(LimitExceeded, match="at most 3 frames"):
        open_picture(content, Limits(frames=3)).film()
    with pytest.raises(LimitExceeded, match="frames of a film may have at most 5000 pixels"):
        open_picture(content, Limits(film_pixels=5000)).film()
    picture = open_picture(content, Limits(frames=3, film_pixels=5000))
    assert picture.decode(picture.size).image.size == SIZE


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_every_frame_is_turned(form: str, orientation: int, file_of: Callable[..., bytes]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    first, *rest = discs()
    options = {"lossless": True} if form == "WEBP" else {}
    picture = open_picture(
        file_of(first, form, save_all=True, append_images=rest, duration=100, exif=exif.tobytes(), **options)
    )
    turn = {
        1: lambda one: one,
        3: lambda one: one.rotate(180),
        6: lambda one: one.transpose(Image.Transpose.ROTATE_270),
    }
    for (working, _), frame in zip(picture.film().draw(), [first, *rest], strict=True):
        np.testing.assert_array_equal(np.asarray(working.image), np.asarray(turn[orientation](frame)))


def test_a_film_that_ends_early_says_so(file_of: Callable[..., bytes]) -> None:
    first, *rest = [Image.effect_noise(SIZE, 80).convert("RGB") for _ in range(5)]
    for form in ("GIF", "WEBP", "AVIF"):
        content = file_of(first, form, save_all=True, append_images=rest, duration=100)
        with pytest.raises(DecodeError, match="the file ends too early"):
            list(open_picture(content[: len(content) * 3 // 4]).film().draw())
