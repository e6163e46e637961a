"""WebP taken from the decoder's own memory is what Pillow makes of it."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from focalbox import Cropper, DecodeError
from focalbox.imaging.colour_spaces import rgb_profile
from focalbox.imaging.decoders.webp import decode_webp, first_frame, held_beside
from focalbox.imaging.source import open_picture
from pictures import encoded


def drawn(mode: str, **options: Any) -> bytes:
    """Write a picture of noise, every third pixel of it half transparent where the mode has alpha."""
    values = np.random.default_rng(7).integers(0, 256, (61, 83, len(mode)), dtype=np.uint8)
    if mode == "RGBA":
        values[..., 3] = np.where(np.arange(83) % 3, 255, 128)
    return encoded(values, "WEBP", **options)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("options", [{"quality": 70}, {"lossless": True, "exact": True}], ids=["lossy", "lossless"])
def test_pixels_are_pillows(mode: str, options: dict[str, Any]) -> None:
    content = drawn(mode, **options)
    with Image.open(BytesIO(content)) as image:
        expected = image.copy()
    picture = open_picture(content)
    working = picture.decode(picture.size)
    assert working.image.mode == mode
    assert working.image.tobytes() == expected.tobytes()


@pytest.mark.parametrize("options", [{"quality": 70}, {"lossless": True}], ids=["lossy", "lossless"])
def test_imagecodecs_draws_the_same_pixels(options: dict[str, Any]) -> None:
    pytest.importorskip("imagecodecs")
    content = drawn("RGB", **options)
    with Image.open(BytesIO(content)) as image:
        decoded = decode_webp(image)
        assert decoded is not None
        assert np.array_equal(decoded, np.asarray(image.convert("RGBA")))


def test_films_and_transparency_are_left_to_pillow() -> None:
    film = BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "lime")]
    frames[0].save(film, "WEBP", save_all=True, append_images=frames[1:])
    for content in (film.getvalue(), drawn("RGBA", quality=70)):
        with Image.open(BytesIO(content)) as image:
            assert decode_webp(image) is None


def test_what_is_drawn_straight_takes_less_memory() -> None:
    pytest.importorskip("imagecodecs")
    assert held_beside(drawn("RGB", quality=70), "RGB") == 0
    assert held_beside(drawn("RGB", lossless=True), "RGB") == 4
    assert held_beside(drawn("RGBA", quality=70), "RGBA") is None


def test_of_a_film_it_is_the_first_frame() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "lime", "blue")]
    file = BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert Cropper().crop(file.getvalue(), "20x20", animate="first").getpixel((3, 3)) == (255, 0, 0)


def test_colours_are_settled_in_that_memory_and_nowhere_else() -> None:
    srgb = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
    content = drawn("RGB", lossless=True, icc_profile=rgb_profile(srgb, 1.0))
    first, second = (np.asarray(Cropper().crop(content, "83x61")) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.mean() > 160  # numbers that are light, 128 on average, look lighter


def test_a_damaged_file_is_refused() -> None:
    content = bytearray(drawn("RGB", quality=70))
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    content[30:60] = b"\xff" * 30
    with pytest.raises(DecodeError, match="cannot be decoded"):
        open_picture(bytes(content)).decode()


def test_a_picture_of_another_kind_is_left_to_pillow() -> None:
    assert first_frame(Image.new("RGB", (4, 3))) is None
