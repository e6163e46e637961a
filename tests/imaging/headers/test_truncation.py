"""Files that end too early are refused in one sentence that a user understands; those that lack only their end are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL.Image import Image as Picture

from focalbox.core.target import Size
from focalbox.errors import DecodeError, FocalboxError
from focalbox.imaging.source import can_read, open_picture
from imaging import boxes
from imaging.decoding import pixels_of
from pictures import encoded

EARLY = r"cannot be decoded: the file ends too early$"
JPEGS: dict[str, dict[str, object]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_rows": 1},
    "full chroma": {"subsampling": 0},
}


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("name", JPEGS)
def test_a_jpeg_that_lacks_only_its_end_is_whole(name: str, mode: str, photograph: Picture) -> None:
    content = encoded(photograph.convert(mode), "JPEG", **JPEGS[name])
    np.testing.assert_array_equal(pixels_of(content[:-2]), pixels_of(content))
    np.testing.assert_array_equal(pixels_of(content[:-1]), pixels_of(content))
    for cut in (20, len(content) // 2):
        with pytest.raises(DecodeError, match=EARLY):
            pixels_of(content[:-cut])


def test_a_progressive_jpeg_cut_between_two_scans_is_not_whole(photograph: Picture) -> None:
    content = encoded(photograph, "JPEG", progressive=True)
    at = len(content)
    for _ in range(3):
        at = content.rindex(b"\xff\xda", 0, at)
        table = content.rfind(b"\xff\xc4", 0, at)
        with pytest.raises(DecodeError, match=EARLY):
            pixels_of(content[: table if 0 < at - table < 300 else at])


@pytest.mark.parametrize("behind", [b"\xff\xda" * 101, b"\0" * 300, b"\xff\xd8\xff\xc2" + b"\xff\xda\0\x02" * 200])
@pytest.mark.parametrize("name", JPEGS)
def test_what_lies_behind_a_jpeg_is_none_of_it(name: str, behind: bytes, photograph: Picture) -> None:
    content = encoded(photograph, "JPEG", **JPEGS[name])
    np.testing.assert_array_equal(pixels_of(content + behind), pixels_of(content))


@pytest.mark.parametrize("marker", [0xE2, 0xE7, 0xED, 0xFE])
def test_scans_inside_other_segments_are_not_counted(marker: int, photograph: Picture) -> None:
    content = encoded(photograph, "JPEG", progressive=True)
    segment = bytes([0xFF, marker]) + (65_002).to_bytes(2, "big") + b"\xff\xda" * 32_500
    np.testing.assert_array_equal(pixels_of(content[:2] + segment + content[2:]), pixels_of(content))


@pytest.mark.parametrize("before", [b"\r\n", b"\n", b"  ", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_white_space_before_a_picture_is_passed_over(form: str, before: bytes, corners: Picture) -> None:
    content = encoded(corners, form)
    np.testing.assert_array_equal(pixels_of(before + content), pixels_of(content))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF"])
def test_a_cut_file_of_every_format_says_so(form: str, share: float, photograph: Picture) -> None:
    options = {"compression": "tiff_adobe_deflate"} if form == "TIFF" else {}
    content = encoded(photograph, form, **options)
    with pytest.raises(FocalboxError) as caught:
        pixels_of(content[: int(share * len(content))])
    assert str(caught.value).endswith("the file ends too early")


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("name", ["baseline", "restarts", "full chroma"])
def test_a_jpeg_whose_last_rows_are_missing_says_so_though_it_has_an_end(
    name: str, mode: str, photograph: Picture
) -> None:
    content = encoded(photograph.convert(mode), "JPEG", **JPEGS[name])
    for kept in (len(content) // 3, len(content) * 2 // 3):
        for needed in (None, Size(*photograph.size)):
            with pytest.raises(DecodeError, match=EARLY):
                open_picture(content[:kept] + b"\xff\xd9").decode(needed)


@pytest.mark.parametrize("name", JPEGS)
def test_of_a_jpeg_that_lacks_a_few_codes_a_note_says_so_once(name: str, photograph: Picture) -> None:
    content = encoded(photograph, "JPEG", **JPEGS[name])
    picture = open_picture(content[:-22] + content[-2:])
    for needed in (None, picture.size):
        picture.decode(needed)
        assert picture.notes == ("the file is damaged: parts of the picture may be wrong",)


@pytest.mark.parametrize("between", [b"\0", b"\0" * 9, b"\xff\xff"])
@pytest.mark.parametrize("name", JPEGS)
def test_bytes_before_the_end_of_a_jpeg_are_no_damage(name: str, between: bytes, photograph: Picture) -> None:
    content = encoded(photograph, "JPEG", **JPEGS[name])
    picture = open_picture(content[:-2] + between + content[-2:])
    np.testing.assert_array_equal(np.asarray(picture.decode(picture.size).image), pixels_of(content))
    assert picture.notes == ()


@pytest.mark.parametrize("form", ["AVIF", "HEIC"])
def test_a_picture_in_boxes_of_which_fewer_bytes_are_said_to_be_is_refused(form: str, photograph: Picture) -> None:
    if not can_read(form):
        pytest.skip("it is not installed here")
    brand = b"avif" if form == "AVIF" else b"heic"
    whole = boxes.item_of(boxes.encode_boxed(photograph.resize((96, 64)), form), 1)
    cut = replace(whole, content=whole.content[: len(whole.content) // 2])
    assert pixels_of(boxes.put_together(brand, [whole], 1)).shape == (64, 96, 3)
    with pytest.raises(DecodeError, match=r"cannot be decoded: (the file ends too early|its pixels are damaged)$"):
        pixels_of(boxes.put_together(brand, [cut], 1))


@pytest.mark.parametrize("kept", [1, 4, 9])
def test_of_a_jpeg_whose_last_scans_are_missing_though_it_has_an_end_a_note_says_so(
    kept: int, photograph: Picture
) -> None:
    content = encoded(photograph, "JPEG", progressive=True)
    at = 0
    for _ in range(kept + 1):
        at = content.index(b"\xff\xda", at + 2)
    table = content.rfind(b"\xff\xc4", 0, at)
    picture = open_picture(content[: table if 0 < at - table < 300 else at] + b"\xff\xd9")
    picture.decode(picture.size)
    assert picture.notes == ("the file is damaged: parts of the picture may be wrong",)


def one_by_one(*levels: int) -> bytes:
    """Return a JPEG of 8x8 pixels, even, whose components have a scan each: their levels are 32 to 63, sixteenths apart."""

    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body

    numbers = range(1, len(levels) + 1)
    frame = bytes([8, 0, 8, 0, 8, 3]) + b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    steps = segment(0xDB, bytes([0]) + bytes([16]) * 64)
    first = segment(0xC4, bytes([0x00, 1, 1, *[0] * 14, 0, 6]))  # "0" is no difference, "10" one of six bits
    others = segment(0xC4, bytes([0x10, 1, *[0] * 15, 0]))  # "0" is the end of the block
    scans = [
        segment(0xDA, bytes([1, number, 0, 0, 63, 0])) + int(f"10{level:06b}0".ljust(16, "1"), 2).to_bytes(2, "big")
        for number, level in zip(numbers, levels, strict=True)
    ]
    return b"\xff\xd8" + steps + segment(0xC0, frame) + first + others + b"".join(scans)


def test_a_jpeg_whose_components_come_one_by_one_lacks_those_that_are_missing() -> None:
    whole = one_by_one(60, 40, 50)
    for content in (whole, whole + b"\xff\xd9"):
        assert open_picture(content).notes == ()
        assert np.ptp(pixels_of(content)[0, 0]) > 100  # it has a colour
    with pytest.raises(DecodeError, match=EARLY):
        pixels_of(one_by_one(60, 40))
    damaged = open_picture(one_by_one(60, 40) + b"\xff\xd9")
    assert damaged.notes == ("the file is damaged: parts of the picture may be wrong",)
