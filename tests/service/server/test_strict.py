"""Strict headers: whatever h11 reads from them, nothing that two servers could read differently passes."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.server.strict import StrictConnection

LINES = [
    b"Host: a",
    b"Host: a b",
    b"Content-Length: 5",
    b"content-length: 5, 5",
    b"transfer-encoding: chunked",
    b"X : x",
    b" folded",
    b"X: y",
    b"\tz",
]
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
        assert not any(b"," in line or line == b"Host: a b" for line, _ in lines)


@pytest.mark.parametrize(
    ("head", "wrong"),
    [
        (b"GET / HTTP/2.0\r\nHost: a", "ends with HTTP/1.1"),
        (b"PRI * HTTP/2.0\r\n", "ends with HTTP/1.1"),
        (b"GET / HTTP/1.1\r\nHost: a b", "a Host is"),
        (b"GET / HTTP/1.1\r\nHost: a/b", "a Host is"),
        (b"GET / HTTP/1.1\r\nHost: a@b", "a Host is"),
        (b"GET / HTTP/1.1\r\nHOST:a,b", "a Host is"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5,5", "one number"),
    ],
)
def test_what_is_doubtful_is_refused(head: bytes, wrong: str) -> None:
    connection = StrictConnection()
    connection.receive_data(head + b"\r\n\r\n")
    with pytest.raises(h11.RemoteProtocolError, match=wrong):
        connection.next_event()


@pytest.mark.parametrize("host", [b"a", b"a.example:80", b"[::1]:8000", b"192.0.2.1", b"a_b.example", b"", b" a \t"])
@pytest.mark.parametrize("version", [b"1.0", b"1.1", b"1.2"])
def test_real_hosts_and_versions_pass(host: bytes, version: bytes) -> None:
    connection = StrictConnection()
    connection.receive_data(b"GET / HTTP/%b\r\nHost:%b\r\n\r\n" % (version, host))
    assert isinstance(connection.next_event(), h11.Request)


@pytest.mark.parametrize("line", [b"A: b\r\n", b"A:b" + b" " * 97 + b"\r\n", b"abc:\r\n"])
def test_fields_count_with_all_their_bytes(line: bytes) -> None:
    begin = b"GET /" + b"a" * 500 + b" HTTP/1.1\r\n"  # which has a limit of its own
    host = b"Host: a\r\n"
    for most in (1000, 1001):
        fields = (host + line * 1000)[: most - 2 - len(line)]
        fields = fields[: fields.rfind(b"\n") + 1]
        fields += b"B: " + b"c" * (most - len(fields) - 7) + b"\r\n"
        connection = StrictConnection(1000)
        connection.receive_data(begin + fields + b"\r\n")
        if most == 1000:
            assert isinstance(connection.next_event(), h11.Request)
        else:
            with pytest.raises(h11.RemoteProtocolError):
                connection.next_event()
        assert connection.too_large == (most > 1000)


def test_a_header_in_pieces_is_checked_as_a_whole() -> None:
    connection = StrictConnection()
    for byte in b"GET / HTTP/1.1\r\nHost: a\r\nX: y\n":
        connection.receive_data(bytes([byte]))
        assert connection.next_event() is h11.NEED_DATA
    connection.receive_data(b"\r\n")
    with pytest.raises(h11.RemoteProtocolError, match="CR LF"):
        connection.next_event()


@given(
    st.lists(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b" "]), max_size=10), st.sampled_from([1, 1000])
)
def test_empty_lines_before_a_request_are_ignored_and_nothing_else(before: list[bytes], step: int) -> None:
    connection = StrictConnection()
    sent = b"".join(before) + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    joined = b"".join(before)
    empty = joined == b"\r\n" * (len(joined) // 2) and len(joined) // 2 <= 8
    try:
        events = []
        for piece in [sent[at : at + step] for at in range(0, len(sent), step)]:
            connection.receive_data(piece)
            events.append(connection.next_event())
    except h11.RemoteProtocolError:
        assert not empty
        return
    assert empty
    assert isinstance(events[-1], h11.Request)
    assert set(events[:-1]) <= {h11.NEED_DATA}
    assert connection.empty_lines == 0


def _read_body(chunks: list[bytes]) -> bytes:
    connection, found = StrictConnection(), b""
    connection.receive_data(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert isinstance(connection.next_event(), h11.Request)
    for chunk in (*chunks, b""):
        connection.receive_data(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        while isinstance(event := connection.next_event(), h11.Data):
            found += event.data
    assert isinstance(event, h11.EndOfMessage)
    return found


@pytest.mark.parametrize("chunks", [[b"a"] * 256, [b"a" * 256] * 2000, [b"a" * 4096] + [b"a"] * 270])
def test_chunks_that_are_few_or_large_are_read(chunks: list[bytes]) -> None:
    assert _read_body(chunks) == b"".join(chunks)


@pytest.mark.parametrize("chunks", [[b"a"] * 300, [b"a" * 100] * 1000])
def test_a_body_of_tiny_chunks_is_refused(chunks: list[bytes]) -> None:
    with pytest.raises(h11.RemoteProtocolError, match="at least 256 bytes on average"):
        _read_body(chunks)
