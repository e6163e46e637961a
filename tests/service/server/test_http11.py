"""Clients that are slow, silent or many: against a real process, with short deadlines."""

from __future__ import annotations

import json
import re
import resource
import select
import socket
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.servers import SECONDS, Running

SHORT = {f"FOCALBOX_SERVICE_{name}_SECONDS": "1" for name in ("HEADER", "BODY", "SEND", "IDLE")}
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /v1/plan?size=1:1 HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\nContent-Length: 100000\r\n\r\n"
LATE = 30.0
"""Seconds in which a deadline of one second has been enforced, also on a machine that is busy."""


def _all_of(connection: socket.socket) -> bytes:
    answer = b""
    try:
        while part := connection.recv(65536):
            answer += part
    except ConnectionResetError:
        pass
    return answer


def _statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def _trickled(connection: socket.socket, text: bytes) -> bytes:
    """Send a byte whenever nothing came for a fifth of a second, until the other side has hung up; return its answer."""
    connection.settimeout(0.2)
    answer, until = b"", time.monotonic() + LATE
    for at in range(len(text)):
        try:
            connection.sendall(text[at : at + 1])
            part = connection.recv(65536)
        except TimeoutError:
            assert time.monotonic() < until, "nobody hung up"
            continue
        except (BrokenPipeError, ConnectionResetError):
            return answer
        if not part:
            return answer
        answer += part
    pytest.fail("nobody hung up")


def _send_on(connection: socket.socket) -> None:
    """Send more than the 16 kB a second that an upload needs, until the other side has hung up."""
    until = time.monotonic() + LATE
    while time.monotonic() < until:
        connection.sendall(b"\xff" * 65_536)
        select.select([], [], [], 0.05)


@pytest.fixture(scope="module")
def short(running_long: Callable[..., Running]) -> Running:
    return running_long("--allow-unsigned", **SHORT)


def test_a_broken_request_is_counted_and_logged_with_its_reason(
    running: Callable[..., Running], tmp_path: Path
) -> None:
    started = running("--allow-unsigned", **SHORT)
    for sent in (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GET, b"GET / HT"):
        with started.connect() as connection:
            connection.settimeout(LATE)
            connection.sendall(sent)
            assert _statuses(_all_of(connection))[0] in {400, 408}
    text = started.get("/metrics").decode()
    counts = dict(re.findall(r'requests_total\{answer="none",dialect="none",status="(4\d\d)"\} (\d+)', text))
    assert counts == {"400": "2", "408": "1"}
    started.stop()
    lines = [json.loads(line) for line in (tmp_path / "log-0").read_text().splitlines()]
    broken = [line for line in lines if line.get("status", 200) >= 400]
    assert {line["level"] for line in lines} == {"info"}
    assert [line["status"] for line in broken] == [400, 400, 408]
    assert {line["address"] for line in broken} == {"127.0.0.1"}
    assert "Host" in broken[0]["problem"]


def test_a_header_that_trickles_is_no_progress(short: Running) -> None:
    with short.connect() as connection:
        answer = _trickled(connection, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"a" * 1000)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert "within 1 seconds" in json.loads(answer.partition(b"\r\n\r\n")[2])["detail"]


def test_a_body_that_trickles_is_no_progress(short: Running) -> None:
    with short.connect() as connection:
        connection.sendall(POST)
        answer = _trickled(connection, b"\xff\xd8\xff" * 1000)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"focalbox_admitted 0.0" in short.get("/metrics")


def test_an_upload_that_stalls_has_no_time_left_from_its_quick_beginning(short: Running) -> None:
    with short.connect() as connection:
        connection.settimeout(LATE)
        connection.sendall(POST.replace(b"100000", b"9000000") + b"\xff\xd8\xff" * 1_000_000)
        assert _statuses(_all_of(connection)) == [408]


@pytest.mark.parametrize("target", [b"/v1/plan?size=1:1&colour=red", b"/nowhere"])
def test_who_was_refused_may_not_go_on_sending_for_ever(short: Running, target: bytes) -> None:
    with short.connect() as connection:
        connection.sendall(POST.replace(b"/v1/plan?size=1:1", target).replace(b"100000", b"9" * 12))
        answer = connection.recv(65536)
        assert _statuses(answer)[0] in {400, 404, 405}
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            _send_on(connection)


@pytest.mark.parametrize("sent", [b"", GET])
def test_who_says_nothing_is_hung_up_on(short: Running, sent: bytes) -> None:
    with short.connect() as connection:
        connection.settimeout(LATE)
        connection.sendall(sent)
        answer = _all_of(connection)
    assert (b" 200 " in answer) == bool(sent)
    assert b" 408 " not in answer


def test_an_answer_that_is_not_read_is_dropped(running: Callable[..., Running], pictures: Path) -> None:
    started = running("--root", str(pictures), "--allow-unsigned", **SHORT)
    with started.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /v1/crop/3000x3000/chelsea.jpg?upscale=true&format=bmp HTTP/1.1\r\nHost: a\r\n\r\n")
        until = time.monotonic() + LATE
        while b'answer="crop"' not in started.get("/metrics"):
            assert time.monotonic() < until
        while b"focalbox_connections 1.0" not in started.get("/metrics"):
            assert time.monotonic() < until, "the connection is still held"


CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /v1/plan HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
        b"POST /v1/plan HTTP/1.1\r\nHost: a\r\n" + CHUNKED + b"content-length : 5\r\n\r\n0\r\n\r\n",
        b"POST /v1/plan HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
        b"POST /v1/plan HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde",
        b"POST /v1/plan HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 6\r\n\r\nabcde",
        b"POST /v1/plan HTTP/1.0\r\nHost: a\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.1\nHost: a\n\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n",
        b"\n",
        b"\r\n\n",
        b"\n\r\n",
        b"\r",
        b"\r\r\n",
        b" \r\n",
        b"\r\n" * 9,
    ],
)
def test_what_two_servers_could_read_differently_is_refused(short: Running, request_: bytes) -> None:
    with short.connect() as connection:
        connection.settimeout(LATE)
        connection.sendall(request_ + GET)
        answer = _all_of(connection)
    assert _statuses(answer) == [400], "what stood behind it was answered"
    assert b"connection: close" in answer.lower()


def test_empty_lines_before_a_request_are_ignored(short: Running) -> None:
    upload = b"POST /v1/plan?size=1:1 HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\nabc"
    with short.connect() as connection:
        connection.sendall(b"\r\n" + GET + b"\r\n" * 8 + upload + b"\r\n" + GET + b"\r\n")
        answer = _all_of(connection)  # until the connection has been idle for too long
    assert _statuses(answer) == [200, 415, 200]


@pytest.mark.parametrize("before", [b"", GET])
def test_empty_lines_are_no_progress(short: Running, before: bytes) -> None:
    with short.connect() as connection:
        connection.sendall(before)
        began = time.monotonic()
        answer = _trickled(connection, b"\r\n" * 8)
        assert time.monotonic() - began < LATE
    assert _statuses(answer) in ([200] * bool(before), [200] * bool(before) + [408])  # after CR, LF may follow


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (b"Transfer-Encoding: gzip, chunked", "a Transfer-Encoding is chunked and nothing else"),
        (b"Content-Length: 5\r\nContent-Length: 5", "one Content-Length or one Transfer-Encoding"),
        (b"X: a\r\n b", "a field of a header is one line"),
        (b"X : a", "a percent-encoded address, one Host and well-formed fields"),
    ],
)
def test_a_wrong_header_is_told_as_such_however_much_comes_behind_it(
    short: Running, field: bytes, sentence: str
) -> None:
    for behind in (b"", b"12345" * 10_000):
        with short.connect() as connection:
            connection.sendall(b"POST /v1/crop?size=1:1 HTTP/1.1\r\nHost: a\r\n" + field + b"\r\n\r\n" + behind)
            head, _, body = _all_of(connection).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 "), (behind[:9], head)
        assert sentence in json.loads(body)["detail"]


@pytest.mark.parametrize(
    ("chunks", "said"),
    [
        (b"5\r\nhello\r\nno length\r\n", b"the chunks of a body are lengths in hexadecimal"),
        (b"1\r\na\r\n" * 300, b"the chunks of a body have at least 256 bytes on average"),
    ],
)
def test_broken_or_tiny_chunks_are_told_as_such(short: Running, chunks: bytes, said: bytes) -> None:
    head = b"POST /v1/crop?size=1:1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with short.connect() as connection:
        connection.sendall(head + chunks)
        answer = _all_of(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert said in answer


def test_fields_that_are_lists_may_come_in_several_lines(running: Callable[..., Running], pictures: Path) -> None:
    service = running("--root", str(pictures), "--allow-unsigned")

    def ask(*fields: str) -> tuple[int, dict[str, str]]:
        lines = "".join(f"{field}\r\n" for field in fields)
        with service.connect() as connection:
            request = f"GET /v1/crop/60x40/coffee.jpg HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{lines}\r\n"
            connection.sendall(request.encode())
            head = _all_of(connection).partition(b"\r\n\r\n")[0].decode("latin-1").lower().split("\r\n")
        return int(head[0].split(" ")[1]), dict(line.split(": ", 1) for line in head[1:])

    status, headers = ask("Accept: text/html", "Accept: image/webp")
    assert (status, headers["content-type"]) == (200, "image/webp")
    tag = headers["etag"]
    told = ask("Accept: image/webp", 'If-None-Match: "other"', f"If-None-Match: W/{tag}")
    assert (told[0], told[1]["etag"], told[1]["vary"]) == (304, tag, "accept")
    assert ask("Accept: image/webp", 'If-None-Match: "other"', 'If-None-Match: "another"')[0] == 200


def test_silent_connections_push_each_other_out_and_nobody_else(running: Callable[..., Running]) -> None:
    """1,300 half-open sockets under a limit of 1,024 files for the service."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(3000, hard)), hard))
    silent: list[socket.socket] = []
    try:
        started = running("--allow-unsigned", limit=1024)
        for number in range(1300):
            silent.append(socket.create_connection(("127.0.0.1", started.port), SECONDS))
            if number % 2:
                silent[-1].sendall(b"GET / HTTP/1.1\r\nHost: ")
        took = []
        for _ in range(200):
            start = time.perf_counter()
            assert started.get("/healthz").startswith(b"HTTP/1.1 200 ")
            took.append(time.perf_counter() - start)
        assert statistics.quantiles(took, n=100)[-1] < 1.0, f"the slowest took {max(took):.3f} s"
        assert statistics.median(took) < 0.1, f"half of the answers took {statistics.median(took):.3f} s"
        assert started.stop() == 0
    finally:
        for connection in silent:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_slow_uploads_take_no_place_from_those_who_work(running: Callable[..., Running], pictures: Path) -> None:
    bounds = ("--at-work", "1", "--waiting", "1")
    started = running("--root", str(pictures), "--allow-unsigned", *bounds, FOCALBOX_SERVICE_UPLOADS="20")
    uploads = [started.connect() for _ in range(20)]
    try:
        for connection in uploads:
            connection.sendall(POST + b"\xff\xd8\xff")
        until = time.monotonic() + LATE
        while b"focalbox_uploads 20.0" not in started.get("/metrics"):
            assert time.monotonic() < until
        assert started.get("/v1/crop/50x50/coffee.jpg").startswith(b"HTTP/1.1 200")
        with started.connect() as connection:
            connection.sendall(POST)
            assert connection.recv(65536).startswith(b"HTTP/1.1 503"), "uploads have a bound of their own"
    finally:
        for connection in uploads:
            connection.close()
