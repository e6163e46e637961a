"""An opened picture: decoded upright, at the smallest useful scale, repeatedly, and as a film; and its properties."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.Image import Image as Picture

from focalbox.core.target import Size
from focalbox.errors import DecodeError, LimitExceeded
from focalbox.imaging.limits import Limits
from focalbox.imaging.source import open_picture
from imaging.animation.films import SIZE, discs
from imaging.decoding import FULL, decoded, difference
from pictures import encoded


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_a_film_is_held_against_its_limits(form: str) -> None:
    first, *rest = discs()
    content = encoded(first, form, save_all=True, append_images=rest, duration=100)
    with pytest.raises(LimitExceeded, match="at most 3 frames"):
        next(open_picture(content, Limits(frames=3)).film().draw())
    with pytest.raises(LimitExceeded, match="frames of a film may have at most 5,000 pixels"):
        next(open_picture(content, Limits(film_pixels=5000)).film().draw())
    picture = open_picture(content, Limits(frames=3, film_pixels=5000))
    assert picture.decode(picture.size).image.size == SIZE


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_every_frame_is_turned(form: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    first, *rest = discs()
    options = {"lossless": True} if form == "WEBP" else {}
    picture = open_picture(
        encoded(first, form, save_all=True, append_images=rest, duration=100, exif=exif.tobytes(), **options)
    )
    turn = {
        1: lambda one: one,
        3: lambda one: one.rotate(180),
        6: lambda one: one.transpose(Image.Transpose.ROTATE_270),
    }
    for (working, _), frame in zip(picture.film().draw(), [first, *rest], strict=True):
        np.testing.assert_array_equal(np.asarray(working.image), np.asarray(turn[orientation](frame)))


def test_a_film_that_ends_early_says_so() -> None:
    first, *rest = [Image.effect_noise(SIZE, 80).convert("RGB") for _ in range(5)]
    for form in ("GIF", "WEBP", "AVIF"):
        content = encoded(first, form, save_all=True, append_images=rest, duration=100)
        with pytest.raises(DecodeError, match="the file ends too early"):
            list(open_picture(content[: len(content) * 3 // 4]).film().draw())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_every_orientation_becomes_upright(form: str, orientation: int, corners: Picture) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(corners, form, exif=exif.tobytes())
    expected = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB")
    picture = open_picture(data)
    assert (picture.size.width, picture.size.height) == expected.size
    assert difference(picture.decode(picture.size).image, expected) <= 1


def test_a_turned_picture_of_odd_sides_stays_in_its_place_when_reduced(photograph: Picture) -> None:
    large = photograph.resize((1575, 1243))
    exif = Image.Exif()
    exif[0x0112] = 3
    straight = open_picture(encoded(large, "JPEG", quality=95)).decode()
    turned = open_picture(encoded(large.rotate(180), "JPEG", quality=95, exif=exif.tobytes())).decode()
    assert straight.scale == turned.scale == 2
    assert turned.offset == (0.5, 0.5)
    assert np.abs(straight.look().astype(int) - turned.look().astype(int)).mean() < 0.6


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGBA", "RGBa", "La", "CMYK", "YCbCr", "HSV", "LAB", "I", "F"]
)
def test_every_mode_of_pillow_becomes_rgb_or_rgba(mode: str, corners: Picture) -> None:
    if mode == "LAB":
        image = Image.new("LAB", corners.size, (128, 128, 128))
    elif mode in {"RGBa", "La"}:
        image = corners.convert(mode.upper()).convert(mode)
    else:
        image = corners.convert({"PA": "P"}.get(mode, mode)).convert(mode)
    before = image.copy()
    found = decoded(image)
    assert found.mode == "RGB"  # every alpha channel here is opaque
    assert found.size == corners.size
    assert image.tobytes() == before.tobytes()  # the caller's picture is his
    if mode in {"RGBA", "RGBa", "YCbCr", "HSV", "CMYK"}:
        assert difference(found, corners) < 12


def test_transparency_is_kept_and_opaque_alpha_is_dropped(corners: Picture) -> None:
    seen = corners.convert("RGBA")
    assert decoded(encoded(seen, "PNG")).mode == "RGB"
    seen.putpixel((0, 0), (0, 0, 0, 0))
    assert decoded(encoded(seen, "PNG")).mode == "RGBA"
    palette = corners.quantize(4)
    clear = palette.getpixel((0, 0))
    image = decoded(encoded(palette, "PNG", transparency=clear))
    assert image.mode == "RGBA"
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert image.getpixel((63, 0))[3] == 255  # type: ignore[index]
    assert decoded(encoded(corners, "PNG", transparency=(200, 30, 30))).getpixel((0, 0))[3] == 0  # type: ignore[index]


@pytest.mark.slow
def test_a_large_palette_picture_is_converted_in_strips(photograph: Picture) -> None:
    large = photograph.resize((3200, 1600)).quantize(64)
    working = open_picture(encoded(large, "PNG", compress_level=1)).decode()
    assert working.scale == 4
    assert difference(working.image, large.convert("RGB").reduce(2).reduce(2)) == 0


@pytest.mark.slow
def test_a_jpeg_is_decoded_as_small_as_asked_for(photograph: Picture) -> None:
    data = encoded(photograph.resize((6000, 2720)), "JPEG")
    scales = [
        open_picture(data).decode(needed).scale for needed in (None, Size(750, 340), Size(751, 340), Size(6000, 2))
    ]
    assert scales == [8, 8, 4, 1]
    picture = open_picture(data)
    first, again = picture.decode(), picture.decode(picture.size)
    assert (first.scale, again.scale) == (8, 1)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_frames_are_counted_and_the_first_is_decoded(form: str, corners: Picture) -> None:
    others = [corners.rotate(angle) for angle in (90, 180, 270)]
    data = encoded(corners, form, save_all=True, append_images=others)
    picture = open_picture(data)
    assert picture.frames == 4
    image = picture.decode(FULL).image
    assert np.abs(np.asarray(image).astype(int) - np.asarray(corners)).mean() < 8
    assert open_picture(data, Limits(frames=3)).decode().image.size == corners.size  # the first is no film


def test_seeds_decode_at_every_scale(seeds: dict[str, bytes]) -> None:
    for name, data in seeds.items():
        picture = open_picture(data)
        for needed in (None, picture.size):
            working = picture.decode(needed)
            assert working.image.mode in {"RGB", "RGBA"}, name
            assert working.look().shape[2] == 3


def test_a_picture_can_be_decoded_again_and_is_the_same(seeds: dict[str, bytes]) -> None:
    for name, data in seeds.items():
        picture = open_picture(data)
        first, again = (picture.decode(picture.size) for _ in range(2))
        assert first.image.tobytes() == again.image.tobytes(), name


def test_what_is_not_looked_at_is_not_made(seeds: dict[str, bytes]) -> None:
    picture = open_picture(seeds["JPEG"])
    assert picture.decode(look=False).looking_copy is None
    seen = picture.decode(picture.size)
    assert seen.looking_copy is not None
    assert seen.without_looking_copy().looking_copy is None
    seen.looking_copy.paste("red", (0, 0, *seen.looking_copy.size))
    assert difference(seen.image, picture.decode(picture.size, look=False).image) == 0  # it is a copy


@pytest.mark.parametrize(
    ("name", "palette", "clear", "animated"),
    [
        ("JPEG", False, False, False),
        ("PNG palette with transparency", True, True, False),
        ("PNG animated", False, False, True),
        ("GIF", True, True, False),
        ("GIF animated", True, True, True),
        ("PNG alpha, EXIF, profile", False, True, False),
        ("BMP palette", True, False, False),
        ("TIFF deflate, pages", False, False, False),
    ],
)
def test_what_it_says_of_itself(
    seeds: dict[str, bytes], name: str, *, palette: bool, clear: bool, animated: bool
) -> None:
    picture = open_picture(seeds[name])
    assert (picture.palette, picture.clear, picture.animated) == (palette, clear, animated)


def bmp(image: Picture) -> bytes:
    """Write a BMP of 32 bits whose header names an alpha channel (BITMAPV4HEADER)."""
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    head = struct.pack("<IiiHHIIiiII", 108, *image.size, 1, 32, 3, 0, 0, 0, 0, 0) + masks + bytes(52)
    pixels = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes("raw", "BGRA")
    return struct.pack("<2sIHHI", b"BM", 122 + len(pixels), 0, 0, 122) + head + pixels


def test_a_bmp_whose_fourth_channel_is_unused_is_opaque(corners: Picture) -> None:
    unused = corners.convert("RGBA")
    unused.putalpha(0)
    found = decoded(bmp(unused))
    assert found.mode == "RGB"
    assert difference(found, corners) == 0
    used = unused.copy()
    used.putpixel((9, 9), (1, 2, 3, 200))
    found = decoded(bmp(used))
    assert (found.mode, found.getpixel((9, 9))) == ("RGBA", (1, 2, 3, 200))
    assert decoded(encoded(unused, "PNG")).mode == "RGBA"  # where it means what it says


@pytest.mark.parametrize(("form", "mode"), [("GIF", "RGB"), ("PNG", "RGBA")])
def test_memory_is_counted_before_anything_is_decoded(form: str, mode: str) -> None:
    first, *rest = discs(mode)
    content = encoded(first, form, save_all=True, append_images=rest, duration=100)
    least = open_picture(content).need.peak
    picture = open_picture(content, Limits(memory=least))
    assert picture.decode(picture.size).image.size == SIZE
    with pytest.raises(LimitExceeded, match="MB to decode"):
        picture.decode(picture.size, beside=2 * least)
    with pytest.raises(LimitExceeded, match="MB to decode"):
        open_picture(content, Limits(memory=least - 1)).decode(picture.size)
    with pytest.raises(LimitExceeded, match="MB to decode"):
        next(picture.film().draw())  # holds canvases besides
