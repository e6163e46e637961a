"""Requests that two servers could read differently are refused, which is what request smuggling relies on.

RFC 9112 lets a server accept a bare LF as the end of a line, folded fields, and a Content-Length beside a Transfer-Encoding.
A proxy in front may read the same bytes as two requests, so none of them is accepted here. Empty lines before a request are
ignored, as RFC 9112 asks in section 2.2: some clients send one behind a body, and no reader takes it for a request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import h11

from focalbox.amounts import show_bytes
from focalbox.errors import InvalidRequest
from focalbox.service.problems import AddressTooLong, HeadersTooLarge

__all__ = ["StrictConnection"]

_EMPTY = b"\r\n"
_MAX_EMPTY = 8
"""Empty lines that are ignored before a request: some clients send one."""
_FEW_CHUNKS, _MEAN_CHUNK = 256, 256
"""Chunks that a body may have whatever their size, and bytes that each further one has on average. Each takes the event loop
some 30 microseconds: with chunks of a byte, 200 kB a second from one client would leave no time for any other."""
_END = re.compile(rb"\n\r?\n")
"""The end of a header as h11 finds it."""
_FOLD = re.compile(rb"\n[ \t]")
_LENGTH = re.compile(rb"\ncontent-length[ \t]*:", re.IGNORECASE)
_ENCODING = re.compile(rb"\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_CHUNKED = re.compile(rb"\ntransfer-encoding[ \t]*:[ \t]*chunked[ \t]*\r", re.IGNORECASE)
_OLD = re.compile(rb"\A[^\n]*HTTP/1\.0\r\n")
_LENGTHS = re.compile(rb"\ncontent-length[ \t]*:[^\n]*,", re.IGNORECASE)
"""Several lengths in one field, which h11 takes when they are equal."""
_VERSION = re.compile(rb"\A[^\n]* HTTP/1\.[0-9]\r\n")
_HOSTS = re.compile(rb"\nhost[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+;=:\[\]-]*[ \t]*")
"""The characters of a host and a port (RFC 3986, section 3.2)."""


class StrictConnection(h11.Connection):
    r"""A server's side of h11 that refuses bare line feeds, folded fields and doubtful lengths.

    Examples
    --------
    >>> connection = StrictConnection()
    >>> connection.receive_data(b"GET / HTTP/1.1\nHost: a\n\n")
    >>> connection.next_event()
    Traceback (most recent call last):
    ...
    h11._util.RemoteProtocolError: a line of a header ends with CR LF
    """

    def __init__(self, max_unread: int = 16_384) -> None:
        super().__init__(h11.SERVER, max_unread)
        self.wrong = ""
        """Why the header was refused, if known."""
        self.too_large = False
        """Whether the part before the body, or the header fields alone, are larger than allowed."""
        self._max_unread = max_unread
        self.empty_lines = 0
        """Lines that were ignored since the last request."""
        self._chunks = self._chunk_bytes = 0

    def next_event(self) -> object:  # type: ignore[override]
        """Return h11's next event; a header is checked against the rules before it is read.

        That nothing more comes is no event: uvicorn would ask for the next one for ever.
        """
        event = self._next()
        return h11.NEED_DATA if isinstance(event, h11.ConnectionClosed) else event

    def _next(self) -> object:
        if self.their_state is not h11.IDLE:
            return self._next_of_body()
        self._ignore_empty_lines()
        unread, ended = self.trailing_data
        if unread == b"\r" and not ended:  # h11 would refuse it before the next byte is known
            return h11.NEED_DATA
        self._check(unread)
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.empty_lines = self._chunks = self._chunk_bytes = 0
        return event

    def mistake(self, *, in_body: bool) -> InvalidRequest:
        """Return what is wrong with a request, in its header or in its body; h11 raises the same error for everything."""
        if in_body:
            message = "the chunks of a body are lengths in hexadecimal, each with so many bytes behind it"
            return InvalidRequest(self.wrong or message)
        if not self.too_large:
            message = "a request is HTTP/1.1: a method, a percent-encoded address, one Host and well-formed fields"
            return InvalidRequest(self.wrong or message)
        if b"\n" not in self.trailing_data[0]:
            message = f"an address has less than {show_bytes(self._max_unread)}"
            return AddressTooLong(message)
        message = f"a request has at most {show_bytes(self._max_unread)} of header fields"
        return HeadersTooLarge(message)

    def _next_of_body(self) -> object:
        event = super().next_event()
        if isinstance(event, h11.Data):
            self._chunks += event.chunk_start
            self._chunk_bytes += len(event.data)
            if self._chunks > _FEW_CHUNKS + self._chunk_bytes // _MEAN_CHUNK:
                self.wrong = f"the chunks of a body have at least {_MEAN_CHUNK} bytes on average"
                self._process_error(self.their_role)
                raise h11.RemoteProtocolError(self.wrong)
        return event

    def _ignore_empty_lines(self) -> None:
        while self.trailing_data[0].startswith(_EMPTY):
            self._receive_buffer.maybe_extract_at_most(len(_EMPTY))
            self.empty_lines += 1
            if self.empty_lines > _MAX_EMPTY:
                self.wrong = f"at most {_MAX_EMPTY} empty lines stand before a request"
                raise h11.RemoteProtocolError(self.wrong)

    def _check(self, unread: bytes) -> None:
        end = _END.search(unread)
        head = unread[: end.end()] if end is not None else b""
        fields = head[head.find(b"\n") + 1 :] if head else unread  # an address has a limit of its own
        self.too_large = len(fields) > self._max_unread
        if self.too_large:
            message = "too much comes before the body"
            raise h11.RemoteProtocolError(message)
        self.wrong = next((rule for rule, breaks in _RULES if head and breaks(head)), "")
        if self.wrong:
            raise h11.RemoteProtocolError(self.wrong)


_RULES: Sequence[tuple[str, Callable[[bytes], object]]] = (
    (
        "a line of a header ends with CR LF",
        lambda head: b"\n" in head.replace(b"\r\n", b"") or b"\r" in head.replace(b"\r\n", b""),
    ),
    ("a field of a header is one line", _FOLD.search),
    (
        "a request has one Content-Length or one Transfer-Encoding, not several",
        lambda head: len(_LENGTH.findall(head)) + len(_ENCODING.findall(head)) > 1,
    ),
    ("a Content-Length is one number", _LENGTHS.search),
    ("HTTP/1.0 has no Transfer-Encoding", lambda head: _ENCODING.search(head) and _OLD.search(head)),
    (
        "a Transfer-Encoding is chunked and nothing else",
        lambda head: _ENCODING.search(head) and not _CHUNKED.search(head),
    ),
    ("a request line ends with HTTP/1.1 or HTTP/1.0", lambda head: not _VERSION.search(head)),
    (
        "a Host is a name or an address, and perhaps a port",
        lambda head: not all(_HOST.fullmatch(host) for host in _HOSTS.findall(head)),
    ),
)
"""The rules for a header, each with a check that tells whether it is broken."""
