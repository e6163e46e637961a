"""Writing: every format, alpha where it can be kept, and files whole or not at all."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Image as Picture

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.encoding import can_write, encode
from focalbox.imaging.output.formats import FORMATS, format_of


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_and_read_again(name: str, corners: Picture) -> None:
    assert can_write(name)
    content = encode(corners, name, quality=90)
    with Image.open(BytesIO(content)) as read:
        assert (read.format or "").lower() == name
        assert read.size == corners.size
        assert np.abs(np.asarray(read.convert("RGB")).astype(int) - np.asarray(corners)).mean() < 4


@pytest.mark.parametrize("name", FORMATS)
def test_alpha_is_kept_where_it_can_be_and_white_shows_elsewhere(name: str) -> None:
    image = Image.new("RGBA", (32, 32), (0, 0, 255, 255))
    image.paste((255, 0, 0, 0), (0, 0, 16, 32))
    with Image.open(BytesIO(encode(image, name))) as read:
        red, green, blue, alpha = read.convert("RGBA").getpixel((4, 4))  # type: ignore[misc]
        if FORMATS[name].alpha:
            assert alpha == 0
        else:
            assert min(red, green, blue, alpha) > 245


def test_names_of_formats() -> None:
    assert [format_of(name) for name in ("jpg", ".JPEG", "tif", ".webp")] == ["jpeg", "jpeg", "tiff", "webp"]
    for name in ("", "psd", ".", "jpeg2000"):
        with pytest.raises(InvalidRequest, match="a format is one of"):
            format_of(name)


def test_what_a_format_cannot_hold_is_refused(corners: Picture) -> None:
    for quality in (0, 101, -5):
        with pytest.raises(InvalidRequest, match="a quality is 1 to 100"):
            encode(corners, "jpeg", quality=quality)
    with pytest.raises(InvalidRequest, match="cannot be written as webp"):
        encode(Image.new("RGB", (20_000, 1)), "webp")
    with pytest.raises(InvalidRequest, match="cannot be written as jpeg"):
        encode(Image.new("RGB", (70_000, 1)), "jpeg")


def test_a_lower_quality_takes_fewer_bytes(photograph: Picture) -> None:
    for name in ("jpeg", "webp", "avif"):
        assert len(encode(photograph, name, quality=30)) < len(encode(photograph, name, quality=90))
