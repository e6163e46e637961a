"""Cutting and resizing: exactly the size asked for, exactly the window, as sharp as a full decode."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.Image import Image as Picture
from skimage import data

from focalbox.core.choice.padding import Padding
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.render import render
from focalbox.imaging.resample import crop_and_resize
from focalbox.imaging.source import open_picture
from focalbox.imaging.working import WorkingImage
from laws import cases
from pictures import encoded


def working(image: Picture) -> WorkingImage:
    return WorkingImage(image, Size(*image.size))


@given(st.data())
@settings(max_examples=cases(60), deadline=None)
def test_any_window_becomes_exactly_any_size(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 60))
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    box = PixelBox(left, top, data.draw(st.integers(1, width - left)), data.draw(st.integers(1, height - top)))
    size = Size(data.draw(st.integers(1, 90)), data.draw(st.integers(1, 90)))
    pads = st.integers(0, 40)
    padding = Padding(data.draw(pads), data.draw(pads), data.draw(pads), data.draw(pads))
    mode, colour = data.draw(st.sampled_from([("RGB", (10, 20, 30)), ("RGBA", (10, 20, 30, 255))]))
    fills: list[str | tuple[int, ...]] = ["edge", "blur", (10, 20, 30), "#0a141e"]
    fill = data.draw(st.sampled_from(fills))
    result = render(working(Image.new(mode, (width, height), colour)), box, size, padding=padding, fill=fill)
    assert result.size == (size.width, size.height)
    assert np.array_equal(np.unique(np.asarray(result).reshape(-1, len(colour)), axis=0), [colour])


@pytest.mark.parametrize("size", [(500, 200), (300, 300), (33, 97), (1, 1), (451, 300), (900, 600), (17, 300)])
@pytest.mark.parametrize("window", [(0, 0, 451, 300), (10.25, 3.5, 440.75, 299), (100, 50, 133, 147)])
def test_the_pixels_are_those_of_pillows_lanczos(
    size: tuple[int, int], window: tuple[float, float, float, float], photograph: Picture
) -> None:
    expected = np.asarray(photograph.resize(size, Image.Resampling.LANCZOS, box=window)).astype(int)
    difference = np.abs(np.asarray(crop_and_resize(photograph, size, window)).astype(int) - expected)
    assert difference.mean() < 0.3
    assert (difference > 2).mean() < 0.002  # Pillow rounds and clips once more, between rows and columns


def test_a_window_of_the_results_size_is_cut_and_not_resized(photograph: Picture) -> None:
    result = render(working(photograph), PixelBox(7, 9, 101, 50), Size(101, 50))
    assert np.array_equal(np.asarray(result), np.asarray(photograph)[9:59, 7:108])
    assert result is not photograph
    assert render(working(photograph), PixelBox(0, 0, *photograph.size), Size(*photograph.size)) is not photograph


@pytest.mark.slow
@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_a_reduced_decode_is_as_sharp_as_a_full_one(name: str) -> None:
    image = Image.fromarray(getattr(data, name)())
    noise = np.random.default_rng(7).integers(-4, 5, (1800, 2700, 1), dtype=np.int16)
    large = np.asarray(image.resize((2700, 1800), Image.Resampling.LANCZOS)).astype(np.int16) + noise
    file = encoded(Image.fromarray(np.clip(large, 0, 255).astype(np.uint8)), "JPEG", quality=90)
    box = PixelBox(0, 333, 2700, 1080)
    picture = open_picture(file)
    reduced = picture.decode(Size(1000, 667))
    assert reduced.scale == 2
    whole = picture.decode(picture.size).image.resize((500, 200), Image.Resampling.LANCZOS, box=(0, 333, 2700, 1413))
    error = np.asarray(render(reduced, box, Size(500, 200))).astype(float) - np.asarray(whole)
    assert 10 * np.log10(255**2 / np.square(error).mean()) >= 45


def test_the_mirror_of_a_picture_is_rendered_as_the_mirror(photograph: Picture) -> None:
    box, size = PixelBox(40, 20, 300, 200), Size(150, 100)
    mirrored = PixelBox(451 - 340, 20, 300, 200)
    straight = np.asarray(render(working(photograph), box, size)).astype(int)
    other = np.asarray(render(working(photograph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)), mirrored, size))
    assert np.abs(straight - other[:, ::-1]).max() <= 1


def test_what_is_invisible_does_not_bleed() -> None:
    image = Image.new("RGBA", (100, 100), (0, 255, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 50, 100))
    result = np.asarray(render(working(image), PixelBox(0, 0, 100, 100), Size(20, 20)))
    seen = result[result[..., 3] > 8]
    assert (seen[:, 1] < 16).all()


def test_thin_pictures_are_cut_before_they_are_resized() -> None:
    started = time.process_time()
    for width, height in ((1, 2000), (4, 8000)):
        picture = open_picture(encoded(Image.new("RGB", (width, height)), "JPEG"))
        result = render(picture.decode(picture.size), PixelBox(0, 100, width, width), Size(500, 500))
        assert result.size == (500, 500)
    assert time.process_time() - started < 2


def test_a_padded_result_is_filled_as_asked(corners: Picture) -> None:
    box, size = PixelBox(0, 0, 64, 48), Size(128, 48)
    padding = Padding(left=32, right=32)
    edge = np.asarray(render(working(corners), box, size, padding=padding, fill="edge"))
    assert (edge[:, 0] == edge[:, 40]).all()
    white = np.asarray(render(working(corners), box, size, padding=padding))
    assert (white[:, :32] == 255).all()
    assert (white[:, 96:] == 255).all()
    assert np.array_equal(white[:, 32:96], np.asarray(corners))
    clear = render(working(corners), box, size, padding=padding, fill="#ffffff00")
    assert clear.mode == "RGBA"
    assert clear.getpixel((0, 0)) == (255, 255, 255, 0)
    assert clear.getpixel((40, 5)) == (200, 30, 30, 255)
    blurred = np.asarray(render(working(corners), box, size, padding=padding, fill="blur"))
    assert blurred[:20, :32].mean(axis=(0, 1)).argmax() == 0  # red beside red
    translucent = corners.convert("RGBA")
    translucent.putalpha(128)
    mixed = render(working(translucent), box, size, padding=padding, fill="black").getpixel((40, 5))
    assert mixed == (100, 15, 15, 255)


@pytest.mark.parametrize("fill", ["mauve-ish", (1, 2), (1, 2, 999), "", ("a", "b", "c")])
def test_a_fill_that_is_no_colour_is_refused(fill: str | tuple[int, ...], corners: Picture) -> None:
    with pytest.raises(InvalidRequest):
        render(working(corners), PixelBox(0, 0, 64, 48), Size(64, 64), padding=Padding(top=8, bottom=8), fill=fill)


@pytest.mark.slow
def test_the_largest_results_are_made(corners: Picture) -> None:
    result = render(working(corners), PixelBox(0, 0, 48, 48), Size(8000, 8000))
    assert result.size == (8000, 8000)


@pytest.mark.slow
def test_threads_share_everything_and_agree(photograph: Picture) -> None:
    file = encoded(photograph, "JPEG", quality=90)
    sizes = [Size(100 + step, 60 + step) for step in range(8)] * 4

    def rendered(size: Size) -> bytes:
        picture = open_picture(file)
        return render(picture.decode(picture.size), PixelBox(10, 20, 400, 260), size).tobytes()

    alone = [rendered(size) for size in sizes]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(rendered, sizes)) == alone
