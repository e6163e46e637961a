"""Strict headers: whatever h11 reads from them, nothing that two servers could read differently passes."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.server.strict import StrictConnection

LINES = [b"Host: a", b"Content-Length: 5", b"transfer-encoding: chunked", b"X : x", b" folded", b"X: y", b"\tz"]
ENDS = [b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"]


@given(st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(ENDS)), max_size=6))
def test_what_passes_is_plain(lines: list[tuple[bytes, bytes]]) -> None:
    head = b"POST / HTTP/1.1\r\n" + b"".join(line + end for line, end in lines) + b"\r\n"
    connection = StrictConnection()
    connection.receive_data(head)
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return
    if isinstance(event, h11.Request):
        names = [name for name, _ in event.headers]
        assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
        assert b"\n" not in head.replace(b"\r\n", b"")
        assert not any(line[:1] in b" \t" for line, _ in lines)


def test_it_may_come_in_pieces() -> None:
    connection = StrictConnection()
    for byte in b"GET / HTTP/1.1\r\nHost: a\r\nX: y\n":
        connection.receive_data(bytes([byte]))
        assert connection.next_event() is h11.NEED_DATA
    connection.receive_data(b"\r\n")
    with pytest.raises(h11.RemoteProtocolError, match="CR LF"):
        connection.next_event()
