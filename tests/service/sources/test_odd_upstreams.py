"""Servers of pictures that answer as no server should: nobody gets another picture, and none is kept for another."""

from __future__ import annotations

import io
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpcore
import numpy as np
import pytest
from PIL import Image

from focalbox.service.sources.http_fetch import unread_of
from pictures import encoded
from service.servers import Answer, Service

DARK, LIGHT = (encoded(np.full((60, 90, 3), grey, dtype=np.uint8), "jpeg") for grey in (20, 230))
PART = DARK[:100]
TYPE = b"Content-Type: image/jpeg\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + TYPE


def _answer(status: str, body: bytes = b"", *fields: str, length: int | None = None) -> bytes:
    """Return an answer as its bytes; ``length`` is what it says that it has."""
    lines = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join(lines).encode() + b"\r\n" + TYPE + b"\r\n" + body


@dataclass
class Upstream:
    """A server that sends, for each path, bytes as they are: the first ones, then the second ones, and so on."""

    place: str = ""
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connections: int = 0


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    state = Upstream()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            state.connections += 1
            while line := self.rfile.readline():
                path = line.split(b" ")[1].decode()
                while self.rfile.readline() not in {b"\r\n", b""}:
                    pass
                state.asked.append(path)
                answer = state.answers[path].pop(0) if len(state.answers[path]) > 1 else state.answers[path][0]
                self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.place = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def ask(opened: Callable[..., Service], upstream: Upstream, tmp_path: Path) -> Callable[[str], Answer]:
    """Return what asks a service that keeps what it fetches for a crop of the server's picture at a path."""
    settings = {"hosts": upstream.place, "allow_private": "true", "allow_unsigned": "true", "fetched": tmp_path}
    service = opened(**settings, fetch_seconds=1)
    return lambda path: service.ask(f"/v1/crop/60x40/http://{upstream.place}{path}")


def _grey(answer: Answer) -> str:
    assert answer.status == 200, answer
    return "light" if np.asarray(Image.open(io.BytesIO(answer.content))).mean() > 128 else "dark"


@pytest.mark.parametrize("beyond", [_answer("200 OK", LIGHT), b"HTTP/1.1 200 OK\r\nCache-Control: max-age=999\r\nX: "])
def test_more_than_an_answer_is_not_the_next_one(
    ask: Callable[[str], Answer], upstream: Upstream, beyond: bytes
) -> None:
    upstream.answers["/a.jpg"] = [_answer("200 OK", DARK) + beyond]
    upstream.answers["/b.jpg"] = [_answer("200 OK", DARK, "Cache-Control: no-store")]
    for _ in range(2):
        assert _grey(ask("/a.jpg")) == "dark"
        answer = ask("/b.jpg")
        assert (_grey(answer), answer.headers["cache-control"]) == ("dark", "no-store")
    assert upstream.asked.count("/b.jpg") == 2


def test_connections_are_kept_for_the_next_picture_unless_more_came_than_an_answer(
    ask: Callable[[str], Answer], upstream: Upstream
) -> None:
    """This fails when a later httpcore keeps what it has received elsewhere than `unread_of` looks."""
    control = "Cache-Control: no-store"
    upstream.answers |= {
        "/a.jpg": [_answer("200 OK", DARK, control)],
        "/b.jpg": [_answer("200 OK", DARK, control) + b"H"],
    }
    assert [_grey(ask("/a.jpg")) for _ in range(4)] == ["dark"] * 4
    assert (len(upstream.asked), upstream.connections) == (4, 1)
    assert [_grey(ask(path)) for path in ("/b.jpg", "/a.jpg", "/a.jpg")] == ["dark"] * 3
    assert (len(upstream.asked), upstream.connections) == (7, 2)


def test_a_connection_that_does_not_tell_what_it_has_received_is_not_trusted(caplog: pytest.LogCaptureFixture) -> None:
    assert unread_of(object()) is None
    assert unread_of(httpcore.AsyncHTTPConnection(httpcore.Origin(b"http", b"a.example", 80))) is None
    assert [record.getMessage() for record in caplog.records] in (
        ["connections to the hosts of pictures are used only once"],
        [],  # it has been said before
    )


def test_not_modified_of_another_version_is_asked_for_as_a_whole(
    ask: Callable[[str], Answer], upstream: Upstream
) -> None:
    mistaken = b'HTTP/1.1 304 Not Modified\r\nETag: "new"\r\nCache-Control: max-age=600\r\n\r\n'
    old = _answer("200 OK", DARK, 'ETag: "old"', "Cache-Control: max-age=0")
    upstream.answers["/a.jpg"] = [old, mistaken, _answer("200 OK", LIGHT, 'ETag: "new"', "Cache-Control: max-age=600")]
    assert [_grey(ask("/a.jpg")) for _ in range(3)] == ["dark", "light", "light"]
    assert len(upstream.asked) == 3, "the third is kept"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (_answer("206 Partial Content", DARK, f"Content-Range: bytes 0-{len(DARK) - 1}/{len(DARK)}"), 502),
        (_answer("200 OK", PART, "Content-Range: bytes 0-99/5000"), 422),
        (_answer("203 Non-Authoritative", DARK), 502),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 502),
        (_answer("300 Multiple Choices", DARK, "Location: /ok.jpg"), 502),
        (b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', 502),
        (_answer("416 Range Not Satisfiable", b"", "Content-Range: bytes */5000"), 502),
        (_answer("999 Denied"), 502),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n" + DARK, 502),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + _answer("200 OK", DARK), 200),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + _answer("200 OK", DARK), 200),
        (_answer("200 OK", DARK, "Content-Length: 5"), 502),
        (_answer("200 OK", DARK, "Transfer-Encoding: chunked"), 424),
        (_answer("200 OK", DARK, length=-1), 502),
        (_answer("200 OK", PART, length=len(DARK)), 424),
        (CHUNKED + b"\r\n%x\r\n%b\r\n0\r\nETag: x\r\n\r\n" % (len(DARK), DARK), 200),
        (CHUNKED + b"\r\nzz\r\n", 502),
        (_answer("200 OK", DARK, "X: a\0b"), 502),
        (_answer("200 OK", DARK, f"X: {'a' * 200_000}"), 502),
        (DARK, 424),
    ],
)
def test_an_odd_answer_is_a_problem_in_time_and_no_other_picture(
    ask: Callable[[str], Answer], upstream: Upstream, answer: bytes, status: int
) -> None:
    upstream.answers |= {"/odd.jpg": [answer], "/ok.jpg": [_answer("200 OK", LIGHT)]}
    found = ask("/odd.jpg")
    assert found.status == status, found
    if status != 200:
        found.problem()
    assert _grey(ask("/ok.jpg")) == "light"
