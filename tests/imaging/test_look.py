"""What a model is shown is the same for every target, file format and side."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps
from PIL.Image import Image as Picture
from skimage import data

from focalbox.core.target import Size
from focalbox.imaging.source import open_picture
from pictures import encoded

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")
MAX_LEVELS, MEAN = 8, 0.35
"""Differences of 8-bit pixels that a JPEG decoded at 1/8 and its full decode were found to keep: at most 5 and 0.31."""
MAX_MIRRORED, MEAN_MIRRORED = 20, 0.6
"""The same for mirrored photographs whose sides are no multiples of the grid's cells: at most 17 and 0.56."""


def enlarged(name: str, width: int, height: int) -> Picture:
    return Image.fromarray(getattr(data, name)()).resize((width, height), Image.Resampling.LANCZOS)


def looked(file: bytes, needed: Size | None = None) -> NDArray[np.uint8]:
    return open_picture(file).decode(needed).look()


def near(first: NDArray[np.uint8], second: NDArray[np.uint8], most: int = MAX_LEVELS, mean: float = MEAN) -> bool:
    difference = np.abs(first.astype(int) - second.astype(int))
    return bool(difference.max() <= most and difference.mean() <= mean)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(("width", "height"), [(3200, 2000), (1603, 1271), (640, 480)])
def test_every_target_and_a_lossless_copy_show_the_same(name: str, width: int, height: int) -> None:
    photograph = enlarged(name, width, height)
    for subsampling in (0, 2):
        jpeg = encoded(photograph, "JPEG", quality=90, subsampling=subsampling)
        shown = looked(jpeg)
        scales = set()
        for divisor in (1, 2, 4):
            needed = Size(-(-width // divisor), -(-height // divisor))
            scales.add(open_picture(jpeg).decode(needed).scale)
            assert np.array_equal(looked(jpeg, needed), shown)
        assert len(scales) == {3200: 3, 1603: 2, 640: 1}[width]
    decoded = open_picture(jpeg).decode(Size(width, height)).image
    assert near(looked(encoded(decoded, "PNG", compress_level=1)), shown)
    assert near(looked(encoded(decoded.convert("RGBA"), "PNG", compress_level=1)), shown)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(("width", "height"), [(1600, 1200), (1403, 1111), (451, 300)])
def test_a_mirrored_picture_shows_the_mirror(name: str, width: int, height: int) -> None:
    photograph = enlarged(name, width, height)
    straight = looked(encoded(photograph, "PNG", compress_level=1))
    mirrored = looked(encoded(ImageOps.mirror(photograph), "PNG", compress_level=1))[:, ::-1]
    if width % 8 == 0 or width < 500:
        assert np.array_equal(straight, mirrored)
    assert near(straight, mirrored, MAX_MIRRORED, MEAN_MIRRORED)


@pytest.mark.parametrize("form", ["JPEG", "CMYK JPEG", "progressive JPEG", "PNG", "palette PNG", "RGBA PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_picture_of_any_kind_shows_the_same_to_the_last_bit(form: str, orientation: int) -> None:
    photograph, exif = enlarged("chelsea", 1601, 1101), Image.Exif()
    exif[0x0112] = orientation
    kinds = {"CMYK": photograph.convert("CMYK"), "palette": photograph.quantize(64), "RGBA": photograph.convert("RGBA")}
    picture = kinds.get(form.partition(" ")[0], photograph)
    if picture.mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    options = {"progressive": True} if form.startswith("progressive") else {}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() if form == "PNG" else None
    file = encoded(picture, form.rsplit(maxsplit=1)[-1], exif=exif.tobytes(), icc_profile=profile, **options)
    shown = {looked(file, Size(side, side)).tobytes() for side in (1, 1600)} | {
        open_picture(file).decode(keep_profile=True).look().tobytes()
    }
    assert len(shown) == 1


def test_transparent_parts_look_neutral() -> None:
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    assert (looked(encoded(clear, "PNG")) == 128).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (4, 8000), (7, 5)])
def test_the_smallest_and_thinnest_pictures_are_looked_at(size: tuple[int, int]) -> None:
    for form in ("JPEG", "PNG"):
        assert (looked(encoded(Image.new("RGB", size, (9, 9, 9)), form)) == 9).all()
