"""imgproxy's dialect: its published example of a signature, sizes, sources and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.target import Size
from focalbox.errors import InvalidRequest, SignatureError
from focalbox.service.dialects.imgproxy import check, is_imgproxy, parse

KEY, SALT = bytes.fromhex("943b421c9eb07c83"), bytes.fromhex("520f986b998545b4")
SOURCE = Size(600, 400)


def _signed(rest: bytes) -> bytes:
    digest = hmac.digest(KEY, SALT + b"/" + rest, hashlib.sha256)
    return b"/" + base64.urlsafe_b64encode(digest).rstrip(b"=") + b"/" + rest


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (b"rs:fill:300:100", Size(300, 100)),
        (b"rs:fit:300:100", Size(150, 100)),
        (b"resize:fit:900:900", Size(600, 400)),
        (b"rs:fit:900:900:1", Size(900, 600)),
        (b"s:300:0", Size(300, 200)),
        (b"w:300", Size(300, 200)),
        (b"h:100", Size(150, 100)),
        (b"rs:fill:150:50/dpr:2", Size(300, 100)),
        (b"rs:auto:100:200", Size(100, 67)),
        (b"rs:auto:200:100", Size(200, 100)),
        (b"q:70", Size(600, 400)),
    ],
)
def test_sizes_mean_what_they_mean_to_imgproxy(options: bytes, size: Size) -> None:
    assert parse(options + b"/plain/cat.jpg", 0).sizes(SOURCE) == [size]


@pytest.mark.parametrize(
    ("rest", "source", "format_"),
    [
        (b"plain/pets/cat.jpg", "pets/cat.jpg", "auto"),
        (b"plain/https://example.com/a%20b.jpg%3Fx=1@webp", "https://example.com/a b.jpg?x=1", "webp"),
        (b"plain/local:///pets/cat.jpg@png", "pets/cat.jpg", "png"),
        (b"cGV0cy9j/YXQuanBn.avif", "pets/cat.jpg", "avif"),
        (b"cGV0cy9jYXQuanBn", "pets/cat.jpg", "auto"),
    ],
)
def test_sources(rest: bytes, source: str, format_: str) -> None:
    image_request = parse(b"rs:fill:30:20/" + rest, 0)
    assert (image_request.source, image_request.format) == (source, format_)


def test_where_the_window_is_put() -> None:
    assert parse(b"rs:fill:30:20/g:sm/plain/a", 0).align is None
    assert parse(b"rs:fill:30:20/plain/a", 0).align == (0.5, 0.5)
    assert parse(b"rs:fill:30:20/g:soea/plain/a", 0).align == (1.0, 1.0)
    assert parse(b"rs:fill:30:20/g:fp:0.2:0.7/plain/a", 0).options.focus == (0.2, 0.7)
    assert parse(b"rs:fill:30:20/g:obj:face/plain/a", 0).options.mode == "face"


def test_signatures_count() -> None:
    rest = b"rs:fill:30:20/g:sm/plain/cat.jpg"
    path = _signed(rest)
    assert is_imgproxy(path)
    assert check(path, KEY, SALT, allow_unsigned=False) == rest
    for wrong in (path.replace(b":30:", b":31:"), b"/" + b"A" * 43 + b"/" + rest):
        with pytest.raises(SignatureError):
            check(wrong, KEY, SALT, allow_unsigned=True)
    with pytest.raises(SignatureError, match="no imgproxy key"):
        check(path, None, b"", allow_unsigned=True)
    with pytest.raises(SignatureError, match="unsigned"):
        check(b"/unsafe/" + rest, KEY, SALT, allow_unsigned=False)


def test_an_address_expires() -> None:
    rest = b"rs:fill:30:20/exp:1000/plain/cat.jpg"
    assert parse(rest, 999).source == "cat.jpg"
    with pytest.raises(SignatureError, match="expired"):
        parse(rest, 1000)


@pytest.mark.parametrize(
    ("rest", "named"),
    [
        (b"watermark:1/plain/a", "watermark"),
        (b"pr:card/plain/a", "pr"),
        (b"g:obj:cat/plain/a", "obj:cat"),
        (b"g:no:5:5/plain/a", "no:5:5"),
        (b"rs:zoom:5:5/plain/a", "zoom"),
        (b"rot:45/plain/a", "rot"),
        (b"bl:nan/plain/a", "bl"),
        (b"w:-5/plain/a", "width"),
        (b"dpr:0/plain/a", "dpr"),
        (b"w:5/enc/abc", "encrypted"),
        (b"w:5/plain/", "source"),
        (b"w:5/!!!", "base64"),
        (b"w:99999/plain/a", "30000"),
        (b"f:heic/plain/a", "format"),
    ],
)
def test_what_has_no_equivalent_is_refused_by_name(rest: bytes, named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        parse(rest, 0).sizes(SOURCE)


@given(st.text("rsfitwhgq:0123456789/plain@.%-", max_size=80).map(str.encode) | st.binary(max_size=80))
def test_anything_is_parsed_or_refused(rest: bytes) -> None:
    for begin in (b"", b"rs:fill:", b"g:", b"plain/", b"w:5/bg:"):
        try:
            parse(begin + rest, 0)
        except (InvalidRequest, SignatureError) as error:
            assert str(error)  # noqa: PT017 - either is right
        is_imgproxy(b"/" + begin + rest)
