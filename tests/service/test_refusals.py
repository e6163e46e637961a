"""Refusals at sight: the same answer as by the long way, and never to anything but a plain request."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import Overloaded
from focalbox.service.middleware import RequestLog
from focalbox.service.refusals import Refusals
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.readiness import Readiness
from focalbox.service.server.strict import StrictConnection
from service.servers import SECONDS, Running
from service.test_middleware import answering, ask

BUSY = Overloaded("at most 2 requests are worked on at once: try again later")
PLAIN = b"GET /v1/crop/60x40/coffee.jpg HTTP/1.1\r\nHost: a.example:8000\r\n\r\n"


def _busy() -> None:
    raise BUSY


def _refusals(metrics: Metrics | None = None, readiness: Readiness | None = None) -> Refusals:
    """Return refusals of which the first has been logged just now."""
    found = Refusals(metrics or Metrics(), _busy, readiness=readiness, clock=lambda: 7.0)
    assert found.at_sight(PLAIN) == b"", "one of which a line of log is due goes the long way"
    assert found.count() == 1
    return found


def _read(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    client.send(h11.EndOfMessage())
    client.receive_data(answer)
    head, body, end = client.next_event(), client.next_event(), client.next_event()
    assert isinstance(head, h11.Response)
    assert isinstance(body, h11.Data)
    assert isinstance(end, h11.EndOfMessage)
    assert client.trailing_data == (b"", False)
    return head.status_code, {name.decode(): value.decode() for name, value in head.headers}, bytes(body.data)


def test_the_answer_is_that_of_the_long_way() -> None:
    status, headers, body = _read(_refusals().at_sight(PLAIN))
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d .* GMT", headers.pop("date"))
    long = ask(RequestLog(answering(BUSY), Metrics()))
    for found in (headers, long[1]):
        assert re.fullmatch("[0-9a-f]{16}", found.pop("x-request-id"))
    assert (status, headers, body) == long


@pytest.mark.parametrize(
    "path",
    [
        b"/v1/plan/1:1/a.jpg?zoom=1",
        b"/unsafe/5x5/smart/a.jpg",
        b"/unsafe/rs:fill:5:5/plain/a.jpg",
        b"/resize=w:5/a.jpg",
    ],
)
def test_every_dialect_is_refused_and_counted_as_itself(path: bytes) -> None:
    metrics, slow = Metrics(), Metrics()
    assert _refusals(metrics).at_sight(PLAIN.replace(b"/v1/crop/60x40/coffee.jpg", path))
    ask(RequestLog(answering(BUSY), slow), path)
    counted = [re.findall(r"^focalbox_requests_total.*", one.text().decode(), re.MULTILINE) for one in (metrics, slow)]
    assert counted[0] == counted[1] != []


@pytest.mark.parametrize(
    "request_",
    [
        PLAIN.replace(b"GET", b"POST"),
        PLAIN.replace(b"GET", b"HEAD"),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
        PLAIN.replace(b"Host: a.example:8000\r\n", b""),
        PLAIN.replace(b"Host", b"Host: b\r\nHost"),
        PLAIN.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"),
        PLAIN.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
        PLAIN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        PLAIN.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"),
        PLAIN.replace(b"\r\n\r\n", b"\r\nX-Request-Id: mine\r\n\r\n"),
        PLAIN.replace(b"\r\n\r\n", b"\r\n folded\r\n\r\n"),
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN + PLAIN,
        PLAIN[:-2],
        PLAIN + b"x",
        *(
            PLAIN.replace(b"/v1/crop/60x40/coffee.jpg", path)
            for path in (b"/", b"/healthz", b"/readyz", b"/page/main.js")
        ),
        *(
            PLAIN.replace(b"/v1/crop/60x40/coffee.jpg", path)
            for path in (b"/metrics", b"/docs", b"/v1/crop", b"/a b/c")
        ),
    ],
)
def test_what_is_not_plain_goes_the_long_way(request_: bytes) -> None:
    assert _refusals().at_sight(request_) == b""


def test_who_is_not_busy_or_stops_refuses_nothing_at_sight() -> None:
    assert Refusals(Metrics(), lambda: None).at_sight(PLAIN) == b""
    readiness = Readiness(started=True)
    refusals = _refusals(readiness=readiness)
    readiness.draining = True
    assert refusals.at_sight(PLAIN) == b""


NAMES = st.sampled_from(
    [
        b"Host",
        b"host",
        b"Accept",
        b"Cookie",
        b"Connection",
        b"Content-Length",
        b"Transfer-Encoding",
        b"sec-x",
        b"Via",
        b"X",
    ]
)
VALUES = st.sampled_from(
    [b"a", b"keep-alive", b"close", b"5", b"", b" ", b"a\tb", b"a b", b"a\x00", b"chunked", b"\xff", b"[::1]"]
)
LINES = st.tuples(
    NAMES, st.sampled_from([b":", b": ", b" :", b":\t"]), VALUES, st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\r"])
)


@given(
    st.sampled_from(
        [b"GET /v1/crop/5x5/a HTTP/1.1\r\n", b"GET /unsafe/a\x7f HTTP/1.1\r\n", b"GET /unsafe/5x5/a HTTP/1.1\n"]
    ),
    st.lists(LINES, max_size=5).map(lambda lines: b"".join(b"".join(line) for line in lines)),
    st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"", b"\n", b"\r\nX", b"\r\nGET "]),
)
def test_what_is_refused_at_sight_is_one_request_by_the_strict_parser_too(
    first: bytes, fields: bytes, end: bytes
) -> None:
    request = first + b"Host: a\r\n" + fields + end
    if not _refusals().at_sight(request):
        return
    parser = StrictConnection()
    parser.receive_data(request)
    assert isinstance(parser.next_event(), h11.Request)
    assert isinstance(parser.next_event(), h11.EndOfMessage)
    assert parser.trailing_data == (b"", False)
    assert parser.their_state is h11.DONE, "the connection is kept"


@pytest.mark.slow
def test_a_connection_on_which_much_is_refused_is_kept_and_all_is_counted(
    running: Callable[..., Running], pictures: Path
) -> None:
    started = running(
        "--root", str(pictures), "--allow-unsigned", "--at-work", "1", "--waiting", "0", "--cache", "none"
    )
    statuses: Counter[int] = Counter()

    async def keep_asking(client: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", started.port)
        side = 20
        while statuses[503] < 100 or statuses[200] < 10:
            side += 1
            writer.write(f"GET /v1/crop/{side}x{20 + client}/coffee.jpg HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.findall(rb"content-length: (\d+)", head)[0]))
            statuses[int(head[9:12])] += 1
        writer.close()

    async def ask_all() -> bytes:
        await asyncio.wait_for(asyncio.gather(*map(keep_asking, range(6))), SECONDS)
        reader, writer = await asyncio.open_connection("127.0.0.1", started.port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        text = await reader.read()
        writer.close()
        return text

    text = asyncio.run(ask_all())
    assert set(statuses) == {200, 503}
    counted = re.findall(rb'^focalbox_requests_total.*status="503"} ([0-9.]+)', text, re.MULTILINE)
    assert list(map(float, counted)) == [statuses[503]]
