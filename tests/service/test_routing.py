"""Which dialect reads an address, and what presets stand for."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest, SignatureError
from focalbox.service.dialects.signing import Key, sign
from focalbox.service.problems import NotAllowed, NotFound
from focalbox.service.routing import dialect_of, read_address
from focalbox.service.settings import ServiceSettings

OPEN = ServiceSettings.of({"FOCALBOX_SERVICE_PRESETS": "card=500x200?fit=tight;wide=16:9"}, allow_unsigned="true")


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        (b"/v1/crop/5x5/a.jpg", "native"),
        (b"/v1/p/card/a.jpg", "native"),
        (b"/unsafe/5x5/a.jpg", "thumbor"),
        (b"/unsafe/trim:top-left/5x5/a.jpg", "thumbor"),
        (b"/unsafe/filters:quality(5)/a.jpg", "thumbor"),
        (b"/unsafe/plain/a.jpg", "imgproxy"),
        (b"/insecure/w:5/plain/a.jpg", "imgproxy"),
        (b"/" + b"A" * 43 + b"/rs:fill:5:5/plain/a.jpg", "imgproxy"),
        (b"/" + b"A" * 27 + b"=/5x5/a.jpg", "thumbor"),
        (b"/" + b"A" * 43 + b"/resize=w:5/a.jpg", "filestack"),
        (b"/resize=w:5/a.jpg", "filestack"),
        (b"/round_corners=radius:10/a.jpg", "filestack"),
        (b"/KEY/no_such_task=amount%3A10/a.jpg", "filestack"),
        (b"/a=b/c.jpg", "none"),
        (b"/favicon.ico", "none"),
        (b"/v2/crop/500x200/a.jpg", "none"),
        (b"/V1/crop/500x200/a.jpg", "none"),
        (b"/v2x/crop=dim:[1,2,3,4]/a.jpg", "filestack"),
    ],
)
def test_an_address_is_of_one_dialect(path: bytes, dialect: str) -> None:
    assert dialect_of(path) == dialect


def test_a_preset_is_its_address_and_takes_nothing_besides() -> None:
    named = read_address(b"/v1/p/card/pets/cat.jpg", b"", OPEN)
    assert named == read_address(b"/v1/crop/500x200/pets/cat.jpg", b"fit=tight", OPEN)
    with pytest.raises(InvalidRequest, match="no options"):
        read_address(b"/v1/p/card/cat.jpg", b"zoom=1", OPEN)
    with pytest.raises(InvalidRequest, match="no preset 'poster'"):
        read_address(b"/v1/p/poster/cat.jpg", b"", OPEN)
    for short in (b"/v1/p/card", b"/v1/p/card/", b"/v1/p/", b"/v1/p//cat.jpg"):
        with pytest.raises(InvalidRequest, match="/v1/p/NAME/SOURCE"):
            read_address(short, b"", OPEN)


@pytest.mark.parametrize("size", ["500\u00d7200", "500X200", "%35%30%30x200"])
def test_a_preset_may_be_written_as_an_address_may(size: str) -> None:
    settings = ServiceSettings.of({"FOCALBOX_SERVICE_PRESETS": f"card={size}?fit=tight"}, allow_unsigned="true")
    assert read_address(b"/v1/p/card/cat.jpg", b"", settings) == read_address(
        b"/v1/crop/500x200/cat.jpg", b"fit=tight", settings
    )


def test_a_preset_is_signed_as_it_is_asked_for() -> None:
    key = Key("k", "a secret long enough")
    settings = ServiceSettings.of(
        {"FOCALBOX_SERVICE_PRESETS": "card=500x200", "FOCALBOX_SERVICE_KEYS": "k:a secret long enough"}
    )
    path, _, query = sign("/v1/p/card/cat.jpg", key, 9_999_999_999).partition("?")
    assert read_address(path.encode(), query.encode(), settings).named_sizes() == ["500x200"]
    with pytest.raises(SignatureError):
        read_address(b"/v1/p/card/dog.jpg", query.encode(), settings)


def test_a_preset_is_served_whatever_sizes_are() -> None:
    settings = ServiceSettings.of(
        {"FOCALBOX_SERVICE_PRESETS": "card=500x200", "FOCALBOX_SERVICE_SIZES": "1:1"}, allow_unsigned="true"
    )
    assert read_address(b"/v1/p/card/cat.jpg", b"", settings).named_sizes() == ["500x200"]
    with pytest.raises(NotAllowed):
        read_address(b"/v1/crop/500x200/cat.jpg", b"", settings)


@pytest.mark.parametrize("text", ["card", "card=", "card=5y5", "a b=5x5", "a=5x5;a=6x6", "a=5x5/../x"])
def test_presets_that_make_no_sense_stop_the_service(text: str) -> None:
    with pytest.raises(InvalidRequest, match="FOCALBOX_SERVICE_PRESETS"):
        ServiceSettings.of({"FOCALBOX_SERVICE_PRESETS": text})


def test_a_list_of_sizes_binds_what_has_a_size() -> None:
    some = ServiceSettings.of({"FOCALBOX_SERVICE_SIZES": "500x200"}, allow_unsigned="true")
    for path in (
        b"/v1/map/a.jpg",
        b"/imagesize/a.jpg",
        b"/detect_faces=export:true/a.jpg",
        b"/crop_faces=w:500,h:200/a.jpg",
    ):
        assert read_address(path, b"", some).source == "a.jpg"
    for path in (b"/v1/plan/1:1/a.jpg", b"/crop_faces/a.jpg", b"/unsafe/500x0/a.jpg", b"/unsafe/meta/5x5/a.jpg"):
        with pytest.raises(NotAllowed, match="the sizes served here are 500x200"):
            read_address(path, b"", some)


@pytest.mark.parametrize(
    ("size", "path"),
    [("500x0", b"/unsafe/500x0/smart/a.jpg"), ("500x0", b"/unsafe/500x/a.jpg"), ("x200", b"/insecure/h:200/plain/a.jpg"),
     ("500x0", b"/resize=w:500/a.jpg"), ("0x200", b"/crop_faces=h:200/a.jpg"), ("origx200", b"/unsafe/origx200/a.jpg"),
     ("origxorig", b"/unsafe/a.jpg"), ("origxorig", b"/unsafe/origxorig/a.jpg"), ("origxorig", b"/output=f:png/a.jpg"),
     ("origxorig", b"/insecure/q:50/plain/a.jpg")],
)  # fmt: skip
def test_a_size_with_an_open_side_can_be_one_of_those_that_are_served(size: str, path: bytes) -> None:
    some = ServiceSettings.of({"FOCALBOX_SERVICE_SIZES": f"1:1,{size}"}, allow_unsigned="true")
    assert read_address(path, b"", some).source == "a.jpg"
    others = ServiceSettings.of({"FOCALBOX_SERVICE_SIZES": "1:1"}, allow_unsigned="true")
    with pytest.raises(NotAllowed):
        read_address(path, b"", others)


def test_a_part_of_any_size_is_none_of_those_that_are_served() -> None:
    settings = ServiceSettings.of({"FOCALBOX_SERVICE_SIZES": "origxorig"}, allow_unsigned="true")
    for path in (b"/unsafe/1x1:100x100/a.jpg", b"/unsafe/c:0.5:0.5/plain/a.jpg", b"/crop=dim:[0,0,10,10]/a.jpg"):
        with pytest.raises(NotAllowed, match="not origxorig of a part"):
            read_address(path, b"", settings)
    assert read_address(b"/unsafe/a.jpg", b"", settings).source == "a.jpg"


@pytest.mark.parametrize(
    "path", [b"/resize=w:17/rotate=deg:33/a.jpg", b"/resize=w:17/border=w:5/a.jpg", b"/circle/a.jpg"]
)
def test_what_an_effect_makes_of_a_size_that_is_not_known_yet_is_none_of_those_that_are_served(path: bytes) -> None:
    settings = ServiceSettings.of({"FOCALBOX_SERVICE_SIZES": "17x0,origxorig,27x0"}, allow_unsigned="true")
    with pytest.raises(NotAllowed, match=r"not what (rotate|pad|square) makes of it"):
        read_address(path, b"", settings)


@pytest.mark.parametrize(
    ("path", "sizes"),
    [
        (b"/smart_crop=w:50,h:20/resize=w:17/a.jpg", "17x7"),
        (b"/smart_crop=w:50,h:20/resize=w:17,h:9,fit:scale/a.jpg", "50x20,17x9"),
        (b"/crop_faces=w:50,h:20/resize=w:17,h:9,fit:crop/a.jpg", "50x20,17x9"),
        (b"/crop_faces=w:50,h:20/blur=a:2/resize=w:17/a.jpg", "50x20,17x0"),
        (b"/rotate=deg:90/resize=w:17/a.jpg", "17x0"),
        (b"/smart_crop=w:50,h:20/border=w:5/a.jpg", "50x20,60x30"),
        (b"/smart_crop=w:50,h:20/crop=d:[0,0,10,10]/a.jpg", "50x20,10x10"),
        (b"/smart_crop=w:50,h:20/rotate=deg:45/a.jpg", "50x20,50x50"),
        (b"/unsafe/50x20/filters:rotate(90)/a.jpg", "50x20,20x50"),
        (b"/unsafe/17x9/filters:stretch()/a.jpg", "17x9"),
        (b"/unsafe/rs:force:17:9/plain/a.jpg", "17x9"),
    ],
)
def test_no_chain_of_tasks_goes_around_the_list_of_sizes(path: bytes, sizes: str) -> None:
    allowed = sizes.split(",")
    for some in itertools.chain.from_iterable(
        itertools.combinations(allowed, count) for count in range(len(allowed) + 1)
    ):
        settings = ServiceSettings.of({"FOCALBOX_SERVICE_SIZES": ",".join(("999x999", *some))}, allow_unsigned="true")
        if len(some) == len(allowed):
            assert read_address(path, b"", settings).source == "a.jpg"
        else:
            with pytest.raises(NotAllowed):
                read_address(path, b"", settings)


@pytest.mark.parametrize(
    ("setting", "path", "named"),
    [
        ("thumbor_auto", b"/unsafe/5x5/a.jpg", b"/unsafe/5x5/filters:format(png)/a.jpg"),
        ("imgproxy_auto", b"/unsafe/w:5/plain/a.jpg", b"/unsafe/w:5/plain/a.jpg@png"),
    ],
)
def test_other_dialects_negotiate_only_when_they_are_told_to(setting: str, path: bytes, named: bytes) -> None:
    auto = ServiceSettings.of({f"FOCALBOX_SERVICE_{setting.upper()}": "true"}, allow_unsigned="true")
    assert read_address(path, b"", auto).format == "auto"
    assert read_address(named, b"", auto).format == "png"
    assert read_address(path, b"", OPEN).format == "same"
    assert read_address(b"/output=f:png/a.jpg", b"", auto).format == "png"


@given(st.binary(max_size=60), st.binary(max_size=40))
def test_anything_is_read_or_refused(path: bytes, query: bytes) -> None:
    for begin in (b"/", b"/v1/p/card/", b"/unsafe/", b"/insecure/"):
        try:
            read_address(begin + path, query, OPEN)
        except (InvalidRequest, NotFound) as error:
            assert str(error)  # noqa: PT017 - either is right
