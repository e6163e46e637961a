"""Bytes of a file: every written format can be read, keeps what it can hold, and has no metadata about the place."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from fractions import Fraction
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from focalbox import Cropper
from focalbox.errors import InvalidRequest, LimitExceeded
from focalbox.imaging.animation.encoding import CAN_ANIMATE, encode_animation
from focalbox.imaging.colour_spaces import rgb_profile
from focalbox.imaging.headers.gif import insert_gif_xmp
from focalbox.imaging.output.encoding import can_write, encode
from focalbox.imaging.output.formats import FORMATS
from pictures import encoded

KEPT = "A. Person"
SECRET = b"52.3100 Berlin"
"""What must never be found in a result."""
PACKET = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" exif:GPSLatitude="%s" photoshop:City="%s" dc:coverage="%s">
 <dc:creator><rdf:Seq><rdf:li>A. Person</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>""" % (SECRET, SECRET, SECRET)


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


@pytest.mark.parametrize(("form", "sides"), [("jpeg", (4000, 3000)), ("png", (1600, 1200)), ("webp", (1600, 1200))])
def test_other_threads_run_while_a_file_is_written(form: str, sides: tuple[int, int]) -> None:
    noise = Image.effect_noise(sides, 60).convert("RGB")  # so large that it takes long, however busy the machine is
    encode(noise.crop((0, 0, 8, 8)), form)
    before, turns = sys.getswitchinterval(), 0
    sys.setswitchinterval(60)  # seconds: from now on a thread runs until it lets go of the lock by itself
    try:
        writer = threading.Thread(target=encode, args=(noise, form))
        writer.start()
        while writer.is_alive():
            turns += 1
            time.sleep(0)
    finally:
        sys.setswitchinterval(before)
    assert turns > 1, "none while the lock is held"


_LIMITED = """
import os, resource
from PIL import Image
from focalbox.imaging.output.encoding import encode
pictures = [Image.effect_noise(size, 60).convert("RGB") for size in ((64, 64), (200, 150), (800, 600))]
contents = [encode(picture, "jpeg") for picture in pictures]
limit = getattr(resource, os.environ["LIMIT"])
resource.setrlimit(limit, (int(os.environ["MOST"]), resource.getrlimit(limit)[1]))
print([encode(picture, "jpeg") == content for picture, content in zip(pictures, contents)])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
@pytest.mark.parametrize(("limit", "most"), [("RLIMIT_NOFILE", "3"), ("RLIMIT_FSIZE", "0"), ("RLIMIT_FSIZE", "4096")])
def test_limits_on_files_change_no_picture(limit: str, most: str) -> None:
    environment = {**os.environ, "LIMIT": limit, "MOST": most}
    ran = subprocess.run([sys.executable, "-c", _LIMITED], capture_output=True, text=True, check=True, env=environment)
    assert ran.stdout == "[True, True, True]\n"


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


@pytest.mark.parametrize("quality", [0, 101, True, "80", None])
def test_a_quality_out_of_range_is_refused(quality: Any) -> None:
    with pytest.raises(InvalidRequest, match=f"a quality is 1 to 100, not {quality!r}"):
        encode(picture(), "jpeg", quality=quality)
    for name in CAN_ANIMATE:
        with pytest.raises(InvalidRequest, match=f"a quality is 1 to 100, not {quality!r}"):
            encode_animation([(picture(), Fraction(1))], name, quality=quality)


def test_a_quality_of_numpy_is_one() -> None:
    quality: Any = np.int64(30)
    assert encode(picture(), "jpeg", quality=quality) == encode(picture(), "jpeg", quality=30)


@pytest.mark.parametrize("form", [5, None, b"jpeg", "bmp3"])
def test_a_format_that_is_none_is_refused(form: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"a format is one of .*jpeg"):
        encode(picture(), form)


def test_more_memory_than_allowed_and_more_pixels_than_a_format_holds_are_refused() -> None:
    with pytest.raises(LimitExceeded, match=r"a result of 32x24 needs about [0-9.]+ kB to be written as png"):
        encode(picture(), "png", memory=1000)
    with pytest.raises(InvalidRequest, match="a picture of 16500x1 cannot be written as webp"):
        encode(Image.new("RGB", (16500, 1)), "webp")


def file_of(form: str, **options: Any) -> bytes:
    pixels = np.random.default_rng(3).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    return encoded(pixels, form, **options)


def leaky(form: str) -> bytes:
    """Return a picture that says everywhere where it was taken, and whose it is."""
    exif = Image.Exif()
    exif[0x8298], exif[0x010E], exif[0x9286] = KEPT, SECRET.decode(), SECRET
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 0.0), 29: SECRET.decode()})
    exif.get_ifd(0x8769).update({0x927C: SECRET * 9, 0x9003: SECRET.decode()})  # MakerNote, time
    options: dict[str, Any] = {"exif": exif, "comment": SECRET}
    if form == "PNG":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", PACKET.decode())
        info.add_text("Location", SECRET.decode(), zip=True)
        options["pnginfo"] = info
    elif form == "TIFF":
        options = {"tiffinfo": {700: PACKET, 0x8298: KEPT, 0x010E: SECRET.decode()}}
    else:
        options["xmp"] = PACKET
    content = file_of(form, **options)
    return insert_gif_xmp(content, PACKET) if form == "GIF" else content


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF"])
@pytest.mark.parametrize("keep", [False, True])
def test_nothing_says_where_it_was_taken(form: str, keep: bool) -> None:  # noqa: FBT001 - a case
    content = leaky(form)
    assert SECRET in content
    (result,) = Cropper().results(content, ["40x40"], keep_metadata=keep)
    for written in ("jpeg", "png", "webp", "avif", "tiff", "gif", "bmp"):
        encoded = result.encode(written)
        with Image.open(BytesIO(encoded)) as image:
            image.load()
            assert not image.getexif().get_ifd(0x8825)
            told = repr(image.info) + repr(dict(image.getexif()))
        assert SECRET not in encoded
        assert "Berlin" not in told
        assert (KEPT.encode() in encoded) == (keep and written != "bmp")


@pytest.mark.parametrize("animated", [False, True])
@pytest.mark.parametrize("form", ["gif", "bmp", "png", "jpeg", "webp", "tiff", "avif"])
def test_what_holds_no_profile_has_the_colours_of_srgb(form: str, animated: bool) -> None:  # noqa: FBT001 - a case
    profile = rgb_profile((0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06), 2.2)
    frames = [Image.new("RGB", (80, 60), colour) for colour in ((200, 60, 40), (40, 60, 200))]
    more = {"save_all": True, "append_images": frames[1:], "duration": 100} if animated else {}
    file = BytesIO()
    frames[0].save(file, "PNG", icc_profile=profile, **more)
    plain, kept = (Cropper().results(file.getvalue(), ["40x40"], keep_metadata=keep)[0] for keep in (False, True))
    with Image.open(BytesIO(kept.encode(form))) as image:
        seen = image.convert("RGB")
        within = image.info.get("icc_profile")
    if within is not None:
        given, wanted = ImageCms.ImageCmsProfile(BytesIO(within)), ImageCms.createProfile("sRGB")
        ImageCms.profileToProfile(seen, given, wanted, inPlace=True)
    with Image.open(BytesIO(plain.encode(form))) as image:
        expected = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(np.asarray(seen) - expected).max() <= 3
    assert (within is None) == (form in {"gif", "bmp"})
