"""IPTC is read however a TIFF declares its type, and wherever it keeps it."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox import Cropper
from focalbox.imaging.headers.iptc import iptc_of, read_iptc
from focalbox.imaging.headers.rights import Rights
from focalbox.imaging.source import open_picture
from imaging.decoding import pixels_of, read_by_pillow
from imaging.headers.test_rights import PACKET, iptc
from imaging.tiffs import with_tag

BLOCK = iptc((80, b"A. Person"), (116, "© A. Person".encode()), (90, b"Berlin"))
EXPECTED = Rights("© A. Person", ("A. Person",))
BYTE, ASCII, LONG, UNDEFINED = 1, 2, 4, 7
IPTC, PHOTOSHOP, XMP = 33723, 34377, 700


def tiff(tag: int, kind: int, value: bytes, prefix: bytes) -> bytes:
    file = BytesIO()
    Image.radial_gradient("L").convert("I;16B" if prefix == b"MM" else "RGB").crop((0, 0, 20, 10)).save(file, "TIFF")
    assert file.getvalue()[:2] == prefix
    return with_tag(file.getvalue(), tag, kind, value)


def rights_of(content: bytes) -> Rights:
    return open_picture(content).decode(keep_profile=True).metadata.rights


def padded(block: bytes) -> bytes:
    return block + bytes(-len(block) % 4)


@pytest.mark.parametrize("prefix", [b"II", b"MM"])
@pytest.mark.parametrize("exchanged", [False, True])
def test_numbers_of_32_bits_are_the_bytes_that_they_are_made_of(prefix: bytes, *, exchanged: bool) -> None:
    block = padded(BLOCK)
    if exchanged:
        block = b"".join(block[at : at + 4][::-1] for at in range(0, len(block), 4))
    content = tiff(IPTC, LONG, block, prefix)
    assert rights_of(content) == EXPECTED
    (result,) = Cropper().results(content, ["10x10"], keep_metadata=True)
    assert rights_of(result.encode("jpeg")) == EXPECTED
    assert b"Berlin" not in result.encode("jpeg")


@pytest.mark.parametrize("kind", [BYTE, ASCII, UNDEFINED])
@pytest.mark.parametrize(("tag", "block"), [(IPTC, BLOCK), (XMP, PACKET)], ids=["IPTC", "XMP"])
def test_bytes_are_bytes_whatever_they_are_said_to_be(kind: int, tag: int, block: bytes) -> None:
    assert rights_of(tiff(tag, kind, block, b"II")).creators[0] == "A. Person"


def test_it_may_lie_among_the_resources_of_photoshop() -> None:
    other = b"8BIM\x04\x0a\x03abc" + struct.pack(">I", 1) + b"x\0"
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(BLOCK)) + BLOCK
    assert rights_of(tiff(PHOTOSHOP, BYTE, other + resource, b"II")) == EXPECTED


texts = st.text(st.characters(codec="ascii", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(texts, min_size=1, max_size=4), texts, st.binary(max_size=40))
def test_what_stands_before_nonsense_is_read(names: list[str], notice: str, rest: bytes) -> None:
    sets = [(80, name.encode()) for name in names]
    block = iptc(*sets, (116, notice.encode()))
    nonsense = b"\0" + rest  # no data set begins with a zero
    assert read_iptc(iptc_of(block + nonsense)) == Rights(notice, tuple(names))


@given(st.lists(st.tuples(st.integers(1000, 1027), st.binary(max_size=9), st.binary(max_size=30)), max_size=4))
def test_it_is_found_behind_any_other_resources(others: list[tuple[int, bytes, bytes]]) -> None:
    def resource(number: int, name: bytes, content: bytes) -> bytes:
        named = bytes([len(name)]) + name
        body = struct.pack(">I", len(content)) + content
        return b"8BIM" + struct.pack(">H", number) + named + bytes(len(named) % 2) + body + bytes(len(body) % 2)

    before = b"".join(resource(*other) for other in others)
    assert iptc_of(None, before + resource(0x0404, b"", BLOCK)) == BLOCK
    assert iptc_of(None, before) is None


@given(st.binary(max_size=40), st.binary(max_size=60).map(b"8BIM".__add__))
def test_nonsense_hides_no_pixel(block: bytes, resources: bytes) -> None:
    content = with_tag(tiff(IPTC, UNDEFINED, block, b"II"), PHOTOSHOP, BYTE, resources)
    np.testing.assert_array_equal(pixels_of(content), read_by_pillow(content))
    assert isinstance(rights_of(content), Rights)
