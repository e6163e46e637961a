"""imgproxy's dialect: its published example of a signature, sizes, sources and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox.core.target import Size
from focalbox.core.visible import Visible
from focalbox.errors import InvalidRequest, SignatureError
from focalbox.service.dialects.imgproxy.address import check, is_imgproxy, parse
from service.clients import ask_node
from service.servers import Service

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
        (b"rs:fill:900:300", Size(600, 300)),
        (b"rs:fill-down:900:300", Size(600, 200)),
        (b"rs:fill-down:300:900", Size(133, 400)),
        (b"rs:fill-down:300:100", Size(300, 100)),
        (b"rs:fill-down:900:300:1", Size(900, 300)),
        (b"rs:fill-down:300:0", Size(300, 200)),
        (b"rs:fit:900:900:1", Size(900, 600)),
        (b"s:300:0", Size(300, 200)),
        (b"w:300", Size(300, 200)),
        (b"h:100", Size(150, 100)),
        (b"rs:fill:150:50/dpr:2", Size(300, 100)),
        (b"rs:auto:100:200", Size(100, 67)),
        (b"rs:auto:200:100", Size(200, 100)),
        (b"q:70", Size(600, 400)),
        (b"rs:fill:500:300/dpr:2", Size(600, 360)),
        (b"rs:fill:500:300:1/dpr:2", Size(1000, 600)),
        (b"w:150/z:2", Size(300, 200)),
        (b"rs:fill:150:50/zoom:2:4", Size(600, 200)),
        (b"h:100/mw:300", Size(300, 100)),
        (b"c:300:200/w:150", Size(150, 100)),
        (b"rs:force:300:300", Size(450, 300)),
        (b"rs:fit:900:900:0:1", Size(900, 900)),
    ],
)
def test_sizes_mean_what_they_mean_to_imgproxy(options: bytes, size: Size) -> None:
    image_request = parse(options + b"/plain/cat.jpg", 0)
    assert image_request.sizes(image_request.part(SOURCE)) == [size]


@pytest.mark.parametrize(
    ("rest", "source", "format_"),
    [
        (b"plain/pets/cat.jpg", "pets/cat.jpg", "same"),
        (b"plain/https://example.com/a%20b.jpg%3Fx=1@webp", "https://example.com/a b.jpg?x=1", "webp"),
        (b"plain/local:///pets/cat.jpg@png", "pets/cat.jpg", "png"),
        (b"cGV0cy9j/YXQuanBn.avif", "pets/cat.jpg", "avif"),
        (b"cGV0cy9jYXQuanBn", "pets/cat.jpg", "same"),
    ],
)
def test_a_source_is_read_with_its_extension(rest: bytes, source: str, format_: str) -> None:
    image_request = parse(b"rs:fill:30:20/" + rest, 0)
    assert (image_request.source, image_request.format) == (source, format_)


@pytest.mark.parametrize(
    ("path", "mine"),
    [
        (b"/unsafe/trim:10/rs:fill:5:5/plain/cat.jpg", True),
        (b"/unsafe/trim:10/plain/cat.jpg", True),
        (b"/unsafe/trim:10/5x5/plain/cat.jpg", False),
        (b"/unsafe/trim:top-left:10/5x5/smart/cat.jpg", False),
        (b"/unsafe/trim/5x5/cat.jpg", False),
        (b"/unsafe/filters:quality(5)/cat.jpg", False),
        (b"/unsafe/localhost:8080/cat.jpg", False),
        (b"/unsafe/https://example.com/plain/cat.jpg", False),
        (b"/unsafe/pr:thumb/plain/cat.jpg", True),
        (b"/unsafe/min-width:5/Y2F0LmpwZw", True),
    ],
)
def test_an_unsigned_address_is_of_one_dialect(path: bytes, mine: bool) -> None:  # noqa: FBT001 - a case
    assert is_imgproxy(path) is mine


def test_a_source_that_is_none_is_shown_in_the_message() -> None:
    with pytest.raises(InvalidRequest, match="in URL-safe base64, not 'fill/300/200/sm/0/plain/cat'"):
        parse(b"fill/300/200/sm/0/plain/cat.jpg", 0)


def test_a_film_may_be_answered_as_a_picture_that_stands_still() -> None:
    assert parse(b"da:1/w:30/plain/film.gif", 0).options.animate == "first"
    assert parse(b"disable_animation:0/w:30/plain/film.gif", 0).options.animate == "keep"


def test_a_background_is_written_in_hexadecimal_or_as_three_numbers() -> None:
    for written in (b"bg:255:136:0", b"bg:ff8800"):
        assert parse(written + b"/rs:fit:30:20:1:1/plain/a", 0).options.fill == "#ff8800"


CLIENT_CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"resize": {"resizing_type": "fill", "width": 300, "height": 200}, "gravity": {"type": "sm"}}, {}),
    ({"width": 300, "height": 200, "gravity": {"type": "fp", "x": 0.3, "y": 0.4}}, {}),
    ({"size": {"width": 300, "height": 200, "enlarge": True}, "quality": 70, "format": "webp"}, {}),
    (
        {"width": 300, "background": {"r": 255, "g": 136, "b": 0}, "extend": {"extend": True}, "height": 200},
        {"fill": "#ff8800"},
    ),
    ({"width": 300, "blur": 2, "sharpen": 0.5, "rotate": 90, "strip_metadata": True}, {}),
]


@pytest.mark.slow
def test_the_real_client_makes_addresses_that_are_understood() -> None:
    encoded = base64.urlsafe_b64encode(b"pets/cat.jpg").decode().rstrip("=")
    wanted = [
        {"value": value, "type": kind, "options": options}
        for options, _ in CLIENT_CASES
        for value, kind in (("pets/cat.jpg", "plain"), (encoded, "base64"))
    ]
    for case, address in zip(wanted, ask_node("imgproxy_addresses.mjs", wanted), strict=True):
        assert is_imgproxy(_signed(address.removeprefix("/").encode()))
        found = parse(address.removeprefix("/").encode(), 0)
        assert (found.source, found.sizes(SOURCE)[0]) != ("", None), case
        assert found.source == "pets/cat.jpg", address
        (expected,) = (more for options, more in CLIENT_CASES if options == case["options"])
        assert {name: getattr(found.options, name) for name in expected} == expected, address
        assert found.quality == case["options"].get("quality", found.quality), address  # type: ignore[attr-defined]


def _middle(rest: bytes) -> tuple[float, float] | None:
    return parse(rest + b"/plain/a", 0).settle_options(Visible(SOURCE)).focus


def test_where_the_window_is_put() -> None:
    assert _middle(b"rs:fill:30:20/g:sm") is None
    assert _middle(b"rs:fill:30:20") == (0.5, 0.5)
    assert _middle(b"rs:fill:20:20/g:soea") == pytest.approx((2 / 3, 0.5))
    assert _middle(b"rs:fill:20:20/g:fp:0.4:0.7") == pytest.approx((0.4, 0.5))
    assert _middle(b"rs:fill:30:10/g:no") == pytest.approx((0.5, 0.25))
    assert _middle(b"rs:fill:30:10/g:no:0:5") == pytest.approx((0.5, 0.5))  # 5 of 20 pixels from the edge
    assert _middle(b"rs:fill:30:10/g:so:0:0.25/dpr:2") == pytest.approx((0.5, 0.5))
    assert parse(b"rs:fill:30:20/g:obj:face/plain/a", 0).options.mode == "face"


@pytest.mark.parametrize(
    ("options", "size", "middle"),
    [
        (b"rs:fill:30:20/rot:90/g:no", Size(20, 30), (1 / 4.5, 0.5)),
        (b"rs:fill:30:20/rot:270/g:no", Size(20, 30), (1 - 1 / 4.5, 0.5)),
        (b"rs:fill:30:10/rot:180/g:noea", Size(30, 10), (0.5, 0.75)),
        (b"rs:fill:30:10/rot:0/g:noea", Size(30, 10), (0.5, 0.25)),
        (b"rs:fill:30:20/rot:-270/g:no", Size(20, 30), (1 / 4.5, 0.5)),
        (b"rs:fill:20:20/fl:1/g:ea", Size(20, 20), (1 / 3, 0.5)),
        (b"rs:fill:30:10/fl:0:1/g:no", Size(30, 10), (0.5, 0.75)),
    ],
)
def test_sides_and_gravity_are_those_of_the_turned_and_mirrored_picture(
    options: bytes, size: Size, middle: tuple[float, float]
) -> None:
    assert parse(options + b"/plain/a", 0).sizes(SOURCE) == [size]
    assert _middle(options) == pytest.approx(middle)


def test_what_is_north_of_the_turned_picture_is_shown_at_the_top(service: Service) -> None:
    def red_of(address: str) -> np.ndarray:
        with Image.open(io.BytesIO(service.ask(address).content)) as image:
            assert image.size == (60, 20), address
            return np.asarray(image.convert("RGB"))[..., 0].astype(float)

    with Image.open(io.BytesIO(service.ask("/unsafe/f:png/plain/coffee.jpg").content)) as whole:
        turned = whole.convert("RGB").transpose(Image.Transpose.ROTATE_270)  # clockwise by 90 degrees
    for gravity, top in (("no", 0), ("so", turned.height - turned.width // 3)):
        expected = turned.crop((0, top, turned.width, top + turned.width // 3)).resize((60, 20))
        found = red_of(f"/unsafe/rs:fill:60:20/rot:90/g:{gravity}/f:png/plain/coffee.jpg")
        assert np.abs(found - np.asarray(expected)[..., 0]).mean() < 6, gravity


def test_a_wrong_or_missing_signature_is_refused() -> None:
    rest = b"rs:fill:30:20/g:sm/plain/cat.jpg"
    path = _signed(rest)
    assert is_imgproxy(path)
    assert check(path, [(KEY, SALT)], allow_unsigned=False) == rest
    for wrong in (path.replace(b":30:", b":31:"), b"/" + b"A" * 43 + b"/" + rest):
        with pytest.raises(SignatureError):
            check(wrong, [(KEY, SALT)], allow_unsigned=True)
    with pytest.raises(SignatureError, match="no imgproxy key"):
        check(path, [], allow_unsigned=True)
    with pytest.raises(SignatureError, match="unsigned"):
        check(b"/unsafe/" + rest, [(KEY, SALT)], allow_unsigned=False)


def test_while_a_key_is_replaced_both_are_accepted_each_with_its_salt() -> None:
    rest = b"rs:fill:30:20/g:sm/plain/cat.jpg"
    for keys in ([(KEY, SALT), (b"new", b"salt")], [(b"new", b"salt"), (KEY, SALT)]):
        assert check(_signed(rest), keys, allow_unsigned=False) == rest
    with pytest.raises(SignatureError):
        check(_signed(rest), [(KEY, b"salt"), (b"new", SALT)], allow_unsigned=False)


def test_an_address_expires() -> None:
    rest = b"rs:fill:30:20/exp:1000/plain/cat.jpg"
    assert parse(rest, 999).source == "cat.jpg"
    with pytest.raises(SignatureError, match="expired"):
        parse(rest, 1000)


@pytest.mark.parametrize("option", ["dpi:72", "wm:0.5", "raw:1", "ar:0", "skp:png", "mc:1"])
def test_an_option_without_an_equivalent_is_400_by_its_name_wherever_it_stands(service: Service, option: str) -> None:
    for options in (option, f"rs:fill:30:20/{option}", f"{option}/rs:fill:30:20"):
        answer = service.ask(f"/unsafe/{options}/plain/coffee.jpg")
        assert answer.status == 400, options
        assert f"the option {option.partition(':')[0]} is not supported" in answer.problem()


@pytest.mark.parametrize(
    ("rest", "named"),
    [
        (b"watermark:1/plain/a", "watermark"),
        (b"pr:card/plain/a", "no preset 'card'"),
        (b"w:30/mw:50/plain/a", "min-width"),
        (b"z:0/plain/a", "the option z takes a number above 0"),
        (b"g:fp:2:0/plain/a", "g"),
        (b"pd:-1/plain/a", "padding"),
        (b"fq:jpeg:101/plain/a", "fq"),
        (b"fn:a%2Fb/plain/a", "fn"),
        (b"g:obj:cat/plain/a", "obj:cat"),
        (b"g:no:5:5:5/plain/a", "no '5'"),
        (b"rs:zoom:5:5/plain/a", "zoom"),
        (b"rot:45/plain/a", "rot"),
        (b"bl:nan/plain/a", "bl"),
        (b"w:-5/plain/a", "width"),
        (b"dpr:0/plain/a", "dpr"),
        (b"w:5/enc/abc", "encrypted"),
        (b"w:5/plain/", "source"),
        (b"w:5/!!!", "base64"),
        (b"w:99999/plain/a", "30000"),
        (b"bg:1:2/plain/a", "bg"),
        (b"bg:4096:1:1/plain/a", "bg"),
        (b"bg:ggg/plain/a", "bg"),
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


def test_every_word_that_imgproxy_writes_for_no_signature_is_one() -> None:
    for word in (b"unsafe", b"insecure", b"_"):
        assert is_imgproxy(b"/" + word + b"/rs:fill:5:5/plain/cat.jpg")
        assert check(b"/" + word + b"/w:5/plain/cat.jpg", [], allow_unsigned=True) == b"w:5/plain/cat.jpg"
