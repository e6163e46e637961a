"""A palette in, a palette out, where it is smaller and looks the same."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from focalbox import Cropper
from focalbox.imaging.output import palette
from focalbox.imaging.output.palette import near_colours, with_palette
from pictures import Photographs, encoded


def chart(mode: str = "RGB") -> Image.Image:
    """Draw flat shapes in few colours, as charts and logos are."""
    image = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(image)
    for number, colour in enumerate(("navy", "orange", "teal", "crimson")):
        draw.rectangle((20 + 75 * number, 200 - 40 * number, 70 + 75 * number, 220), fill=colour)
    if mode == "RGBA":
        image.putalpha(Image.fromarray(np.where(np.asarray(image.convert("L")) == 255, 0, 255).astype(np.uint8)))
    return image


@pytest.mark.parametrize("form", ["PNG", "GIF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pixels_that_are_only_cut_stay_the_same_in_a_palette(mode: str, form: str) -> None:
    content = encoded(chart(mode).quantize(), form)
    (result,) = Cropper().results(content, ["320x200"])
    with Image.open(BytesIO(result.encode("png"))) as written:
        assert written.mode == "P"
        again = np.asarray(written.convert(result.image.mode))
    ours = np.asarray(result.image)
    seen = ours[..., 3:] > 0 if ours.shape[2] == 4 else True
    assert np.array_equal(again * seen, ours * seen)


def test_a_resized_chart_is_smaller_with_a_palette_and_looks_the_same() -> None:
    content = encoded(chart().quantize(), "PNG")
    (result,) = Cropper().results(content, ["200x150"])
    written = result.encode("png")
    full = encoded(result.image, "PNG")
    with Image.open(BytesIO(written)) as read:
        assert read.mode == "P"
        apart = np.asarray(read.convert("RGB")).astype(int) - np.asarray(result.image)
    assert len(written) < len(full)
    assert np.sqrt(np.square(apart).mean()) <= 3


def test_what_a_palette_cannot_show_has_none() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    assert with_palette(noise) is None


def test_a_picture_that_came_without_a_palette_goes_without() -> None:
    (result,) = Cropper().results(encoded(chart(), "PNG"), ["200x150"])
    with Image.open(BytesIO(result.encode("png"))) as written:
        assert written.mode == "RGB"


def test_the_smaller_file_is_taken(photograph: Image.Image) -> None:
    (result,) = Cropper().results(encoded(photograph.quantize(), "PNG"), ["200x150"])
    assert len(result.encode("png")) <= len(encoded(result.image, "PNG"))


def apart(image: Image.Image, near: Image.Image) -> np.ndarray:
    levels: np.ndarray = np.asarray(near.convert("RGB")).astype(int) - np.asarray(image)
    return levels


@pytest.mark.parametrize("name", ["astronaut", "coffee", "rocket"])
def test_a_photograph_in_few_colours_is_at_least_as_near_as_by_median_cut(photographs: Photographs, name: str) -> None:
    image = Image.fromarray(photographs[name]).resize((300, 200))
    near, cut = near_colours(image), image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    assert near.size == image.size
    assert len(near.getcolors() or []) <= 256
    ours, theirs = (np.square(apart(image, one)).mean() for one in (near, cut))
    assert ours <= 1.05 * theirs


def test_a_rare_colour_among_very_many_is_kept(photographs: Photographs) -> None:
    image = Image.fromarray(photographs["coffee"]).resize((600, 400))
    ImageDraw.Draw(image).rectangle((300, 200, 302, 202), fill=(0, 255, 60))  # nine pixels, of no colour near by
    mark = apart(image, near_colours(image))[200:203, 300:303]
    assert np.abs(mark).max() < 32


def test_colours_are_counted_alike_in_strips_and_at_once(
    monkeypatch: pytest.MonkeyPatch, photographs: Photographs
) -> None:
    image = Image.fromarray(photographs["astronaut"]).resize((200, 150))
    whole = near_colours(image)
    monkeypatch.setattr(palette, "_STRIP", 977)
    strips = near_colours(image)
    assert strips.getpalette() == whole.getpalette()
    assert strips.tobytes() == whole.tobytes()
