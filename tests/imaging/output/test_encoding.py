"""Bytes of a file: every format that is written can be read, and holds what it can hold."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from focalbox.errors import InvalidRequest, LimitExceeded
from focalbox.imaging.output.encoding import can_write, encode
from focalbox.imaging.output.formats import FORMATS


def picture(mode: str = "RGB") -> Image.Image:
    levels = np.linspace(0, 255, 24 * 32 * len(mode)).reshape(24, 32, len(mode)).astype(np.uint8)
    return Image.fromarray(levels, mode)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_can_be_read(name: str) -> None:
    assert can_write(name)
    found = opened(encode(picture(), name, quality=95))
    assert found.format == {"jpeg": "JPEG"}.get(name, name.upper())
    assert found.size == (32, 24)
    apart = np.abs(np.asarray(found.convert("RGB"), dtype=int) - np.asarray(picture(), dtype=int))
    assert apart.mean() < (3 if FORMATS[name].lossy or name == "gif" else 0.001)


@pytest.mark.parametrize("name", FORMATS)
def test_transparent_parts_stay_or_become_paper(name: str) -> None:
    clear = Image.new("RGBA", (16, 16), (10, 20, 30, 0))
    found = np.asarray(opened(encode(clear, name)).convert("RGBA"))
    assert (found[..., 3] == (0 if FORMATS[name].alpha else 255)).all()
    assert FORMATS[name].alpha or (found[..., :3] >= 254).all()


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
def test_less_quality_is_fewer_bytes(name: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    assert len(encode(noise, name, quality=20)) < len(encode(noise, name, quality=90))


def test_a_progressive_jpeg_has_several_scans_and_a_compressed_one_the_same_pixels() -> None:
    plain, several = encode(picture(), "jpeg"), encode(picture(), "jpeg", progressive=True)
    assert (plain.count(b"\xff\xda"), several.count(b"\xff\xda") > 1) == (1, True)
    small = encode(picture(), "jpeg", compress=True)
    assert len(small) < len(plain)
    assert opened(small).tobytes() == opened(plain).tobytes()


def test_what_pillow_knows_of_a_picture_is_not_written() -> None:
    told = picture()
    told.info.update({"comment": b"somewhere", "exif": b"Exif\0\0MM\0*", "dpi": (72, 72)})
    assert encode(told, "jpeg") == encode(picture(), "jpeg")
    assert told.info["comment"] == b"somewhere"  # the caller's picture is as it was


@pytest.mark.parametrize("quality", [0, 101])
def test_a_quality_out_of_range_is_refused(quality: int) -> None:
    with pytest.raises(InvalidRequest, match=f"a quality is 1 to 100, not {quality}"):
        encode(picture(), "jpeg", quality=quality)


def test_more_memory_than_allowed_and_more_pixels_than_a_format_holds_are_refused() -> None:
    with pytest.raises(LimitExceeded, match="a result of 32x24 needs about 0 MB to be written as png"):
        encode(picture(), "png", memory=1000)
    with pytest.raises(InvalidRequest, match="a picture of 16500x1 cannot be written as webp"):
        encode(Image.new("RGB", (16500, 1)), "webp")
