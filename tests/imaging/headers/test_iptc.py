"""IPTC is read however a TIFF declares its type, and wherever it keeps it."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox import Cropper
from focalbox.imaging.headers.iptc import iptc_of, read_iptc
from focalbox.imaging.headers.rights import Rights
from focalbox.imaging.source import open_picture
from imaging.headers.test_rights import PACKET, iptc
from imaging.tiffs import with_tag

BLOCK = iptc((80, b"A. Person"), (116, "© A. Person".encode()), (90, b"Berlin"))
EXPECTED = Rights("© A. Person", ("A. Person",))
BYTE, ASCII, LONG, UNDEFINED = 1, 2, 4, 7
IPTC, PHOTOSHOP, XMP = 33723, 34377, 700


def tiff(tag: int, kind: int, value: bytes, prefix: bytes) -> bytes:
    file = BytesIO()
    Image.new("I;16B" if prefix == b"MM" else "RGB", (20, 10)).save(file, "TIFF")
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


@given(st.binary(max_size=40), st.binary(max_size=60).map(b"8BIM".__add__))
def test_nonsense_raises_nothing(block: bytes, resources: bytes) -> None:
    found = iptc_of(block, resources)
    assert found is None or isinstance(found, bytes)
    assert isinstance(read_iptc(found), Rights)
