"""What is read from the first bytes: the format, whatever is printed before it."""

from collections.abc import Callable

import pytest
from PIL import Image

from focalbox.imaging.headers.header import drop_blanks, sniff


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
