"""Pictures on other servers: allowed hosts only, nowhere private, within limits."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalbox.errors import FocalboxError
from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed
from focalbox.service.runtime.logs import JsonLines
from focalbox.service.sources.http_fetch import Remote
from service.servers import SECONDS, Neighbour, Service

JPEG = {"Content-Type": "image/jpeg"}
Opened = Callable[..., Service]
NOWHERE = Remote((), seconds=1, allow_private=False, limits=Limits())
"""One that may fetch from no host."""


@pytest.fixture
def picture(pictures: Any) -> bytes:
    content: bytes = (pictures / "coffee.jpg").read_bytes()
    return content


def _crop(service: Service, address: str) -> Any:
    return service.ask(f"/v1/crop/60x40/{address}")


def test_a_picture_of_an_allowed_host(opened: Opened, neighbour: Neighbour, picture: bytes) -> None:
    service = opened(hosts=neighbour.place, allow_private="true", allow_unsigned="true")
    neighbour.answers["/a/b.jpg?size=big"] = (200, JPEG, picture)
    for written in (
        "http://{}/a/b.jpg%3Fsize=big",
        "http:/{}/a/b.jpg%3Fsize=big",
        "http%3A%2F%2F{}%2Fa%2Fb.jpg%3Fsize=big",
    ):
        answer = _crop(service, written.format(neighbour.place))
        assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg"), answer
    assert set(neighbour.hosts) == {neighbour.place}
    assert _crop(service, f"http://{neighbour.place}/missing.jpg").status == 404


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("100%.jpg", "/100%25.jpg"),
        ("a%20b.jpg", "/a%20b.jpg"),
        ("a b.jpg", "/a%20b.jpg"),
        ("a|b[1]^`{2}.jpg", "/a%7Cb%5B1%5D%5E%60%7B2%7D.jpg"),
        ("é.jpg?é=a|b%", "/%C3%A9.jpg?%C3%A9=a%7Cb%25"),
        ("a'(1)!,;:@&=+$~*.jpg", "/a'(1)!,;:@&=+$~*.jpg"),
    ],
)
def test_a_server_is_asked_in_the_characters_that_an_address_may_have(
    opened: Opened, neighbour: Neighbour, picture: bytes, name: str, asked: str
) -> None:
    service = opened(hosts=neighbour.place, allow_private="true", allow_unsigned="true")
    neighbour.answers[asked] = (200, JPEG, picture)
    neighbour.answers["/moved"] = (302, {"Location": f"http://{neighbour.place}{asked}"}, b"")
    for written in (f"/{name}", "/moved"):
        answer = _crop(service, quote(f"http://{neighbour.place}{written}", safe=""))
        assert (answer.status, neighbour.asked[-1]) == (200, asked)


def test_redirects_are_followed_five_times_and_each_is_checked(
    opened: Opened, neighbour: Neighbour, picture: bytes
) -> None:
    service = opened(hosts=neighbour.place, allow_private="true", allow_unsigned="true")
    neighbour.answers["/0.jpg"] = (200, JPEG, picture)
    for step in range(1, 8):
        neighbour.answers[f"/{step}.jpg"] = (302, {"Location": f"/{step - 1}.jpg"}, b"")
    assert _crop(service, f"http://{neighbour.place}/5.jpg").status == 200
    assert _crop(service, f"http://{neighbour.place}/6.jpg").status == 502
    for place in ("http://elsewhere.example/a.jpg", "file:///etc/passwd", "http://[::1]/", "//10.0.0.1/"):
        neighbour.answers["/away.jpg"] = (302, {"Location": place}, b"")
        answer = _crop(service, f"http://{neighbour.place}/away.jpg")
        assert answer.status in {400, 403}, place
        answer.problem()
    neighbour.answers["/away.jpg"] = (302, {}, b"")
    answer = _crop(service, f"http://{neighbour.place}/away.jpg")
    assert (answer.status, answer.problem()) == (502, "the host of the picture redirects to no address")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
def test_private_addresses_are_refused_even_when_the_host_is_allowed(
    opened: Opened, neighbour: Neighbour, name: str
) -> None:
    port = neighbour.place.partition(":")[2]
    host = "127.0.0.1" if name == "2130706433" else name
    service = opened(hosts=f"{host}:{port}", allow_unsigned="true")
    answer = _crop(service, f"http://{name}:{port}/a.jpg")
    assert answer.status == 403
    assert answer.problem() == "pictures are not fetched from that host"
    assert neighbour.asked == []


def test_a_redirect_to_a_name_that_resolves_to_a_private_address_is_refused(
    neighbour: Neighbour, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name service is the system's: it is told two names, as a hostile one would tell them."""
    port = neighbour.place.partition(":")[2]
    real = socket.getaddrinfo
    told = {"public.example": "127.0.0.1", "rebound.example": "127.0.0.2"}

    def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        return real(told.get(host, host), *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    neighbour.answers["/a.jpg"] = (302, {"Location": f"http://rebound.example:{port}/b.jpg"}, b"")
    neighbour.answers["/b.jpg"] = (200, JPEG, picture)
    remote = Remote(["*.example", f"public.example:{port}", f"rebound.example:{port}"], seconds=10, allow_private=False,
                    limits=Limits())  # fmt: skip
    remote._pool._network_backend._check_address = lambda address: address == "127.0.0.1"  # type: ignore[attr-defined] # noqa: SLF001 - as if that one were public

    async def fetch(address: str) -> str:
        try:
            await remote.fetch(address)
        except FocalboxError as error:
            return str(error)
        finally:
            await remote.close()
        return "fetched"

    assert asyncio.run(fetch(f"http://public.example:{port}/a.jpg")) == "pictures are not fetched from that host"
    assert neighbour.asked == ["/a.jpg"]


def test_a_name_service_that_hangs_delays_no_pictures_of_the_folder(
    opened: Opened, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name service is the system's: it is made to wait, as one does whose servers do not answer."""
    real, answers, begun = socket.getaddrinfo, threading.Event(), threading.Semaphore(0)
    count = 32  # as many as asyncio has threads at most

    def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        if str(host).endswith(".example"):
            begun.release()
            answers.wait(SECONDS)
            raise socket.gaierror
        return real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    service = opened(root=pictures, hosts="*.example", fetch_seconds=SECONDS, allow_unsigned="true")
    with ThreadPoolExecutor(count) as clients:
        others = [clients.submit(_crop, service, f"http://{number}.example/a") for number in range(count)]
        try:
            assert all(begun.acquire(timeout=SECONDS / 10) for _ in others)
            assert _crop(service, "coffee.jpg").status == 200
        finally:
            answers.set()
    assert {other.result().status for other in others} == {502}


@pytest.mark.parametrize(
    ("status", "headers", "content", "expected"),
    [
        (500, JPEG, b"", 502),
        (206, JPEG, b"", 502),
        (410, JPEG, b"", 404),
        (200, {"Content-Type": "text/html"}, b"<html>", 415),
        (200, {"Content-Type": "image/jpeg", "Content-Encoding": "gzip"}, b"x", 502),
        (200, JPEG, b"no picture at all", 415),
        (200, JPEG, b"\xff\xd8\xff\xe0 cut", 422),
        (200, {"Content-Type": "image/jpeg", "Content-Length": "99999999999"}, b"", 413),
        (200, {}, b"", 415),
    ],
)
def test_other_answers_are_problems(
    opened: Opened, neighbour: Neighbour, status: int, headers: dict[str, str], content: bytes, expected: int
) -> None:
    service = opened(hosts=neighbour.place, allow_private="true", allow_unsigned="true")
    neighbour.answers["/a.jpg"] = (status, headers, content)
    answer = _crop(service, f"http://{neighbour.place}/a.jpg")
    assert answer.status == expected
    assert neighbour.place not in answer.problem()


def test_endless_and_silent_sources_end(opened: Opened, neighbour: Neighbour) -> None:
    service = opened(
        hosts=neighbour.place, allow_private="true", allow_unsigned="true", fetch_seconds=1, limit_bytes=1_000_000
    )
    assert _crop(service, f"http://{neighbour.place}/endless.jpg").status == 413
    assert _crop(service, f"http://{neighbour.place}/silent.jpg").status == 424


def test_hosts_that_do_not_answer_are_problems_and_a_line_of_the_log(
    opened: Opened, neighbour: Neighbour, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    service = opened(
        hosts=f"127.0.0.1:{port},{neighbour.place},unknown.invalid", allow_private="true", allow_unsigned="true"
    )
    with caplog.at_level(logging.INFO, "focalbox.service"):
        assert _crop(service, f"http://127.0.0.1:{port}/a.jpg").status == 502
        assert _crop(service, "http://unknown.invalid/a.jpg").status == 502
        assert _crop(service, f"https://{neighbour.place}/a.jpg").status == 502
    assert [(record.levelno, record.exc_info) for record in caplog.records] == [(logging.WARNING, None)] * 3
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert [line["problem"] for line in lines] == [
        "the host of the picture does not answer",
        "the host of the picture is not known",
        "the picture could not be fetched from its host",
    ]
    assert "SSL" in lines[2]["reason"]


@pytest.mark.parametrize(
    "address",
    ["http://evil.example/a", "http://img.example.evil.example/a", "http://user:word@img.example/a",
     "ftp://img.example/a", "http://img.example:81/a", "http:///a", "http://", "https://imgXexample/a",
     "gopher://img.example/", "http://img.example%2eevil.example/a", "data:text/plain,x"],
)  # fmt: skip
def test_hosts_that_are_not_named_are_refused(opened: Opened, address: str) -> None:
    service = opened(hosts="img.example", allow_unsigned="true")
    answer = _crop(service, address)
    assert answer.status in {400, 403, 404}
    answer.problem()


@pytest.mark.parametrize(
    ("host", "address", "fetched"),
    [
        ("img.example", "https://img.example:443/a", True),
        ("img.example:443", "https://img.example/a", True),
        ("img.example:443", "https://img.example:443/a", True),
        ("img.example:443", "http://img.example/a", False),
        ("*.example:80", "http://img.example/a", True),
        ("*.example:80", "http://img.example:81/a", False),
        ("[::1]:443", "https://[::1]/a", True),
        ("[::1]", "https://[0:0:0:0:0:0:0:1]/a", True),
        ("[2001:db8:0:0::1]:81", "http://[2001:DB8::1]:81/a", True),
        ("[2001:db8::1]", "http://[2001:db8::2]/a", False),
    ],
)
def test_a_port_that_follows_from_the_scheme_need_not_be_written(host: str, address: str, *, fetched: bool) -> None:
    remote = Remote([host], seconds=1, allow_private=False, limits=Limits())
    with nullcontext() if fetched else pytest.raises(NotAllowed):
        remote.check(address)
    assert remote.allows("img.example") == (host in {"img.example", "img.example:443"})


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_address_is_refused_in_one_sentence(text: str) -> None:
    async def fetch() -> None:
        await NOWHERE.fetch(f"http://{text}")

    with pytest.raises(FocalboxError):
        asyncio.run(fetch())
