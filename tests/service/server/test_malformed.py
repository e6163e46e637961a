"""Bytes that are no request, or a request that is too long, get a problem document, and the service goes on."""

from __future__ import annotations

import json

import pytest

from service.servers import Running, receive


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 16_384, 431),  # and no end of it yet
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + b"A: b\r\n" * 5000 + b"\r\n", 431),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 414),
        (b"GET /" + b"a" * 16_384, 414),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST /v1/crop HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /v1/crop HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n" + b"a" * 20_000, 400),
    ],
)
def test_what_is_no_request_gets_a_problem_document(unsigned: Running, request_: bytes, status: int) -> None:
    connection = unsigned.connect()
    connection.sendall(request_)
    answer = receive(connection)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert problem["status"] == status
    said = {400: ("a request", "the chunks of a body"), 414: ("an address has",), 431: ("a request has at most",)}
    assert problem["detail"].startswith(said[status])
    unsigned.wait_until_ready()
