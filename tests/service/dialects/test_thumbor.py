"""thumbor's dialect, against addresses made by the real libthumbor."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libthumbor import CryptoURL
from PIL import Image

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.core.visible import Visible
from focalbox.errors import InvalidRequest, SignatureError
from focalbox.imaging.output.effects import Effect
from focalbox.options import Trim
from focalbox.service.dialects.thumbor import check, is_thumbor, parse
from focalbox.service.request import ImageRequest
from service.servers import Service

KEY = "the security key of a thumbor"
SOURCE = Size(600, 400)


def _read(**options: Any) -> ImageRequest:
    address = CryptoURL(key=KEY).generate(image_url="pets/cat.jpg", **options)
    path = urlsplit(address).path.encode()
    assert is_thumbor(path)
    return parse(check(path, KEY, allow_unsigned=False))


def test_a_smart_address_has_size_source_and_defaults() -> None:
    image_request = _read(width=300, height=200, smart=True)
    assert image_request.sizes(SOURCE) == [Size(300, 200)]
    assert (image_request.source, image_request.options.focus, image_request.format, image_request.answer) == (
        "pets/cat.jpg",
        None,
        "same",
        "crop",
    )


@pytest.mark.parametrize(
    ("options", "focus"),
    [
        ({}, (0.5, 0.5)),
        ({"halign": "left"}, (0.0, 0.5)),
        ({"halign": "right", "valign": "top"}, (1.0, 0.0)),
        ({"valign": "bottom"}, (0.5, 1.0)),
    ],
)
def test_without_smart_the_alignment_decides(options: dict[str, str], focus: tuple[float, float]) -> None:
    image_request = _read(width=300, height=200, **options)
    assert image_request.settle_options(Visible(SOURCE)).focus == focus
    left = PixelBox(60, 0, 240, 200)  # the left and upper part: the alignment is one in what is left
    assert image_request.settle_options(Visible(SOURCE, left)).focus == pytest.approx(
        (0.1 + focus[0] * 0.4, focus[1] * 0.5)
    )


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({"width": 300}, Size(300, 200)),
        ({"height": 200}, Size(300, 200)),
        ({"width": 300, "height": 300, "fit_in": True}, Size(300, 200)),
        ({"width": 900, "height": 900, "fit_in": True}, Size(600, 400)),
        ({"width": 900, "height": 900, "fit_in": True, "filters": ["upscale()"]}, Size(900, 600)),
        ({"width": 900, "height": 300}, Size(900, 300)),
        ({"width": 900, "height": 300, "filters": ["no_upscale()"]}, Size(600, 300)),
        ({}, Size(600, 400)),
    ],
)
def test_sizes_mean_what_they_mean_to_thumbor(options: dict[str, Any], size: Size) -> None:
    assert _read(smart=True, **options).sizes(SOURCE) == [size]


def test_filters_become_fields_of_the_request() -> None:
    image_request = _read(
        width=300, height=200, fit_in=True, filters=["quality(55)", "format(webp)", "fill(ff8800)", "strip_exif()"]
    )
    assert (image_request.quality, image_request.format, image_request.options.fit, image_request.options.fill) == (
        55,
        "webp",
        "contain",
        "#ff8800",
    )
    focal = _read(width=300, height=200, filters=["focal(30x40:60x80)", "max_age(60)"])
    assert (focal.focal, focal.max_age) == (PixelBox(30, 40, 30, 40), 60)
    assert focal.settle_options(Visible(SOURCE)).focus == pytest.approx((45 / 600, 60 / 400))


@pytest.mark.parametrize(
    ("trim", "expected"),
    [
        (None, None),
        (True, Trim("top-left", 0)),
        (("top-left", None), Trim("top-left", 0)),
        (("bottom-right", None), Trim("bottom-right", 0)),
        (("bottom-right", 20), Trim("bottom-right", 20)),
        (("top-left", 442), Trim("top-left", 442)),
    ],
)
@pytest.mark.parametrize("fit_in", [False, True])
def test_trim_is_read_with_its_corner_and_tolerance(trim: Any, expected: Trim | None, *, fit_in: bool) -> None:
    image_request = _read(width=300, height=200, trim=trim, meta=True, fit_in=fit_in, filters=["fill(red)"])
    assert (image_request.options.trim, image_request.answer, image_request.source) == (
        expected,
        "thumbor-meta",
        "pets/cat.jpg",
    )
    assert _read(trim=trim, smart=True).options.trim == expected


def test_a_tolerance_alone_is_that_of_the_first_corner() -> None:
    assert parse(b"trim:20/300x200/cat.jpg").options.trim == Trim("top-left", 20)


def test_what_comes_before_the_window() -> None:
    cut = _read(width=30, height=20, crop=((10, 20), (110, 70)))
    assert (cut.window, cut.align) == (PixelBox(10, 20, 100, 50), (0.5, 0.5))
    assert [effect.name for effect in _read(width=30, height=20, flip=True, flop=True).effects] == ["flop", "flip"]
    assert _read(width="orig", height="orig").sizes(SOURCE) == [SOURCE]
    assert _read(width="orig", height=100).sizes(SOURCE) == [Size(600, 100)]
    assert _read(width="orig", height=100).named_sizes() == ["origx100"]
    assert _read(width=300, height="orig", smart=True).sizes(SOURCE) == [Size(300, 400)]
    assert _read(width="orig", height=100, fit_in=True).sizes(SOURCE) == [Size(150, 100)]
    with pytest.raises(InvalidRequest, match="orig is not supported with"):
        _read(width="orig", height=100, filters=["proportion(0.5)"])
    assert _read(width=100, height=100, full_fit_in=True).sizes(SOURCE) == [Size(150, 100)]
    assert _read(width=100, height=300, adaptive_fit_in=True).sizes(SOURCE) == [Size(150, 100)]


def test_filters_that_change_the_finished_crop() -> None:
    filters = ["blur(3)", "brightness(-10)", "contrast(5)", "grayscale()", "rotate(90)", "sharpen(2,1,true)",
               "round_corner(10,255,0,0)", "background_color(00ff00)"]  # fmt: skip
    names = [effect.name for effect in _read(width=30, height=20, filters=filters).effects]
    assert names == ["blur", "brightness", "contrast", "grayscale", "rotate", "wavelet", "round", "background"]
    small = _read(width=300, height=200, filters=["proportion(0.5)", "max_bytes(4000)", "autojpg()"])
    assert (small.sizes(SOURCE), small.max_bytes, small.format) == ([Size(150, 100)], 4000, "opaque-jpeg")


def test_effects_before_a_fill_leave_its_colour_alone_and_those_after_it_do_not() -> None:
    filled = _read(width=90, height=90, fit_in=True, filters=["grayscale()", "fill(red)", "brightness(9)"])
    assert (filled.options.fit, filled.sizes(SOURCE), filled.named_sizes()) == ("cover", [Size(90, 60)], ["90x90"])
    assert filled.finish(SOURCE) == (
        Effect("grayscale"), Effect("ground", (90.0, 90.0), "red"), Effect("brightness", (9.0,)))  # fmt: skip
    turned = _read(width=90, height=200, adaptive_fit_in=True, flip=True, filters=["blur(3)", "fill(red)"])
    assert [effect.name for effect in turned.effects] == ["flop", "blur", "ground"]
    assert turned.finish(SOURCE)[-1].values == (200.0, 90.0)
    assert _read(width=90, height=90, fit_in=True, filters=["fill(red)", "grayscale()"]).options.fit == "contain"


def test_what_is_filled_after_an_effect_has_its_own_colour(service: Service) -> None:
    for filters, expected in (("grayscale():fill(red)", (255, 0, 0)), ("fill(red):grayscale()", (76, 76, 76))):
        answer = service.ask(f"/unsafe/fit-in/90x90/filters:{filters}:format(png)/coffee.jpg")
        shown = Image.open(io.BytesIO(answer.content)).convert("RGB")
        assert (shown.size, shown.getpixel((45, 3)), shown.getpixel((45, 86))) == ((90, 90), expected, expected)
        middle = shown.crop((0, 30, 90, 60))
        assert middle.tobytes() == middle.convert("L").convert("RGB").tobytes()


def test_stretched_is_the_whole_picture_in_exactly_the_sides_unless_it_is_fit_in() -> None:
    stretched = _read(width=90, height=90, smart=True, filters=["stretch()"])
    assert (stretched.sizes(SOURCE), stretched.effects) == ([Size(90, 60)], (Effect("resize", (90.0, 90.0)),))
    assert _read(width=90, height=90, fit_in=True, filters=["stretch()"]).effects == ()
    assert _read(width=90, filters=["stretch()"]).effects == ()


def test_a_box_without_sides_at_the_origin_is_no_crop() -> None:
    assert parse(b"0x0:0x0/300x200/smart/cat.jpg") == parse(b"300x200/smart/cat.jpg")
    with pytest.raises(InvalidRequest, match="at least one pixel"):
        parse(b"5x5:5x5/300x200/smart/cat.jpg")


def test_meta_and_slashes_in_filters() -> None:
    assert _read(width=300, height=200, meta=True, smart=True).answer == "thumbor-meta"
    image_request = parse(b"300x200/smart/filters:quality(5)/http://example.com/a/b.jpg")
    assert image_request.source == "http://example.com/a/b.jpg"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"trim": ("", 20)}, "not trim::20"),
        ({"trim": ("top-right", 20)}, "not trim:top-right:20"),
        ({"trim": ("top-left", 443)}, "trim:CORNER:TOLERANCE"),
        ({"trim": ("top-left", "20px")}, "trim:CORNER:TOLERANCE"),
        ({"filters": ["blur(70000)"]}, "blur"),
        ({"filters": ["brightness(101)"]}, "brightness"),
        ({"filters": ["rotate(far)"]}, "rotate"),
        ({"filters": ["round_corner(10)"]}, "round_corner"),
        ({"filters": ["proportion(2)"]}, "proportion"),
        ({"filters": ["quality(70)", "watermark(http://a/b.png,0,0,0)"]}, "watermark"),
        ({"filters": ["fill(edge)"]}, "fill"),
        ({"filters": ["fill(no-such-colour)"]}, "no-such-colour"),
        ({"width": 1_000_000, "height": 20}, "30000"),
        ({"width": 10**19, "height": 20}, "30000"),
        ({"filters": ["focal(1x2)"]}, "focal"),
        ({"filters": ["focal(9x9:1x1)"]}, "at least one pixel"),
        ({"filters": ["format(heic)"]}, "format"),
        ({"width": 99_999, "height": 20}, "30000"),
    ],
)
def test_what_is_not_done_is_refused_by_name(options: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        _read(**options)


def test_a_wrong_or_missing_signature_is_refused() -> None:
    path = CryptoURL(key=KEY).generate(image_url="cat.jpg", width=300, height=200, smart=True).encode()
    for other in (path.replace(b"300", b"301"), b"/" + b"A" * 27 + b"=/300x200/cat.jpg"):
        with pytest.raises(SignatureError):
            check(other, KEY, allow_unsigned=False)
    assert check(path.replace(b"=/", b"%3D/"), KEY, allow_unsigned=False) == b"300x200/smart/cat.jpg"
    with pytest.raises(SignatureError, match="no thumbor key"):
        check(path, None, allow_unsigned=True)
    with pytest.raises(SignatureError, match="unsafe"):
        check(b"/unsafe/300x200/cat.jpg", KEY, allow_unsigned=False)
    assert check(b"/unsafe/300x200/cat.jpg", None, allow_unsigned=True) == b"300x200/cat.jpg"


@settings(deadline=None)
@given(st.text("0123456789x:/-()abcdefilmnopqrstuvy%.", max_size=80).map(str.encode) | st.binary(max_size=80))
def test_anything_is_parsed_or_refused(rest: bytes) -> None:
    for begin in (b"", b"trim", b"trim:top-left:", b"300x200/smart/", b"300x200/filters:"):
        try:
            parse(begin + rest)
        except InvalidRequest as error:
            assert str(error)  # noqa: PT017 - either is right


NESTED = "localhost:8888/unsafe/100x150:300x200/"


@pytest.mark.parametrize("inner", [NESTED, f"http://{NESTED}", f"{NESTED}500x0/smart/", "unsafe/100x150:300x200/"])
def test_the_focal_point_of_a_nested_address(inner: str) -> None:
    found = parse(f"30x20/smart/filters:extract_focal()/{inner}http%3A%2F%2Fimg.example%2Fa%2520b.jpg".encode())
    assert found.source == "http://img.example/a%20b.jpg"
    assert found.focal == PixelBox(100, 150, 200, 50)


def test_a_nested_address_without_a_crop_and_a_source_that_is_none() -> None:
    assert parse(b"30x20/smart/filters:extract_focal()/unsafe/500x0/cat.jpg").source == "cat.jpg"
    found = parse(b"30x20/filters:extract_focal()/pets/cat.jpg")
    assert (found.source, found.focal, found.align) == ("pets/cat.jpg", None, (0.5, 0.5))
    with pytest.raises(InvalidRequest, match="watermark"):
        parse(b"30x20/filters:extract_focal()/unsafe/500x0/filters:watermark(1)/cat.jpg")


@pytest.mark.parametrize("source", [b"/pets/cat.jpg", b"//pets/cat.jpg", b"%2Fpets/cat.jpg"])
def test_slashes_before_a_source_are_dropped_as_by_the_loader_of_thumbors(source: bytes) -> None:
    assert parse(b"30x20/smart/" + source).source == "pets/cat.jpg"


def test_slashes_alone_are_no_source() -> None:
    with pytest.raises(InvalidRequest, match="an address ends with the source"):
        parse(b"30x20///")
