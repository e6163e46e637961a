"""What is read from the first bytes: the format, whatever is printed before it."""

from collections.abc import Callable

import pytest
from PIL import Image

from focalbox.imaging.headers.header import drop_blanks, say_what_it_is, sniff


@pytest.mark.parametrize("before", [b"", b"\r\n", b"\n \t", b"\xef\xbb\xbf", b"\n" * 1000], ids=repr)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP"])
def test_the_content_says_what_it_is(
    form: str, before: bytes, corners: Image.Image, file_of: Callable[..., bytes]
) -> None:
    content = file_of(corners, form)
    assert drop_blanks(before + content) == content
    assert sniff(content) == form


@pytest.mark.parametrize("content", [b"", b"\xff", b"Dear Sir", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x14ftypqt  "])
def test_what_is_no_picture_is_none(content: bytes) -> None:
    assert sniff(drop_blanks(content)) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n", "is a PDF: "),
        (b"\0\0\1\0\1\0\x10\x10", "is an icon (ICO): "),
        (b'<?xml version="1.0"?>\n<!-- a logo --><svg xmlns="http://www.w3.org/2000/svg"/>', "is SVG: "),
        (b"<!DOCTYPE html><title>404</title>", "is a page (HTML): "),
        (b"<note/>", "does not begin like a picture: "),
        (b"\0\0\0\x14ftypqt  ", "is a video: "),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "is a video: "),
        (b"\xff\x0a\xfa\x7f", "is JPEG XL: "),
        (b"Dear Sir", "does not begin like a picture: "),
        (b"", "does not begin like a picture: "),
    ],
)
def test_what_is_sent_as_a_picture_and_is_none_is_named(content: bytes, said: str) -> None:
    assert sniff(content) is None
    assert say_what_it_is(content).startswith(said)
    assert say_what_it_is(content).endswith("HEIC are read")
