"""The cache key of a CDN: path and query, and what `Vary` names; no other writing of an address gets around the cache."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libthumbor import CryptoURL

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.signing import Key, sign
from focalbox.service.routing import read_address
from focalbox.service.settings import ServiceSettings
from service.servers import SECRET, Opened, Service

HOUR = 3600
EXPIRES = int(time.time()) + HOUR
IMGPROXY = bytes.fromhex("943b421c9eb07c83")
QUERIES = st.text("abcegiknoprstuxy=&%0123456789.-", min_size=1, max_size=40).map(str.encode)
"""Letters of which the names of options, of signatures and of nothing at all can be made."""


def _native() -> bytes:
    return sign("/v1/crop/30x20/coffee.jpg?fit=tight", Key("a", SECRET), EXPIRES).encode()


def _preset() -> bytes:
    return sign("/v1/p/card/coffee.jpg", Key("a", SECRET), EXPIRES).encode()


def _thumbor() -> bytes:
    return str(CryptoURL(key=SECRET).generate(image_url="coffee.jpg", width=30, height=20, smart=True)).encode()


def _imgproxy() -> bytes:
    rest = b"rs:fill:30:20/g:sm/plain/coffee.jpg"
    digest = hmac.digest(IMGPROXY, IMGPROXY + b"/" + rest, hashlib.sha256)
    return b"/" + base64.urlsafe_b64encode(digest).rstrip(b"=") + b"/" + rest


def _filestack() -> bytes:
    policy = base64.urlsafe_b64encode(json.dumps({"expiry": EXPIRES}).encode())
    signature = hmac.new(SECRET.encode(), policy, hashlib.sha256).hexdigest().encode()
    return b"/smart_crop=w:30,h:20/coffee.jpg?policy=" + policy + b"&signature=" + signature


SIGNED = [_native, _preset, _thumbor, _imgproxy, _filestack]
STRICT = ServiceSettings.of(
    {
        "FOCALBOX_SERVICE_KEYS": f"a:{SECRET}",
        "FOCALBOX_SERVICE_PRESETS": "card=30x20?fit=tight",
        "FOCALBOX_SERVICE_THUMBOR_KEY": SECRET,
        "FOCALBOX_SERVICE_IMGPROXY_KEY": IMGPROXY.hex(),
        "FOCALBOX_SERVICE_IMGPROXY_SALT": IMGPROXY.hex(),
        "FOCALBOX_SERVICE_FILESTACK_SECRET": SECRET,
    }
)


def _read(address: bytes) -> str:
    path, _, query = address.partition(b"?")
    return read_address(path, query, STRICT).identity()


@pytest.mark.parametrize("address", SIGNED)
def test_the_address_itself_is_answered(address: Callable[[], bytes]) -> None:
    assert _read(address())


@pytest.mark.parametrize("address", SIGNED)
@settings(deadline=None)
@given(more=QUERIES)
def test_nothing_can_be_added_to_a_signed_address(address: Callable[[], bytes], more: bytes) -> None:
    path, _, query = address().partition(b"?")
    others = [query + b"&" + more, more + b"&" + query, query + more] if query else [more, b"&" + more]
    for other in others:
        with pytest.raises(InvalidRequest):
            _read(path + b"?" + other)


@pytest.mark.parametrize("address", SIGNED)
def test_no_empty_field_makes_another_address(address: Callable[[], bytes]) -> None:
    path, _, query = address().partition(b"?")
    for other in (b"&" + query, query + b"&", query.replace(b"&", b"&&") + b"&"):
        with pytest.raises(InvalidRequest):
            _read(path + b"?" + other)


@pytest.mark.parametrize(
    "query",
    ["colour=red", "fit=tight&colour=red", "utm_source=a", "fit=tight&&zoom=0.5", "&fit=tight", "fit=tight&", "v"],
)
def test_an_unknown_field_is_400_without_signatures_too(service: Service, query: str) -> None:
    answer = service.ask(f"/v1/crop/30x20/coffee.jpg?{query}")
    assert (answer.status, answer.headers["cache-control"]) == (400, "no-store")
    answer.problem()


@pytest.mark.parametrize("path", ["/unsafe/30x20/smart/coffee.jpg", "/unsafe/rs:fill:30:20/g:sm/plain/coffee.jpg"])
def test_a_dialect_without_a_query_says_how_a_source_has_one(service: Service, path: str) -> None:
    assert service.ask(path).status == 200
    refused = service.ask(f"{path}?v=2")
    assert refused.status == 400
    assert "%3F" in refused.problem()


def test_the_order_of_fields_does_not_matter_so_that_a_cdn_may_sort_them(service: Service) -> None:
    fields = ["fit=tight", "format=png", "zoom=0.5"]
    answers = [service.ask(f"/v1/crop/30x20/coffee.jpg?{'&'.join(some)}") for some in itertools.permutations(fields)]
    assert {answer.status for answer in answers} == {200}
    assert len({(answer.headers["etag"], answer.content) for answer in answers}) == 1


ACCEPTS = ["image/avif,image/webp", "image/webp", "*/*", "image/jpeg"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "address",
    ["/v1/crop/30x20/coffee.jpg", "/unsafe/30x20/smart/coffee.jpg", "/unsafe/rs:fill:30:20/g:sm/plain/coffee.jpg"],
)
@pytest.mark.parametrize("hints", ["false", "true"])
@pytest.mark.parametrize("automatic", ["false", "true"])
def test_what_answers_hang_on_is_named_by_vary(
    opened: Opened, pictures: Path, address: str, hints: str, automatic: str
) -> None:
    served = opened(
        root=pictures, allow_unsigned="true", client_hints=hints, thumbor_auto=automatic, imgproxy_auto=automatic
    )
    headers = {
        "accept": ACCEPTS,
        "sec-ch-dpr": ["1", "2"],
        "sec-ch-width": ["30", "60"],
        "user-agent": ["a", "b"],
        "cookie": ["a=1", "a=2"],
        "accept-language": ["en", "de"],
        "x-forwarded-host": ["a.example", "b.example"],
        "range": ["bytes=0-1", "bytes=1-2"],
    }
    for name, values in headers.items():
        answers = [served.ask(address, headers={name: value}) for value in values]
        assert {answer.status for answer in answers} == {200}
        named = {field.strip().lower() for field in answers[0].headers.get("vary", "").split(",")}
        differ = len({(answer.headers["etag"], answer.content) for answer in answers}) > 1
        assert differ == (name in named), name
