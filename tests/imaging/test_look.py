"""What a model is shown is the same for every target, file format and side."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.Image import Image as Picture
from skimage import data

from focalbox.core.geometry import Size
from focalbox.imaging.source import open_picture

FileOf = Callable[..., bytes]
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")
LOOK = Size(256, 192)
MOST, MEAN = 8, 0.35
"""Differences of 8-bit pixels that a JPEG decoded at 1/8 and its full decode were found to keep: at most 5 and 0.31."""
MOST_MIRRORED, MEAN_MIRRORED = 20, 0.6
"""The same for mirrored photographs whose sides are no multiples of the grid's cells: at most 17 and 0.56."""


def enlarged(name: str, width: int, height: int) -> Picture:
    return Image.fromarray(getattr(data, name)()).resize((width, height), Image.Resampling.LANCZOS)


def looked(file: bytes, needed: Size | None = None, look: Size = LOOK) -> NDArray[np.uint8]:
    return open_picture(file).decode(needed).look(look)


def near(first: NDArray[np.uint8], second: NDArray[np.uint8], most: int = MOST, mean: float = MEAN) -> bool:
    difference = np.abs(first.astype(int) - second.astype(int))
    return bool(difference.max() <= most and difference.mean() <= mean)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(("width", "height"), [(2800, 2000), (1603, 1271), (640, 480)])
def test_every_target_and_a_lossless_copy_show_the_same(name: str, width: int, height: int, file_of: FileOf) -> None:
    photograph = enlarged(name, width, height)
    for subsampling in (0, 2):
        jpeg = file_of(photograph, "JPEG", quality=90, subsampling=subsampling)
        shown = looked(jpeg)
        scales = set()
        for divisor in (1, 2, 4):
            needed = Size(-(-width // divisor), -(-height // divisor))
            scales.add(open_picture(jpeg).decode(needed).scale)
            assert near(looked(jpeg, needed), shown)
        assert len(scales) == (1 if width == 640 else 3)
    decoded = open_picture(jpeg).decode(Size(width, height)).image
    assert near(looked(file_of(decoded, "PNG", compress_level=1)), shown)
    assert near(looked(file_of(decoded.convert("RGBA"), "PNG", compress_level=1)), shown)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(("width", "height"), [(1600, 1200), (1403, 1111), (451, 300)])
def test_a_mirrored_picture_shows_the_mirror(name: str, width: int, height: int, file_of: FileOf) -> None:
    photograph = enlarged(name, width, height)
    straight = looked(file_of(photograph, "PNG", compress_level=1))
    mirrored = looked(file_of(ImageOps.mirror(photograph), "PNG", compress_level=1))[:, ::-1]
    if width % 8 == 0 or width < 500:
        assert np.array_equal(straight, mirrored)
    assert near(straight, mirrored, MOST_MIRRORED, MEAN_MIRRORED)


def test_transparent_parts_look_neutral(file_of: FileOf) -> None:
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    assert (looked(file_of(clear, "PNG")) == 128).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (4, 8000), (7, 5)])
def test_the_smallest_and_thinnest_pictures_are_looked_at(size: tuple[int, int], file_of: FileOf) -> None:
    for form in ("JPEG", "PNG"):
        assert (looked(file_of(Image.new("RGB", size, (9, 9, 9)), form)) == 9).all()
