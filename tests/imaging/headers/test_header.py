"""What is read from the first bytes: the format, whatever is printed before it."""

from io import BytesIO

import pytest
from PIL import Image

from focalbox.errors import DecodeError
from focalbox.imaging.headers.header import drop_blanks, say_what_it_is, sniff
from focalbox.imaging.source import open_picture
from pictures import encoded


@pytest.mark.parametrize("before", [b"", b"\r\n", b"\n \t", b"\xef\xbb\xbf", b"\n" * 1000], ids=repr)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP"])
def test_the_content_says_what_it_is(form: str, before: bytes, corners: Image.Image) -> None:
    content = encoded(corners, form)
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
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "is XML: "),
        (b'{"error": "no such picture"}', "is JSON: "),
        (b"data:image/png;base64,iVBORw0KGgo", "is a data URL: "),
        (b"iVBORw0KGgoAAAANSUhEUgAAAGE", "is a PNG in base64: "),
        (b"/9j/4AAQSkZJRgABAQAAAQABAAD", "is a JPEG in base64: "),
        (b"\x89PNG\n\x1a\n\0\0\0\rIHDR", "is a PNG that was sent as if it were text: "),
        (b"P7\nWIDTH 97\nHEIGHT 70\n", "is Netpbm (PPM, PGM, PBM, PAM, PFM): "),
        (b"Please find enclosed", "does not begin like a picture: "),
        (b"RIFF\0\0\0\0AVI LIST", "is a video: "),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "is a video: "),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "is a camera's raw file: "),
        (b"FUJIFILMCCD-RAW 0201", "is a camera's raw file: "),
        (b"#?RADIANCE\n", "is Radiance HDR: "),
        (b"II\xbc\1\x08\0\0\0", "is JPEG XR: "),
        (b"\x1f\x8b\x08", "is a compressed file (gzip): "),
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


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("PPM", "Netpbm"),
        ("TGA", "Targa"),
        ("QOI", "QOI"),
        ("DDS", "a texture"),
        ("SGI", "SGI"),
        ("ICO", "an icon"),
        ("ICNS", "an icon"),
        ("JPEG2000", "JPEG 2000"),
        ("PDF", "a PDF"),
        ("EPS", "PostScript"),
        ("XBM", "XBM"),
    ],
)
def test_what_pillow_writes_and_focalbox_does_not_read_is_named(form: str, said: str) -> None:
    file = BytesIO()
    Image.new("1" if form == "XBM" else "RGB", (64, 64)).save(file, form)
    with pytest.raises(DecodeError, match=f"^the picture is {said}.*HEIC are read$"):
        open_picture(file.getvalue())
