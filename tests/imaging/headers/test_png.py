"""A PNG is refused for its pixels alone: whatever its other chunks hold, it is cropped."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.Image import Image as Picture

from focalbox.errors import DecodeError, LimitExceeded
from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.headers.png import SIGNATURE, chunks_of, join, read_png
from focalbox.imaging.source import open_picture
from pictures import encoded

PRINTED = np.random.default_rng(1).integers(32, 127, 1_500_000, dtype=np.uint8).tobytes()
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PADDED = (len(PROFILE) + 2_000_000).to_bytes(4, "big") + PROFILE[4:] + bytes(2_000_000)


def with_chunks(png: bytes, *chunks: bytes, before: bytes = b"IDAT") -> bytes:
    at = png.index(before) - 4
    return png[:at] + b"".join(chunks) + png[at:]


def wrong(chunk: bytes) -> bytes:
    return chunk[:-1] + bytes([chunk[-1] ^ 1])


ANCILLARY = {
    "large zTXt": png_chunk(b"zTXt", b"workflow\0\0" + zlib.compress(PRINTED)),
    "large iTXt": png_chunk(b"iTXt", b"parameters\0\1\0\0\0" + zlib.compress(PRINTED)),
    "large XMP": png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(PRINTED)),
    "large tEXt": png_chunk(b"tEXt", b"workflow\0" + PRINTED),
    "many tEXt": png_chunk(b"tEXt", b"a\0" + PRINTED) * 3,
    "large iCCP": png_chunk(b"iCCP", b"padded\0\0" + zlib.compress(PADDED)),
    "bomb in iCCP": png_chunk(b"iCCP", b"bomb\0\0" + zlib.compress(bytes(100_000_000), 1)),
    "damaged iCCP": png_chunk(b"iCCP", b"damaged\0\0" + zlib.compress(PROFILE)[:-40]),
    "iCCP without an end of its name": png_chunk(b"iCCP", b"name"),
    "iCCP of another method": png_chunk(b"iCCP", b"name\0\1" + PROFILE),
    "wrong checksum of tEXt": wrong(png_chunk(b"tEXt", b"Comment\0hello")),
    "wrong checksum of iCCP": wrong(png_chunk(b"iCCP", b"name\0\0" + zlib.compress(PROFILE))),
    "wrong checksum of gAMA": wrong(png_chunk(b"gAMA", struct.pack(">I", 100_000))),
    "wrong checksum of acTL": wrong(png_chunk(b"acTL", struct.pack(">II", 900, 0))),
    "wrong checksum of private": wrong(png_chunk(b"prVt", b"secret")),
    "short gAMA": png_chunk(b"gAMA", b"\0"),
    "short cHRM": png_chunk(b"cHRM", b"\0" * 9),
    "short pHYs": png_chunk(b"pHYs", b"\0"),
    "short sRGB": png_chunk(b"sRGB", b""),
    "short cICP": png_chunk(b"cICP", b"\1"),
    "short acTL": png_chunk(b"acTL", b"\0"),
    "no frames": png_chunk(b"acTL", bytes(8)),
    "fcTL outside": png_chunk(b"acTL", struct.pack(">II", 1, 0))
    + png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 9999, 9999, 0, 0, 1, 1, 0, 0)),
    "fcTL out of order": png_chunk(b"acTL", struct.pack(">II", 1, 0))
    + png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 7, 64, 48, 0, 0, 1, 1, 0, 0)),
}


@pytest.mark.parametrize("name", ANCILLARY)
def test_what_no_pixel_needs_is_dropped(name: str, corners: Picture) -> None:
    picture = open_picture(with_chunks(encoded(corners, "PNG"), ANCILLARY[name]))
    np.testing.assert_array_equal(np.asarray(picture.decode(picture.size).image), np.asarray(corners))


@pytest.mark.parametrize("behind", [b"garbage" * 100, bytes(9), b"\0\0\0\xffjuNk"])
def test_what_lies_behind_the_end_is_none_of_the_picture(behind: bytes, corners: Picture) -> None:
    content = encoded(corners, "PNG")
    for whole in (content, content[:-12]):
        picture = open_picture(whole + behind)
        np.testing.assert_array_equal(np.asarray(picture.decode(picture.size).image), np.asarray(corners))


def test_a_damaged_chunk_that_pixels_need_is_refused(corners: Picture) -> None:
    content = encoded(corners, "PNG")
    header = content.index(b"IHDR")
    with pytest.raises(DecodeError):
        open_picture(content[: header + 6] + b"\xff" + content[header + 7 :])


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_file_says_so(share: float, photograph: Picture) -> None:
    content = encoded(photograph, "PNG")
    with pytest.raises(DecodeError, match=r"cannot be decoded: the file ends too early$"):
        open_picture(content[: int(share * len(content))]).decode()


@pytest.mark.slow
def test_too_many_chunks_are_refused() -> None:
    content = (
        SIGNATURE + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + png_chunk(b"abCd", b"") * 200_001
    )
    with pytest.raises(LimitExceeded, match="chunks"):
        open_picture(content)


def test_a_file_of_pixels_alone_is_not_copied(corners: Picture) -> None:
    content = encoded(corners, "PNG")
    assert join(content, read_png(content).pixels) is content
    longer = content + b"behind its end"
    assert join(longer, read_png(longer).pixels) is longer
    tagged = with_chunks(content, png_chunk(b"tEXt", b"a\0b"))
    assert join(tagged, read_png(tagged).pixels) == content


@given(st.lists(st.tuples(st.binary(min_size=4, max_size=4), st.binary(max_size=40)), max_size=8))
def test_chunks_are_found_where_they_lie(parts: list[tuple[bytes, bytes]]) -> None:
    content = SIGNATURE + b"".join(png_chunk(name, body) for name, body in parts)
    found = [(chunk.name, content[chunk.start : chunk.stop]) for chunk in chunks_of(content)]
    end = next((index + 1 for index, (name, _) in enumerate(parts) if name == b"IEND"), len(parts))
    assert found == parts[:end]


@given(st.binary(max_size=300))
def test_noise_has_no_chunks_that_count(noise: bytes) -> None:
    png = read_png(SIGNATURE + noise)
    assert (png.frames >= 1, png.profile) == (True, None)


@pytest.mark.parametrize(("place", "turned"), [(b"IDAT", True), (b"IEND", False)])
def test_exif_counts_before_the_pixels_alone(place: bytes, turned: bool, corners: Picture) -> None:  # noqa: FBT001
    exif = Image.Exif()
    exif[0x0112] = 6
    content = with_chunks(encoded(corners, "PNG"), png_chunk(b"eXIf", exif.tobytes()[6:]), before=place)
    assert (open_picture(content).size.width == corners.height) is turned


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt", "iTXt, compressed"])
def test_author_and_copyright_are_kept_from_its_own_texts(kind: str, corners: Picture) -> None:
    def chunk(key: bytes, text: bytes) -> bytes:
        body = {
            "tEXt": text.decode().encode("latin-1"),
            "zTXt": b"\0" + zlib.compress(text),
            "iTXt": b"\0\0en\0\0" + text,
            "iTXt, compressed": b"\1\0\0\0" + zlib.compress(text),
        }[kind]
        return png_chunk(kind[:4].encode(), key + b"\0" + body)

    content = encoded(corners, "PNG")
    notice, author, other = (
        chunk(b"Copyright", "© Ä".encode()),
        chunk(b"Author", b"A. Person"),
        chunk(b"Comment", b"Berlin"),
    )
    for found in (with_chunks(content, notice, author, other), with_chunks(content, notice, author, before=b"IEND")):
        rights = open_picture(found).decode(keep_profile=True).metadata.rights
        assert (rights.notice, rights.creators) == ("© Ä", ("A. Person",))
    broken = open_picture(with_chunks(content, wrong(notice), author)).decode(keep_profile=True).metadata.rights
    assert (broken.notice, broken.creators) == ("", ("A. Person",))


def test_what_xcode_packs_for_ios_is_named() -> None:
    content = encoded(Image.new("RGB", (8, 8)), "PNG")
    with pytest.raises(DecodeError, match=r"PNG as Xcode packs it for iOS \(CgBI\) is not read$"):
        open_picture(with_chunks(content, png_chunk(b"CgBI", b"\x50\0\x20\2"), before=b"IHDR"))


def test_a_header_that_makes_no_sense_is_said_to() -> None:
    content = encoded(Image.new("RGB", (8, 8)), "PNG")
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 3, 0, 0, 0, 0))
    with pytest.raises(DecodeError, match=r"^the picture cannot be decoded: its header is damaged$"):
        open_picture(content[:8] + header + content[33:])
