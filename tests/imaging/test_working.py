"""The working image: turned, halved and put on a ground, so that what is looked at is the same at every scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.orientation import upright_size
from focalbox.imaging.scales import looking_size
from focalbox.imaging.working import WorkingImage, shrink, turn_upright

orientations = st.integers(1, 8)


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    levels = np.random.default_rng(width * height).integers(0, 256, (height, width, len(mode)), dtype=np.uint8)
    return Image.fromarray(levels, mode)


def by_exif(image: Image.Image, orientation: int) -> Image.Image:
    """Turn as Pillow does what a camera wrote."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.info["exif"] = exif.tobytes()
    return ImageOps.exif_transpose(image)


@given(orientation=orientations, width=st.integers(1, 40), height=st.integers(1, 40))
def test_upright_is_what_pillow_makes_of_the_tag(orientation: int, width: int, height: int) -> None:
    image = noise(width, height)
    found = turn_upright(image, Size(width, height), 1, orientation)
    assert np.array_equal(np.asarray(found.image), np.asarray(by_exif(image.copy(), orientation)))
    assert found.source == upright_size(Size(width, height), orientation)
    assert found.offset == (0.0, 0.0)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_halves_of_halves_are_quarters_to_the_last_bit(mode: str) -> None:
    image = noise(160, 96, mode)
    assert shrink(image, None, 8).tobytes() == shrink(shrink(image, None, 2), None, 4).tobytes()


def test_what_is_invisible_does_not_bleed_into_what_is_seen() -> None:
    image = Image.new("RGBA", (2, 2), (255, 0, 0, 0))
    image.putpixel((0, 0), (0, 0, 255, 255))
    red, _, blue, alpha = shrink(image, None, 2).getpixel((0, 0))  # type: ignore[misc]  # four bands
    assert (red, blue >= 250, alpha) == (0, True, 64)


@pytest.mark.parametrize(("colour", "ground"), [(255, 128), (0, 128), (128, 255), (130, 255)])
def test_a_drawing_is_looked_at_on_a_ground_on_which_it_is_seen(colour: int, ground: int) -> None:
    drawing = Image.new("RGBA", (20, 20), (7, 7, 7, 0))
    drawing.paste((colour, colour, colour, 255), (5, 5, 15, 15))
    found = np.asarray(WorkingImage(drawing, Size(20, 20)).small_copy(Size(20, 20)))
    assert found[0, 0].tolist() == [ground] * 3
    assert found[10, 10].tolist() == [colour] * 3


def test_an_opaque_alpha_channel_changes_nothing() -> None:
    image = noise(50, 40)
    with_alpha = image.convert("RGBA")
    for one in (image, with_alpha):
        settled = WorkingImage(one, Size(50, 40)).settle_colours(Metadata(), keep_profile=False)
        assert settled.image.mode == "RGB"
        assert settled.image.tobytes() == image.tobytes()


def test_the_copy_to_look_at_is_the_same_from_the_whole_and_from_a_half() -> None:
    image = noise(1600, 1200)
    size = looking_size(Size(1600, 1200))
    whole = WorkingImage(image, Size(1600, 1200)).look()
    half = WorkingImage(shrink(image, None, 2), Size(1600, 1200), 2).look()
    assert whole.shape == (size.height, size.width, 3)
    assert np.array_equal(whole, half)


@given(left=st.integers(0, 799), top=st.integers(0, 599), scale=st.sampled_from([1, 2, 4, 8]))
def test_a_box_lies_in_the_working_image(left: int, top: int, scale: int) -> None:
    working = WorkingImage(noise(-(-800 // scale), -(-600 // scale)), Size(800, 600), scale)
    found = working.window(PixelBox(left, top, 800 - left, 600 - top))
    assert found == pytest.approx((left / scale, top / scale, 800 / scale, 600 / scale))


def test_a_part_is_a_picture_of_its_own() -> None:
    working = WorkingImage(noise(80, 60), Size(80, 60))
    part = working.part(PixelBox(10, 20, 30, 25))
    assert (part.source, part.image.size) == (Size(30, 25), (30, 25))
    assert part.image.getpixel((0, 0)) == working.image.getpixel((10, 20))
