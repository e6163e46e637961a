"""Around every request: an id, a problem for every error, a count and one line of log without secrets."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import weakref
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from focalbox.errors import DecodeError, InvalidRequest, Overloaded
from focalbox.service.middleware import RequestLog, without_secrets
from focalbox.service.problems import Gone
from focalbox.service.refusals import Refusals
from focalbox.service.runtime.logs import JsonLines
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.readiness import Readiness
from focalbox.service.runtime.single_flight import SingleFlight

Header = tuple[bytes, bytes]


def answering(error: BaseException | None = None, *, late: bool = False) -> ASGIApp:
    """Return an application that answers, or raises, perhaps only after the answer has begun."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if error is not None and not late:
            raise error
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"image/png")]})
        await send({"type": "http.response.body", "body": scope["raw_path"]})
        if error is not None:
            raise error

    return application


def request(
    application: ASGIApp,
    path: bytes = b"/v1/crop/500x200/cat.jpg",
    headers: Collection[Header] = (),
    origins: Collection[str] = (),
    metrics: Metrics | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Answer one request; return status, headers and body."""
    return ask(RequestLog(application, metrics or Metrics(), origins), path, headers)


def ask(
    application: ASGIApp, path: bytes = b"/v1/crop/500x200/cat.jpg", headers: Collection[Header] = ()
) -> tuple[int, dict[str, str], bytes]:
    """Answer one request with an application that is wrapped already."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "raw_path": path,
        "path": path.decode("latin-1"),
        "headers": list(headers),
        "client": ("192.0.2.7", 1234),
    }

    async def answer() -> None:
        await application(scope, receive, send)

    asyncio.run(answer())
    starts = [message for message in sent if message["type"] == "http.response.start"]
    if not starts:
        return 0, {}, b""
    (start,) = starts
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize("given_id", [b"abc-1.2_3", b"x" * 64])
def test_a_request_keeps_its_id(given_id: bytes) -> None:
    status, headers, _ = request(answering(), headers=[(b"x-request-id", given_id)])
    assert (status, headers["x-request-id"]) == (200, given_id.decode())
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("given_id", [b"", b"x" * 65, b"two words", b"new\nline", b"\xff"])
def test_what_is_no_id_is_replaced(given_id: bytes) -> None:
    _, headers, _ = request(answering(), headers=[(b"x-request-id", given_id)])
    assert len(headers["x-request-id"]) == 16
    assert int(headers["x-request-id"], 16) >= 0


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (InvalidRequest("zoom is a number"), 400, "zoom is a number"),
        (DecodeError("it is damaged"), 422, "it is damaged"),
        (Overloaded("later"), 503, "later"),
        (HTTPException(404), 404, "nothing here"),
        (HTTPException(405, headers={"Allow": "GET, HEAD"}), 405, "this address takes GET, HEAD"),
        (HTTPException(405, "send it", {"Allow": "POST"}), 405, "send it"),
        (RuntimeError("a secret"), 500, ""),
    ],
)
def test_every_error_is_a_problem_document(error: Exception, status: int, detail: str) -> None:
    answered, headers, body = request(answering(error))
    problem = json.loads(body)
    assert (answered, problem["status"]) == (status, status)
    assert headers["content-type"] == "application/problem+json"
    assert detail in problem["detail"]
    assert "secret" not in body.decode()
    assert len(headers["x-request-id"]) == 16


def test_what_was_refused_is_let_go_of_at_once() -> None:
    class File:
        """Stands for the bytes of a picture; a weak reference cannot be to bytes."""

    files: list[weakref.ref[File]] = []
    flights = SingleFlight()

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        file = File()
        files.append(weakref.ref(file))

        async def read() -> None:
            message = f"{type(file).__name__} is damaged"  # so that the frame holds it
            raise DecodeError(message)

        await flights.run("one", read)

    gc.disable()
    try:
        assert request(refusing)[0] == 422
        assert files[0]() is None, "a collection of garbage has to find it"
    finally:
        gc.enable()


def test_an_error_behind_the_beginning_of_an_answer_is_logged_and_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "focalbox.service"):
        status, _, body = request(answering(RuntimeError("late"), late=True))
    assert (status, body) == (200, b"/v1/crop/500x200/cat.jpg")
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None


def test_one_who_hangs_up_is_counted_and_gets_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "focalbox.service"):
        assert request(answering(Gone())) == (0, {}, b"")
    (record,) = caplog.records
    assert vars(record)["status"] == 499


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        (b"http://cdn.example/v1/crop/1x1/a", b"/v1/crop/1x1/a"),
        (b"HTTPS://cdn.example", b"/"),
        (b"/v1/crop", b"/v1/crop"),
    ],
)
def test_a_host_before_the_path_is_not_the_paths(path: bytes, seen: bytes) -> None:
    assert request(answering(), path)[2] == seen


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ((), b"https://a.example", None),
        (("*",), b"https://a.example", "*"),
        (("https://a.example",), b"https://A.example", "https://A.example"),
        (("https://a.example",), b"https://b.example", None),
        (("https://a.example",), b"", None),
    ],
)
def test_scripts_of_allowed_origins_may_read(origins: tuple[str, ...], origin: bytes, allowed: str | None) -> None:
    _, headers, _ = request(answering(), headers=[(b"origin", origin)], origins=origins)
    assert headers.get("access-control-allow-origin") == allowed
    assert (headers.get("vary") == "Origin") == (bool(origins) and origins != ("*",))


@pytest.mark.parametrize("error", [None, InvalidRequest("no")])
def test_every_answer_of_a_service_that_stops_closes_its_connection(error: Exception | None) -> None:
    readiness = Readiness(started=True)
    application = RequestLog(answering(error), Metrics(), readiness=readiness)
    assert "connection" not in ask(application)[1]
    readiness.draining = True
    assert ask(application)[1]["connection"] == "close"


def test_a_request_is_counted_and_logged_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    with caplog.at_level(logging.INFO, "focalbox.service"):
        request(answering(), b"/v1/crop/5x5/a.jpg?token=abc", [(b"x-request-id", b"one")], metrics=metrics)
    (record,) = caplog.records
    line = json.loads(JsonLines().format(record))
    wanted = {"id": "one", "address": "192.0.2.7", "method": "GET", "dialect": "native", "status": 200, "level": "info"}
    assert wanted.items() <= line.items()
    assert line["path"] == "/v1/crop/5x5/a.jpg?..."
    assert line["bytes"] == len(b"/v1/crop/5x5/a.jpg?token=abc")
    assert line["milliseconds"] >= 0
    counted = 'focalbox_requests_total{answer="crop",dialect="native",status="200"} 1.0'
    assert counted in metrics.text().decode()


def test_of_many_refusals_one_a_second_is_logged_and_says_for_how_many_it_stands(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics, times = Metrics(), iter([0.1, 0.3, 1.0, 1.2])
    refusals = Refusals(metrics, clock=lambda: next(times))
    app = RequestLog(answering(Overloaded("later")), metrics, refusals=refusals)
    with caplog.at_level(logging.INFO, "focalbox.service"):
        for _ in range(4):
            ask(app)
    assert [(vars(record)["refused"], vars(record)["problem"]) for record in caplog.records] == [
        (1, "later"),
        (3, "later"),
    ]
    assert 'status="503"} 4.0' in metrics.text().decode()


SECRET = st.text("abcXYZ019-_", min_size=27, max_size=27)


@given(SECRET)
def test_secrets_are_not_logged(secret: str) -> None:
    for path in (
        f"/{secret}=/500x200/cat.jpg",
        f"/{secret}%3D/500x200/cat.jpg",
        f"/smart_crop=w:5,h:5/security=p:{secret},s:{secret}/cat.jpg",
        f"/smart_crop=w:5,h:5%2Fsecurity=p:{secret},s:{secret}%2Fcat.jpg",
        f"/b64/{secret}/cat.jpg",
        f"/smart_crop=w:5,h:5/b64://{secret}",
        f"/smart_crop=w:5,h:5/b64%3A%2F%2F{secret}",
        f"/{secret}{'A' * 16}/rs:fill:5:5/plain/cat.jpg",
        f"/{secret}{'A' * 16}/plain/cat.jpg",
        f"/unsafe/rs:fill:5:5/{secret}",
        f"/unsafe/rs:fill:5:5/g:sm/{secret}.webp",
        f"/_/w%3A5/aHR0cHM6/{secret}",
        f"/v1/crop/5x5/https://tom:{secret}@example.com/cat.jpg",
        f"/v1/crop/5x5/https%3A%2F%2Ftom:{secret}%40example.com%2Fcat.jpg",
        f"/v1/crop/5x5/https://example.com/cat.jpg?token={secret}",
        f"/v1/crop/5x5/https:%2F%2Fexample.com%2Fcat.jpg%3Ftoken={secret}",
    ):
        assert secret not in without_secrets(path)
        assert without_secrets(path).startswith("/")
    for path in (
        "/v1/crop/5x5/cat.jpg",
        "/unsafe/5x5/filters:grayscale()/cat.jpg",
        "/unsafe/rs:fill:5:5/plain/a/cat.jpg",
    ):
        assert without_secrets(path) == path
    assert len(without_secrets("/" + "a" * 9000)) == 500
