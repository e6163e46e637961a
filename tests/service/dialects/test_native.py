"""The native dialect: every option arrives, everything else is refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalbox.core.geometry import Box
from focalbox.core.target import Ratio, Size
from focalbox.errors import InvalidRequest
from focalbox.options import Trim
from focalbox.service.dialects.native import parse, parse_upload


def test_every_option_arrives() -> None:
    query = (
        b"fit=pad&retain=0.5&focus=0.25,0.75&keep=0,0,.1,.1&keep=.5,.5,.1,.1&avoid=0.9,0.9,0.1,0.1&upscale=true"
        b"&mode=face&on_doubt=pad&doubt=0.3&fill=%23ff8800&keep_metadata=1&format=jpg&quality=55"
        b"&trim=bottom-right:20"
    )
    image_request = parse(b"/v1/crop/500x200/pets/my%20cat%20%C3%A9.jpg", query)
    options = image_request.options
    assert image_request.source == "pets/my cat é.jpg"
    assert (image_request.targets, image_request.format, image_request.quality, image_request.answer) == (
        (Size(500, 200),),
        "jpeg",
        55,
        "crop",
    )
    assert (options.fit, options.retain, options.focus, options.upscale) == ("pad", 0.5, (0.25, 0.75), True)
    assert options.keep == (Box(0, 0, 0.1, 0.1), Box(0.5, 0.5, 0.1, 0.1))
    assert options.avoid == (Box(0.9, 0.9, 0.1, 0.1),)
    assert (options.mode, options.on_doubt, options.doubt) == ("face", "pad", 0.3)
    assert (options.fill, options.keep_metadata) == ("#ff8800", True)
    assert options.trim == Trim("bottom-right", 20)
    assert parse(b"/v1/map/cat.jpg", b"trim=top-left").options.trim == Trim("top-left", 0)


def test_a_plan_takes_many_sizes_and_the_crop_without_a_target() -> None:
    assert parse(b"/v1/plan/500x200,1:1,free/cat.jpg", b"").targets == (Size(500, 200), Ratio(1, 1), None)
    assert parse_upload("plan", b"size=500x200&size=1:1").targets == (Size(500, 200), Ratio(1, 1))
    assert parse_upload("crop", b"").targets == (None,)


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        (b"/v1/crop/500x200/cat.jpg", b"colour=red", "colour"),
        (b"/v1/crop/500x200/cat.jpg", b"saliency=true", "saliency"),
        (b"/v1/plan/1:1/cat.jpg", b"alternatives=17", "alternatives is a number from 1 to 16, not 17"),
        (b"/v1/plan/1:1/cat.jpg", b"alternatives=0", "alternatives"),
        (b"/v1/crop/1:1/cat.jpg", b"alternatives=2", "alternatives"),
        (b"/v1/plan/500x200/cat.jpg", b"quality=5", "quality"),
        (b"/v1/map/cat.jpg", b"fit=pad", "fit"),
        (b"/v1/crop/500x200,1:1/cat.jpg", b"", "one size"),
        (b"/v1/crop/500y200/cat.jpg", b"", "size"),
        (b"/v1/crop/500x200/", b"", "SOURCE"),
        (b"/v1/crop/500x200/cat.jpg", b"fit=pad&fit=tight", "fit"),
        (b"/v1/crop/500x200/cat.jpg", b"zoom=far", "zoom"),
        (b"/v1/crop/500x200/cat.jpg", b"zoom=nan", "zoom"),
        (b"/v1/crop/500x200/cat.jpg", b"focus=1", "focus"),
        (b"/v1/crop/500x200/cat.jpg", b"quality=101", "quality"),
        (b"/v1/crop/500x200/cat.jpg", b"quality=-1", "quality"),
        (b"/v1/crop/500x200/cat.jpg", b"format=exe", "format"),
        (b"/v1/crop/500x200/cat.jpg", b"upscale=perhaps", "upscale"),
        (b"/v1/crop/500x200/cat.jpg", b"fit", "="),
        (b"/v1/crop/500x200/cat.jpg", b"fill=no-such-colour", "no-such-colour"),
        (b"/v1/plan/500x200/cat.jpg", b"fill=%231", "fill"),
        (b"/v1/crop/500x200/cat.jpg", b"trim=true", "top-left"),
        (b"/v1/crop/500x200/cat.jpg", b"trim=top-left:443", "442"),
        (b"/v1/crop/500x200/%ff.jpg", b"", "UTF-8"),
        (b"/v1/crop/500x200/a%00.jpg", b"", "control"),
        (b"/v1/crop/500x200/a%2", b"", "%"),
        (b"/v1/blur/500x200/cat.jpg", b"", "blur"),
        (
            b"/v1/crop/300x0/cat.jpg",
            b"",
            "two sides of at least 1 pixel, not '300x0'; one may be left open in the addresses of thumbor",
        ),
        (b"/v1/plan/1:1,x300/cat.jpg", b"", "two sides of at least 1 pixel, not 'x300'"),
        (b"/v1/plan/x/cat.jpg", b"", "a size looks like"),
        (b"/v1/plan/" + b"1:1," * 40 + b"1:1/cat.jpg", b"", "sizes"),
    ],
)
def test_what_is_not_understood_is_named(path: bytes, query: bytes, named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        parse(path, query)


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(rest: bytes, query: bytes) -> None:
    for begin in (b"/v1/", b"/v1/crop/", b"/v1/plan/1:1/"):
        try:
            parse(begin + rest, query)
        except InvalidRequest as error:
            assert str(error)  # noqa: PT017 - either is right


@settings(deadline=None)
@given(st.text("abcdefghijklmnopqrstuvwxyz=&%0123456789,.:x/", max_size=80))
def test_any_query_is_parsed_or_refused(query: str) -> None:
    try:
        parse_upload("crop", query.encode())
    except InvalidRequest as error:
        assert str(error)  # noqa: PT017 - either is right
