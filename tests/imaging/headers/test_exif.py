"""Which way is up, however the tag is written."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.Image import Image as Picture

from focalbox.imaging.headers.exif import read_exif
from focalbox.imaging.source import open_picture
from pictures import encoded

PREFIX = b"Exif\0\0"
WHOLE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}


def block(orientation: int, kind: int, order: str = "<") -> bytes:
    """Write an EXIF block of one tag."""
    value = struct.pack(order + WHOLE[kind], orientation).ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 1)
    return head + struct.pack(order + "HHI", 0x0112, kind, 1) + value + bytes(4)


@given(st.integers(1, 8), st.sampled_from(sorted(WHOLE)), st.sampled_from("<>"), st.integers(0, 3))
def test_every_kind_of_whole_number_is_read(orientation: int, kind: int, order: str, prefixes: int) -> None:
    assert read_exif(PREFIX * prefixes + block(orientation, kind, order)).orientation == orientation


@given(st.integers(9, 2**32 - 1) | st.just(0), st.sampled_from("<>"))
def test_what_is_no_orientation_is_upright(value: int, order: str) -> None:
    assert read_exif(block(value, 4, order)).orientation == 1


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_pictures_are_turned_by_it(form: str, kind: int, corners: Picture) -> None:
    picture = open_picture(encoded(corners, form, exif=PREFIX + block(6, kind)))
    assert (picture.size.width, picture.size.height) == (corners.height, corners.width)


def test_a_doubled_prefix_hides_nothing(corners: Picture) -> None:
    assert open_picture(encoded(corners, "JPEG", exif=PREFIX * 2 + block(8, 3))).size.width == corners.height


@pytest.mark.parametrize("kind", [2, 129])
@pytest.mark.parametrize(
    ("stored", "read"),
    [
        (b"A. Person\0", "A. Person"),
        (b"A. Person\0B. Person\0", "A. Person, B. Person"),
        (b" \0B. P\xc3\xa4\0", "B. Pä"),
    ],
)
def test_copyright_is_that_of_photographer_and_editor(kind: int, stored: bytes, read: str) -> None:
    directory = struct.pack("<HHHIII", 1, 0x8298, kind, len(stored), 26, 0)
    assert read_exif(b"II*\0\x08\0\0\0" + directory + stored).copyright.decode() == read
