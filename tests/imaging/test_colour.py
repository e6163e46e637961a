"""Colour: profiles are applied once, broken ones are none, and CMYK means ink."""

from functools import cache
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.Image import Image as Picture

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.imaging.colour import prepare
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.render import render
from focalbox.imaging.source import open_picture
from pictures import encoded


@cache
def wide_profile() -> bytes:
    """An RGB profile that is not sRGB: the description and the red and green primaries of sRGB, exchanged.

    Made once: it says to the second when it was made.
    """
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "wide".encode("utf-16-be"))


def grey_profile() -> bytes:
    """A grey profile with a gamma of 1: what lies in the middle is much lighter in sRGB (ICC.1:2022, section 8.4)."""

    def text(words: str) -> bytes:
        body = words.encode("utf-16-be")
        return b"mluc" + bytes(4) + b"\0\0\0\1\0\0\0\x0cenUS" + len(body).to_bytes(4, "big") + b"\0\0\0\x1c" + body

    white = b"XYZ " + bytes(4) + bytes.fromhex("0000f6d6000100000000d32d")
    tags = {b"desc": text("line"), b"cprt": text("none"), b"wtpt": white, b"kTRC": b"curv" + bytes(8)}
    table, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        table += name + (start + len(data)).to_bytes(4, "big") + len(body).to_bytes(4, "big")
        data += body + bytes(-len(body) % 4)
    size = start + len(data)
    header = size.to_bytes(4, "big") + bytes(4) + b"\x04\x30\0\0mntrGRAYXYZ " + bytes(12) + b"acsp" + bytes(28)
    header += bytes.fromhex("0000f6d6000100000000d32d")
    return header + bytes(128 - len(header)) + len(tags).to_bytes(4, "big") + table + data


def pixel(data: bytes, *, keep_profile: bool = False) -> tuple[int, ...]:
    picture = open_picture(data)
    found = picture.decode(picture.size, keep_profile=keep_profile).image.getpixel((5, 5))
    assert isinstance(found, tuple)
    return found


def test_an_rgb_profile_is_brought_to_srgb(corners: Picture) -> None:
    assert pixel(encoded(corners, "PNG")) == (200, 30, 30)
    red, green, _ = pixel(encoded(corners, "PNG", icc_profile=wide_profile()))
    assert green > 150 > red  # its red is our green
    translucent = corners.convert("RGBA")
    translucent.putalpha(100)
    *colour, alpha = pixel(encoded(translucent, "PNG", icc_profile=wide_profile()))
    assert alpha == 100
    assert colour[1] > 150 > colour[0]


def test_a_profile_of_srgb_changes_nothing(corners: Picture) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert pixel(encoded(corners, "PNG", icc_profile=profile)) == (200, 30, 30)


@pytest.mark.parametrize("profile", [b"nonsense", wide_profile()[:200], grey_profile(), b"\0" * 500])
def test_a_broken_or_wrong_profile_is_none(profile: bytes, corners: Picture) -> None:
    assert pixel(encoded(corners, "PNG", icc_profile=profile)) == (200, 30, 30)


def test_a_grey_profile_is_brought_to_srgb() -> None:
    grey = Image.new("L", (64, 48), 55)
    plain, tagged = pixel(encoded(grey, "PNG")), pixel(encoded(grey, "PNG", icc_profile=grey_profile()))
    assert plain == (55, 55, 55)
    assert len(set(tagged)) == 1
    assert tagged[0] > 110  # 0.216 of the light is half the lightness


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_means_ink(form: str, corners: Picture) -> None:
    options = {"quality": 100} if form == "JPEG" else {}
    found = np.array(pixel(encoded(corners.convert("CMYK"), form, **options)))
    assert np.abs(found - (200, 30, 30)).max() < 6


def test_looking_sees_srgb_whether_or_not_the_profile_is_kept(corners: Picture) -> None:
    picture = open_picture(encoded(corners, "PNG", icc_profile=wide_profile()))
    kept, brought = picture.decode(keep_profile=True), picture.decode()
    assert kept.image.getpixel((5, 5)) == (200, 30, 30)
    assert kept.metadata.profile == wide_profile()
    assert brought.metadata.profile is None
    assert np.abs(kept.look().astype(int) - brought.look()).max() <= 2


def test_a_result_carries_only_what_was_kept(corners: Picture) -> None:
    exif = Image.Exif()
    exif[0x8298] = "Copyright A. Person"
    exif[0x013B] = "Ann"
    exif[0x0110] = "Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 0.0)})
    data = encoded(corners, "JPEG", exif=exif, icc_profile=wide_profile(), comment=b"at home")
    picture = open_picture(data)
    box, size = PixelBox(0, 0, 64, 48), Size(64, 48)
    for form in ("jpeg", "png", "webp", "avif", "tiff"):
        plain = picture.decode(size)
        for result in (render(plain, box, size), plain.image):
            read = Image.open(BytesIO(encode(result, form)))
            assert not {"exif", "icc_profile", "comment", "gps"} & set(read.info)
            assert not set(read.getexif()) & {0x8298, 0x013B, 0x0110, 0x8825}
        kept = picture.decode(size, keep_profile=True)
        read = Image.open(BytesIO(encode(render(kept, box, size), form, metadata=kept.metadata)))
        assert read.info["icc_profile"] == wide_profile()
        tags = read.getexif()
        assert (tags[0x8298], tags[0x013B]) == ("Copyright A. Person", "Ann")
        assert not set(tags) & {0x0110, 0x8825}
        read.close()


def test_grey_of_16_bits_is_transparent_where_all_its_bits_say_so() -> None:
    numbers = np.array([[0x8000, 0x8001], [0x80FF, 0x1234]], np.uint16)
    image = Image.fromarray(numbers)
    image.info["transparency"] = 0x8001
    mode, convert = prepare(image, None)
    assert mode == "RGBA"
    assert np.asarray(convert(image)).tolist() == [
        [[128, 128, 128, 255], [128, 128, 128, 0]],
        [[128, 128, 128, 255], [18, 18, 18, 255]],
    ]


def test_numbers_at_the_end_of_their_range_become_grey_without_a_warning() -> None:
    numbers = np.array([[-3.0e38, 3.0e38], [np.nan, np.inf]], np.float32)
    _, convert = prepare(Image.fromarray(numbers), None)
    found = np.asarray(convert(Image.fromarray(numbers)))
    assert found.shape == (2, 2, 3)
    assert found[0, 0, 0] <= found[0, 1, 0]


@pytest.mark.parametrize("name", ["white_is_zero", "grey", "note"])
def test_a_text_of_a_file_is_no_note_of_a_decoder(name: str) -> None:
    deep = Image.fromarray(np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64))
    noted = deep.copy()
    noted.info[name] = "a text"
    one, other = (open_picture(image).decode(Size(64, 64)).image for image in (deep, noted))
    np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    assert open_picture(noted).notes == ()
