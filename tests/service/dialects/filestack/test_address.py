"""Filestack's dialect, against addresses and policies made by the real filestack-js."""

from __future__ import annotations

import functools
import io
import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest, SignatureError
from focalbox.service.dialects.filestack import policy as policies
from focalbox.service.dialects.filestack.address import TASKS, is_filestack, read
from focalbox.service.dialects.filestack.request import parse
from focalbox.service.dialects.filestack.tasks import SUPPORTED
from focalbox.service.request import ImageRequest
from service.clients import KEY, ask_node
from service.servers import Service

HANDLE = "abcdefghij0123456789"
SECRET = "the secret of an application"


@functools.cache
def _made(wanted: str) -> Any:
    """Ask the real filestack-js."""
    return ask_node("filestack_addresses.js", [json.loads(wanted)])[0]


def _path(source: str = HANDLE, *, b64: bool = False, **options: Any) -> bytes:
    wanted = {"apikey": KEY, "source": source, "options": options, "b64": b64}
    address = _made(json.dumps(wanted))
    return quote(urlsplit(address).path, safe="/:=,@%").encode()


def _read(source: str = HANDLE, *, b64: bool = False, **options: Any) -> ImageRequest:
    path = _path(source, b64=b64, **options)
    assert is_filestack(path)
    request = read(path)
    assert request.api_key == KEY
    return parse(request)


def _policy(**policy: Any) -> dict[str, str]:
    made = _made(json.dumps({"policy": policy, "secret": SECRET}))
    return {"policy": made["policy"], "signature": made["signature"]}


@pytest.mark.parametrize("b64", [False, True])
def test_smart_crop_output_and_cache_are_read(b64: bool) -> None:  # noqa: FBT001 - a parameter of the test
    image_request = _read(
        b64=b64,
        smart_crop={"width": 500, "height": 200, "mode": "face"},
        output={"format": "webp", "quality": 70},
        cache={"expiry": 3600},
    )
    assert (image_request.targets, image_request.options.mode) == ((Size(500, 200),), "face")
    assert (image_request.format, image_request.quality, image_request.max_age, image_request.source) == (
        "webp",
        70,
        3600,
        HANDLE,
    )


@pytest.mark.parametrize("b64", [False, True])
def test_a_source_on_another_server_is_read(b64: bool) -> None:  # noqa: FBT001 - a parameter of the test
    source = "https://example.com/pets/a,b c.jpg"
    image_request = _read(source, b64=b64, smart_crop={"width": 500, "height": 200}, cache=False)
    assert (image_request.source, image_request.max_age, image_request.format) == (source, 0, "same")


def test_every_other_task_of_the_real_schema_is_refused_by_name() -> None:
    others = set(_made(json.dumps({"tasks": True}))) - set(SUPPORTED)
    assert others <= TASKS
    for task in others:
        for path in (f"/{KEY}/{task}/{HANDLE}", f"/smart_crop=w:5,h:5/{task}=x:1/{HANDLE}"):
            with pytest.raises(InvalidRequest, match=task):
                parse(read(path.encode()))


@pytest.mark.parametrize("b64", [False, True])
@pytest.mark.parametrize(
    ("align", "placed"), [("top", (0.5, 0.0)), (["top", "left"], (0.0, 0.0)), ("left", (0.0, 0.5))]
)
def test_a_resize_is_aligned(align: str | list[str], placed: tuple[float, float], *, b64: bool) -> None:
    assert _read(b64=b64, resize={"width": 30, "height": 20, "fit": "crop", "align": align}).align == placed


def test_a_policy_of_the_real_library_is_accepted() -> None:
    for policy in ({"expiry": 2000}, {"expiry": 2000, "call": ["read", "convert"]}, {"expiry": 2000, "handle": HANDLE}):
        path = _path(smart_crop={"width": 5, "height": 5}, security=_policy(**policy))
        policies.check(read(path), SECRET, 1999, allow_unsigned=False)


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        ({"expiry": 1000}, "expired"),
        ({"expiry": 2000, "call": ["read"]}, "convert"),
        ({"expiry": 2000, "handle": "another0123456789xyz"}, "another picture"),
        ({"expiry": 2000, "url": "example"}, "url"),
    ],
)
def test_a_policy_that_does_not_allow_it_is_refused(policy: dict[str, Any], named: str) -> None:
    path = _path(smart_crop={"width": 5, "height": 5}, security=_policy(**policy))
    for allow_unsigned in (False, True):
        with pytest.raises(SignatureError, match=named):
            policies.check(read(path), SECRET, 1999, allow_unsigned=allow_unsigned)


def test_a_policy_is_needed_and_its_signature_counts() -> None:
    unsigned = read(b"/smart_crop=w:5,h:5/cat.jpg")
    policies.check(unsigned, SECRET, 0, allow_unsigned=True)
    for secret in (SECRET, None):
        with pytest.raises(SignatureError):
            policies.check(unsigned, secret, 0, allow_unsigned=False)
    signed = _policy(expiry=2000)
    for wrong in ({**signed, "signature": "0" * 64}, {**signed, "policy": "e30="}, {"policy": signed["policy"]}):
        text = ",".join(f"{name}:{value}" for name, value in wrong.items())
        request = read(f"/smart_crop=w:5,h:5/security={text}/cat.jpg".encode())
        with pytest.raises(SignatureError):
            policies.check(request, SECRET, 0, allow_unsigned=False)


@settings(deadline=None)
@given(st.text('smart_cropwh:,=0123456789/"[]%b64.-', max_size=80).map(str.encode) | st.binary(max_size=80))
def test_anything_is_parsed_or_refused(rest: bytes) -> None:
    for begin in (b"/", b"/smart_crop=", b"/smart_crop=w:5,h:5/", b"/KEY/b64/"):
        try:
            request = read(begin + rest)
            policies.check(request, SECRET, 0, allow_unsigned=True)
            parse(request)
        except InvalidRequest as error:
            assert str(error)  # noqa: PT017 - either is right


def test_the_query_of_a_source_is_part_of_it() -> None:
    source = "https://example.com/a.jpg"
    assert parse(read(b"/smart_crop=w:5,h:5/" + source.encode(), b"id=7&v=2")).source == f"{source}?id=7&v=2"
    packed = parse(read(b"/smart_crop=w:5,h:5/https%3A%2F%2Fexample.com%2Fa.jpg%3Fid%3D7"))
    assert packed.source == f"{source}?id=7"
    with pytest.raises(InvalidRequest, match="handle"):
        read(b"/smart_crop=w:5,h:5/cat.jpg", b"id=7")


def test_an_api_key_beside_a_policy_counts_as_one_in_the_path() -> None:
    signed = b"key=AKEY&policy=e30&signature=00"
    assert read(b"/auto_image/HANDLE", signed) == read(b"/AKEY/auto_image/HANDLE", b"policy=e30&signature=00")
    elsewhere = read(b"/auto_image/https://a.example/b.jpg", signed)
    assert (elsewhere.api_key, elsewhere.source) == (None, "https://a.example/b.jpg?key=AKEY"), "that server's own"
    for query in (b"key=AKEY", b"key=A&key=B&policy=e30&signature=00", b"key=&policy=e30&signature=00"):
        with pytest.raises(InvalidRequest):
            read(b"/auto_image/HANDLE", query)
    with pytest.raises(InvalidRequest, match="and the API key with them"):
        read(b"/OTHER/auto_image/HANDLE", signed)


def test_a_policy_in_the_query_counts_as_one_in_the_path() -> None:
    signed = _policy(expiry=2000)
    query = f"policy={signed['policy']}&signature={signed['signature']}".encode()
    request = read(f"/smart_crop=w:5,h:5/{HANDLE}".encode(), query)
    policies.check(request, SECRET, 1999, allow_unsigned=False)
    assert request.source == HANDLE
    with pytest.raises(SignatureError):
        policies.check(request, SECRET, 2001, allow_unsigned=False)


@pytest.mark.parametrize("b64", [False, True])
def test_tasks_of_the_real_library(b64: bool) -> None:  # noqa: FBT001 - a parameter of the test
    made = _read(
        b64=b64, resize={"width": 300, "height": 300, "fit": "max"}, compress=True, no_metadata=True, auto_image=True
    )
    assert made.sizes(Size(600, 400)) == [Size(300, 200)]
    assert made.format == "auto"
    cut = _read(b64=b64, crop={"dim": [10, 20, 200, 100]}, quality={"value": 55}, rotate={"deg": 90}, flip=True)
    assert cut.clip(Size(600, 400)) == PixelBox(10, 20, 200, 100)
    assert (cut.quality, {effect.name for effect in cut.effects}) == (55, {"rotate", "flip"})


@pytest.mark.parametrize("b64", [False, True])
def test_how_a_file_is_written_by_the_real_library(b64: bool) -> None:  # noqa: FBT001 - a parameter of the test
    scans = _read(b64=b64, pjpg={"quality": 55, "metadata": True})
    assert (scans.progressive, scans.format, scans.quality, scans.options.keep_metadata) == (True, "jpeg", 55, True)
    assert _read(b64=b64, output={"format": "pjpg"}).progressive
    assert (_read(b64=b64, compress=True).compress, _read(b64=b64, compress=True).options.keep_metadata) == (
        True,
        False,
    )
    assert _read(b64=b64, output={"format": "jpg", "compress": True}).compress
    instead = _read(b64=b64, resize={"width": 5}, fallback={"handle": "other0123456789other", "cache": 7})
    assert (instead.fallback, instead.fallback_seconds) == ("other0123456789other", 7)


def test_a_jpeg_in_scans_and_in_fewer_bytes_shows_the_same(service: Service) -> None:
    address = "/resize=w:90/{}coffee.jpg"
    plain, scans, fewer = (service.ask(address.format(task)).content for task in ("", "pjpg/", "compress/"))
    opened = [Image.open(io.BytesIO(content)) for content in (plain, scans, fewer)]
    assert ["progressive" in image.info for image in opened] == [False, True, False]
    assert len(fewer) < len(plain)
    assert len({image.tobytes() for image in opened}) == 1
