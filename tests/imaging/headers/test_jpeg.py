"""What is read from the first bytes: how a JPEG is coded, and how often a decoder would pass over it."""

from __future__ import annotations

import hashlib
import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from skimage import data

from focalbox.core.target import Size
from focalbox.errors import DecodeError, LimitExceeded
from focalbox.imaging.headers.jpeg import JpegCoding, drop_burden, extended_xmp, jpeg_coding, unread_coding
from focalbox.imaging.source import open_picture
from imaging.headers.test_rights import PACKET
from pictures import encoded

COFFEE = Image.fromarray(data.coffee())  # type: ignore[no-untyped-call]


def written(**options: object) -> bytes:
    return encoded(COFFEE, "JPEG", **options)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def lossless(width: int, height: int) -> bytes:
    """Write an even picture in the lossless coding of ITU-T T.81, annex H, which Pillow reads and does not write.

    Every sample is predicted without an error, in one bit.
    """
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    table = bytes([0, 1, *[0] * 15, 0])
    scan = bytes([3, 1, 0, 2, 0, 3, 0, 1, 0, 0])
    header = segment(0xC3, frame) + segment(0xC4, table) + segment(0xDA, scan)
    return b"\xff\xd8" + header + bytes(-(-3 * width * height // 8)) + b"\xff\xd9"


def with_scans(content: bytes, count: int) -> bytes:
    """Repeat the last scan of a JPEG so often that there are ``count``."""
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * (count - content.count(b"\xff\xda")) + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (written(), JpegCoding(usual=True, lossless=False, scans=1)),
        (written(progressive=True), JpegCoding(usual=True, lossless=False, scans=10, held=1.5)),
        (lossless(8, 8), JpegCoding(usual=False, lossless=True, scans=1)),
        (written()[:40], JpegCoding(usual=False, lossless=False, scans=1)),
    ],
    ids=["in one go", "progressive", "lossless", "cut"],
)
def test_the_coding_of_a_jpeg_is_read_from_its_markers(content: bytes, expected: JpegCoding) -> None:
    assert jpeg_coding(content) == expected


def test_a_scan_in_a_preview_is_none_of_the_picture() -> None:
    content = written()
    assert jpeg_coding(content[:2] + segment(0xE1, b"Exif\0\0" + written(quality=5)) + content[2:]).scans == 1


def test_what_lies_between_the_markers_is_passed_over() -> None:
    content = written()
    at = content.index(b"\xff\xc0")
    assert jpeg_coding(content[:at] + b"\0junk\xff\0\xff\xd3\xff\xff" + content[at:]) == jpeg_coding(content)


@given(st.binary(max_size=200))
def test_noise_is_coded_somehow(noise: bytes) -> None:
    assert jpeg_coding(b"\xff\xd8\xff" + noise).scans >= 1


@pytest.mark.parametrize("needed", [None, Size(200, 200), Size(1600, 1200)], ids=str)
def test_a_lossless_jpeg_is_decoded_at_its_own_scale(needed: Size | None) -> None:
    working = open_picture(lossless(1600, 1200)).decode(needed)
    assert working.image.size == (1600 // working.scale, 1200 // working.scale)
    np.testing.assert_array_equal(np.unique(np.asarray(working.image)), [128])


def test_a_cut_lossless_jpeg_is_refused() -> None:
    with pytest.raises(DecodeError, match="cannot be decoded"):
        open_picture(lossless(1600, 1200)[:-200_000]).decode()


def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded() -> None:
    content = written(progressive=True)
    assert open_picture(with_scans(content, 100)).size == Size(600, 400)
    with pytest.raises(LimitExceeded, match="at most 100 scans, but this one has 101"):
        open_picture(with_scans(content, 101))


def behind_the_start(content: bytes, *segments: bytes) -> bytes:
    return content[:2] + b"".join(segments) + content[2:]


@pytest.mark.parametrize(
    "burden",
    [
        segment(0xE1, b"") * 1000,
        segment(0xFE, b"a remark") * 1000,
        segment(0xED, b"Photoshop 3.0\0" + bytes(60_000)) * 300,
        segment(0xE1, b"Exif\0\0" + bytes(60_000)) * 300,
        b"\0" * 5000,
        b"\xff" * 5000,
    ],
    ids=["empty", "remarks", "Photoshop", "EXIF", "zeros", "fill"],
)
def test_what_is_not_the_picture_is_a_burden(burden: bytes) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x8298] = 6, "A. Person"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = written(exif=exif, icc_profile=profile, xmp=b"<x/>")
    first = plain.index(b"\xff\xdb")
    for content in (plain[:first] + burden + plain[first:], plain[:first] + burden * 2 + plain[first:]):
        left = drop_burden(content)
        assert len(left) <= len(plain) + 60_100  # the first Photoshop block may stay
        with Image.open(BytesIO(left)) as image:
            told = image.info
            assert (told["icc_profile"], told["xmp"], image.getexif()[0x8298]) == (profile, b"<x/>", "A. Person")
        opened = open_picture(content)
        assert opened.size == Size(400, 600)
        np.testing.assert_array_equal(np.asarray(opened.decode().image), np.asarray(open_picture(plain).decode().image))


def test_a_file_without_much_of_it_is_left_as_it_is() -> None:
    content = written()
    assert drop_burden(content) is content
    few = behind_the_start(content, segment(0xFE, b"a remark") * 200)
    assert drop_burden(few) is few


@pytest.mark.slow
@pytest.mark.parametrize("marker", [0xE1, 0xFE, 0xDB, 0xE2])
def test_more_segments_than_any_program_writes_are_refused(marker: int) -> None:
    content = behind_the_start(written(), segment(marker, b"") * 100_000)
    with pytest.raises(LimitExceeded, match="a JPEG may have at most 100,000 segments, but this one has more"):
        open_picture(content)


BROKEN = {
    "JFIF": segment(0xE0, b"JFIF"),
    "a part of JFIF": segment(0xE0, b"JFIF\0\1"),
    "profile": segment(0xE2, b"ICC_PROFILE\0"),
    "profile without its count": segment(0xE2, b"ICC_PROFILE\0\1"),
    "Adobe": segment(0xEE, b"Adobe"),
    "Photoshop": segment(0xED, b"Photoshop 3.0\x008BIM\4\4"),
    "a later resource of Photoshop": segment(0xED, b"Photoshop 3.0\x008BIM\3\xe9\0\0\0\0\0\2ab8BIM\4\4"),
    "EXIF": segment(0xE1, b"Exif\0\0"),
    "XMP": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
    "MPF": segment(0xE2, b"MPF\0"),
    "no length": b"\xff\xe5\0\0",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("place", [2, 20], ids=["first", "second"])
def test_a_segment_that_ends_too_early_costs_no_pixel(broken: bytes, place: int) -> None:
    content = written()
    found = open_picture(content[:place] + broken + content[place:])
    expected = open_picture(content).decode().image
    np.testing.assert_array_equal(np.asarray(found.decode().image), np.asarray(expected))


def extended(parts: int, *, packet: bytes = PACKET) -> list[bytes]:
    """Return the segments of a first packet, and of a second that it names, in so many parts."""
    name = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()
    first = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="'
        + name
        + b'"/></rdf:RDF></x:xmpmeta>'
    )
    size = -(-len(packet) // parts)
    more = [
        segment(
            0xE1,
            b"http://ns.adobe.com/xmp/extension/\0"
            + name
            + struct.pack(">II", len(packet), at)
            + packet[at : at + size],
        )
        for at in range(0, len(packet), size)
    ]
    return [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + first), *more]


@pytest.mark.parametrize("parts", [1, 3])
def test_xmp_that_did_not_fit_into_a_segment_is_read(parts: int) -> None:
    content = written()
    expected = open_picture(behind_the_start(content, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PACKET)))
    first, *more = extended(parts)
    for order in (more, more[::-1]):
        found = open_picture(behind_the_start(content, first, *order))
        assert found.focal_point == expected.focal_point != None  # noqa: E711 - all three
        assert found.decode(keep_profile=True).metadata == expected.decode(keep_profile=True).metadata


def test_xmp_that_is_not_whole_not_named_or_too_long_is_absent() -> None:
    content = written()
    first, *more = extended(3)
    packet = first[4:]
    assert extended_xmp(behind_the_start(content, *more), packet) == PACKET
    assert extended_xmp(behind_the_start(content, *more[1:]), packet) is None
    assert extended_xmp(behind_the_start(content, *more), None) is None
    assert extended_xmp(behind_the_start(content, *more), packet.replace(b"HasExtendedXMP", b"HasNot")) is None
    for other in (1, 2**16):  # they contradict each other
        said = more[1][:71] + struct.pack(">I", other) + more[1][75:]
        assert extended_xmp(behind_the_start(content, more[0], said, more[2]), packet) is None
    long = [one[:71] + struct.pack(">I", 2**30) + one[75:] for one in more]
    assert extended_xmp(behind_the_start(content, *long), packet) is None


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (1, b"\xf7", "JPEG-LS"),
        (4, b"\x0c", "JPEG of 12 bits a sample"),
        (4, b"\x10", "JPEG of 16 bits a sample"),
        (5, b"\0\0", "JPEG whose height comes behind its pixels"),
    ],
    ids=["LS", "12 bits", "16 bits", "DNL"],
)
def test_a_kind_that_no_decoder_reads_is_named(place: int, value: bytes, said: str) -> None:
    content = written()
    assert unread_coding(content) is None
    at = content.index(b"\xff\xc0") + place
    changed = content[:at] + value + content[at + len(value) :]
    with pytest.raises(DecodeError, match=f"^the picture cannot be decoded: {said} is not read$"):
        open_picture(changed)
