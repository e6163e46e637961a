"""PNG decoded by another library is the same picture, and what that refuses is Pillow's."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox import DecodeError
from focalbox.core.target import Size
from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.decoders.png import bytes_beside, decode_png
from focalbox.imaging.headers.png import SIGNATURE
from focalbox.imaging.memory import Need
from focalbox.imaging.source import open_picture
from focalbox.imaging.working import shrink, shrink_array
from pictures import encoded

pytest.importorskip("kornia_rs")


def noisy(mode: str, size: tuple[int, int]) -> Image.Image:
    pixels = np.random.default_rng(7).integers(0, 256, (size[1], size[0], len(mode)), dtype=np.uint8)
    return Image.fromarray(pixels)


def written(image: Image.Image, **options: object) -> bytes:
    return encoded(image, "PNG", **options)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@given(
    st.sampled_from(["RGB", "RGBA"]),
    st.integers(1, 70),
    st.integers(1, 50),
    st.sampled_from([1, 2, 4, 8]),
    st.booleans(),
)
def test_the_pixels_are_those_of_pillow_at_every_scale(
    mode: str,
    width: int,
    height: int,
    scale: int,
    wide: bool,  # noqa: FBT001
) -> None:
    image = noisy(mode, (width * 40 if wide else width, height))  # of a wide one a strip is a few rows
    decoded = decode_png(opened(written(image)))
    assert decoded is not None
    np.testing.assert_array_equal(decoded, np.asarray(image))
    expected = shrink(image, None, scale)
    found = shrink_array(decoded, scale)
    assert found.mode == expected.mode
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


@pytest.mark.parametrize("needed", [Size(30, 20), Size(900, 600), None])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_working_image_is_the_same_without_it(mode: str, needed: Size | None) -> None:
    content = written(noisy(mode, (1500, 1000)))
    found = open_picture(content).decode(needed)
    expected = open_picture(opened(content)).decode(needed)  # what a caller opened is decoded by Pillow
    np.testing.assert_array_equal(np.asarray(found.image), np.asarray(expected.image))
    np.testing.assert_array_equal(found.look(), expected.look())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_other_kinds_are_left_to_pillow(mode: str) -> None:
    image = Image.new(mode, (20, 10)) if mode == "I;16" else noisy("RGB", (20, 10)).convert(mode)
    assert decode_png(opened(written(image))) is None


def test_a_colour_that_is_transparent_and_16_bits_are_left_to_pillow() -> None:
    assert decode_png(opened(written(noisy("RGB", (20, 10)), transparency=(1, 2, 3)))) is None
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 2, 16, 2, 0, 0, 0))
    codes = zlib.compress(b"".join(b"\0" + bytes(range(24)) for _ in range(2)))
    deep = SIGNATURE + header + png_chunk(b"IDAT", codes) + png_chunk(b"IEND", b"")
    assert decode_png(opened(deep)) is None


def test_a_very_large_picture_is_left_to_pillow_as_others_would_wait() -> None:
    assert decode_png(opened(written(Image.new("RGB", (6500, 5000))))) is None


def test_a_second_copy_is_counted_where_there_is_one() -> None:
    assert bytes_beside("RGB", 24_000_000, 1) == 72_000_000
    assert not bytes_beside("RGB", 24_000_000, 2)
    assert not bytes_beside("RGBA", 24_000_000, 1)
    assert not bytes_beside("RGB", 98_000_000, 1)  # Pillow's
    small, large = Size(2000, 2000), Size(2001, 2000)  # what is spare in every estimate holds a small one
    assert Need("PNG", "RGB", large).peak - Need("PNG", "RGB", small).peak > 12_000_000


def test_damage_is_named_as_ever() -> None:
    content = written(noisy("RGB", (90, 60)))
    for damaged in (content[: len(content) // 2], content.replace(b"IDAT", b"IDAT\xff", 1)):
        assert decode_png(opened(damaged)) is None
        with pytest.raises(DecodeError, match="the picture cannot be decoded"):
            open_picture(damaged).decode()
