"""Clients that are refused while they still send: they get their answer, and no reset that might destroy it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from service.servers import SECONDS, Running, receive

BODY = b"a" * 2**20
PIECES = 16
"""How often the body is sent: more than the buffers on the way hold."""
LENGTH = b"Content-Length: %d\r\n" % (PIECES * len(BODY))


@pytest.fixture(scope="module")
def serving(running_long: Callable[..., Running]) -> Running:
    return running_long("--allow-unsigned")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /v1/crop?size=0x20 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + LENGTH, b"400"),
        (b"POST /v1/crop?size=0x20 HTTP/1.0\r\n" + LENGTH, b"400"),
        (b"POST /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + LENGTH, b"405"),
        (b"POST /v1/crop HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 999999999999\r\n", b"413"),
        (b"POST /v1/crop HTTP/1.1\r\nHost: a b\r\n" + LENGTH, b"400"),
        (b"POST /v1/crop HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n", b"400"),
        (b"POST /v1/crop HTTP/1.1\r\nHost: a\r\nX: %b\r\n" % (b"a" * 100_000), b"431"),
    ],
)
def test_who_still_sends_is_answered_and_not_reset(serving: Running, head: bytes, status: bytes) -> None:
    connection = serving.connect()
    connection.sendall(head + b"\r\n")
    for _ in range(PIECES):
        connection.sendall(BODY)  # a reset would end this with an error
    answer = receive(connection)
    assert answer.startswith(b"HTTP/1.1 %b " % status)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.endswith(b"}")


def _send_on(connection: socket.socket) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        connection.sendall(b"a" * 1000)
        connection.recv(65536)  # the answer, then its end


def test_nobody_is_read_for_ever(running: Callable[..., Running]) -> None:
    started = running("--allow-unsigned", FOCALBOX_SERVICE_BODY_SECONDS="1")
    with started.connect() as connection:
        connection.sendall(b"POST /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + LENGTH + b"\r\n")
        with pytest.raises(OSError, match=r"reset|[Bb]roken pipe"):
            _send_on(connection)
