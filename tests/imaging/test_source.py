"""Opening: every format and kind of number is read; other files and too large pictures are refused by their header."""

from __future__ import annotations

import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Image as Picture

from focalbox.errors import DecodeError, FocalboxError, InvalidRequest, LimitExceeded
from focalbox.imaging.headers.exif import read_exif
from focalbox.imaging.source import Limits, can_read, open_picture
from imaging.decoding import FULL, decoded, difference
from pictures import encoded

_COPYRIGHT = 0x8298
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_read(form: str, corners: Picture) -> None:
    options: dict[str, object] = {"quality": 95, "subsampling": 0} if form in {"JPEG", "AVIF"} else {}
    if form == "AVIF":
        options["subsampling"] = "4:4:4"
    if form == "WEBP":
        options = {"lossless": True}
    picture = open_picture(encoded(corners, form, **options))
    assert (picture.format, picture.size, picture.frames) == (form, FULL, 1)
    assert difference(picture.decode(FULL).image, corners) < 20
    assert can_read(form)


@pytest.mark.slow
def test_heic_is_read_with_its_extra_and_names_it_without(corners: Picture, tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "picture.jpg"  # the content decides, not the name
    heif.from_pillow(corners).save(path, quality=95)
    picture = open_picture(path.read_bytes())
    assert (picture.format, picture.size) == ("HEIF", FULL)
    assert difference(picture.decode(FULL).image, corners) < 60
    script = (
        "import sys; sys.modules['pillow_heif'] = None\n"
        "from focalbox.imaging.source import open_picture\n"
        "from focalbox.errors import DecodeError\n"
        "try: open_picture(open(sys.argv[1], 'rb').read())\n"
        "except DecodeError as error: assert 'focalbox[heic]' in str(error)\n"
        "else: raise SystemExit(3)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == 0


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_the_credits_in_exif_are_read_in_every_format_that_has_them(form: str, corners: Picture) -> None:
    exif = corners.getexif()
    exif[_COPYRIGHT] = "A. Person"
    file = BytesIO()
    if form == "HEIF":
        pytest.importorskip("pillow_heif").from_pillow(corners).save(file, exif=exif.tobytes())
    else:
        corners.save(file, form, exif=exif)
    working = open_picture(file.getvalue()).decode(FULL)
    assert read_exif(working.metadata.exif).copyright == b"A. Person"


@pytest.mark.parametrize(
    "exif", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_a_broken_exif_block_is_an_absent_one(exif: bytes, corners: Picture) -> None:
    assert open_picture(encoded(corners, "JPEG", exif=exif)).size == FULL


def test_16_bits_are_scaled_and_not_cut_off() -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(48, axis=0)
    grey = np.asarray(decoded(encoded(Image.fromarray(ramp), "PNG")))
    expected = np.rint(ramp / 257)
    assert np.array_equal(grey[..., 0], expected)
    assert np.array_equal(np.asarray(decoded(encoded(Image.fromarray(ramp), "TIFF"))), grey)


@pytest.mark.parametrize(
    ("high", "kind"), [(1.0, np.float32), (255.0, np.float32), (65535.0, np.int32), (9e5, np.int32)]
)
def test_floating_and_32_bit_numbers_get_the_smallest_usual_range(high: float, kind: type) -> None:
    ramp: NDArray[Any] = np.linspace(0, high, 64).astype(kind)[None].repeat(48, axis=0)
    grey = np.asarray(decoded(encoded(Image.fromarray(ramp), "TIFF")))[0, :, 0].astype(int)
    assert (grey[0], grey[-1]) == (0, 255)
    assert (np.diff(grey) >= 0).all()


def test_numbers_that_are_none_are_black() -> None:
    array = np.full((48, 64), np.nan, np.float32)
    array[:, 32:] = 1.0
    image = np.asarray(decoded(encoded(Image.fromarray(array), "TIFF")))
    assert image[0, 0, 0] == 0
    assert image[0, 63, 0] == 255


def test_arrays_pictures_and_bytes_are_the_same_picture(corners: Picture) -> None:
    found = [decoded(source) for source in (encoded(corners, "PNG"), corners, np.asarray(corners))]
    assert all(difference(image, corners) == 0 for image in found)
    assert decoded(np.asarray(corners.convert("L"))).mode == "RGB"


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4), np.float32), np.zeros((2, 2, 2), np.uint8), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_array_of_a_picture_is_refused(array: NDArray[Any]) -> None:
    with pytest.raises(InvalidRequest, match="an array needs shape"):
        open_picture(array)


def test_bytes_that_are_no_picture_are_refused(corners: Picture) -> None:
    with pytest.raises(DecodeError, match="does not begin like a picture"):
        open_picture(b"Dear Sir or Madam,")
    with pytest.raises(DecodeError, match="is empty"):
        open_picture(b"")
    for form in FORMATS:
        data = encoded(corners, form)
        with pytest.raises(DecodeError):
            decoded(data[: len(data) // 2])


def test_limits_are_checked_on_the_header(corners: Picture) -> None:
    data = encoded(corners, "PNG")
    for limits in (Limits(bytes=len(data) - 1), Limits(pixels=64 * 48 - 1), Limits(side=63)):
        with pytest.raises(LimitExceeded):
            open_picture(data, limits)
    open_picture(data, Limits(bytes=len(data), pixels=64 * 48, side=64))
    with pytest.raises(LimitExceeded):
        open_picture(corners, Limits(pixels=10))
    with pytest.raises(InvalidRequest):
        Limits(frames=0)


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few KB that announces ``width`` x ``height`` pixels and holds a few black rows of them."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10**6)))
        + chunk(b"IEND", b"")
    )


def _webp_bomb() -> bytes:
    body = b"VP8X" + (10).to_bytes(4, "little") + bytes(4) + (16382).to_bytes(3, "little") * 2
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process by itself is read from /proc")
@pytest.mark.parametrize("name", ["png", "webp", "gif", "frames"])
def test_a_bomb_costs_no_memory(name: str, tmp_path: Path) -> None:
    frame = b"\x2c" + bytes(4) + b"\1\0\1\0\0\2\2\x4c\1\0"
    bombs = {
        "png": _bomb(30_000, 30_000),
        "webp": _webp_bomb(),
        "gif": b"GIF89a\xff\xff\xff\xff\0\0\0" + frame + b";",
        "frames": b"GIF89a\1\0\1\0\0\0\0" + frame * 1_000_000 + b";",
    }
    path = tmp_path / "bomb"
    path.write_bytes(bombs[name])
    script = (
        "import sys\n"
        "from focalbox.imaging.source import open_picture\n"
        "from focalbox.errors import LimitExceeded\n"
        "try:\n"
        "    picture = open_picture(open(sys.argv[1], 'rb').read())\n"
        "    picture.decode()\n"
        "    next(picture.film().draw())\n"
        "except LimitExceeded: print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, timeout=20
    )
    assert int(ran.stdout) < 120_000  # KB, of which Python, NumPy and Pillow are some 50,000


@pytest.mark.slow
def test_no_plug_in_is_loaded_before_it_is_needed() -> None:
    script = (
        "import sys, focalbox.imaging.source, focalbox.imaging.output.render\n"
        "loaded = [name for name in sys.modules if name.endswith('ImagePlugin')]\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_errors_are_one_sentence() -> None:
    for data in (b"", b"text", b"\xff\xd8\xff", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"RIFF\0\0\0\0WEBP"):
        with pytest.raises(FocalboxError) as caught:
            open_picture(data, name="tom.jpg").decode()
        assert "\n" not in str(caught.value)
        assert "tom.jpg" in str(caught.value)
