"""uvicorn's HTTP/1.1 with deadlines, bounded connections, and problem documents for broken requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from focalbox.amounts import show_bytes
from focalbox.errors import FocalboxError
from focalbox.service.problems import Problem, RequestTooSlow, problem_of
from focalbox.service.server.connections import Connections
from focalbox.service.server.joined import JoinedTransport
from focalbox.service.server.peers import network_of, peer_of
from focalbox.service.server.strict import StrictConnection

__all__ = ["MAX_UNREAD", "Deadlines", "Protocol", "protocol_with"]

MAX_UNREAD = 16_384
"""Bytes of a request that are read before its body begins: what common proxies let through at most."""

_SLOWEST = 16_384
"""Bytes a second at which a client has to send a body or read an answer once its first seconds are over: a tenth of a slow
mobile line (3G, 128 kB/s)."""

_LAST = 1.0
"""Seconds that an idle connection gets for a last request when the process ends: more than a round trip to anywhere."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that a client may take.

    Parameters
    ----------
    header : float
        From the first byte of a request, or the start of the connection, to the end of the header.
    body : float
        For the body; each `_SLOWEST` bytes received add a second, but never are more seconds left than at first.
    send : float
        For reading an answer that does not fit into the buffers in between; each `_SLOWEST` bytes sent add a second.
    half_close : float
        From the end of a request to the end of what the client sends, for the client to be one that waits for its answer.
    """

    header: float = 10.0
    body: float = 15.0
    send: float = 15.0
    half_close: float = 0.5


def protocol_with(
    deadlines: Deadlines,
    open_connections: Connections,
    refuse: Callable[[bytes], bytes],
    report: Callable[[Problem, str], None],
) -> type[Protocol]:
    """Return the protocol class for uvicorn.

    Parameters
    ----------
    deadlines : Deadlines
    open_connections : Connections
        All connections of the process.
    refuse : callable
        Returns the answer to a request that is refused at sight; nothing for one that is not.
    report : callable
        Called with the answer to a broken request, of which the application learns nothing, and the client's address.
    """
    bound = {"deadlines": deadlines, "open_connections": open_connections}
    return type("BoundProtocol", (Protocol,), {**bound, "refuse": staticmethod(refuse), "report": staticmethod(report)})


class Protocol(H11Protocol):
    """Closes connections that make no progress, and answers broken requests with a problem document (RFC 9457)."""

    deadlines = Deadlines()
    open_connections = Connections(1000, 1000)
    refuse: Callable[[bytes], bytes] = staticmethod(lambda _: b"")
    report: Callable[[Problem, str], None] = staticmethod(lambda _problem, _address: None)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = self._strict = StrictConnection(MAX_UNREAD)
        self._reading: tuple[type[h11.SEND_BODY | h11.IDLE], asyncio.TimerHandle] | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._body_bytes, self._unsent, self._asked_at = 0, 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, or close it when there are too many."""
        super().connection_made(transport)
        self.client = peer_of(transport, self.client)
        address = network_of(self.client[0]) if self.client else ""
        if not self.open_connections.admit(self, address):
            transport.abort()
            return
        self.transport = self._joined = JoinedTransport(transport, self._still_receives)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.open_connections.leave(self)
        self._forget_reading()
        self._forget_writing()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close the connection now and drop unsent bytes."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and set the deadline for what is expected next; drop what comes behind the last answer."""
        if self._joined.half_closed:
            return
        if self._is_between_requests() and (refusal := self.refuse(data)):
            self._send_refusal(refusal)
            return
        self._body_bytes += len(data)
        super().data_received(data)
        if not self.transport.is_closing():
            self._watch()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a client that has closed its sending side right behind a request, and close then; any other one is gone.

        To close one side or both looks the same until something is sent. Who gives up does so later: its work is dropped.
        """
        whole = self.conn.their_state in {h11.DONE, h11.MUST_CLOSE, h11.CLOSED}
        owed = whole and self.cycle is not None and not self.cycle.response_complete
        if not owed or self.loop.time() - self._asked_at > self.deadlines.half_close:
            return False
        self._asked_at = float("inf")  # the end is told again whenever reading goes on
        self.conn.receive_data(b"")  # so that the last answer closes the connection
        self.handle_events()
        return True

    def _still_receives(self) -> bool:
        """Tell whether the client may be in the middle of a request; it then has as long as for a body to end it."""
        broken = self._strict.wrong or self._strict.too_large
        unfinished = broken or self.conn.their_state in {h11.SEND_BODY, h11.ERROR}
        if not unfinished or self.transport.is_closing():
            return False
        self._forget_reading()
        self._reading = h11.SEND_BODY, self.loop.call_later(self.deadlines.body, self.abort)
        self.open_connections.idle(self)
        return True

    def _is_between_requests(self) -> bool:
        idle = self.conn.their_state is h11.IDLE and self.conn.our_state is h11.IDLE
        begun = self.conn.trailing_data[0] or self._strict.empty_lines
        return idle and not (begun or self.flow.write_paused or self.transport.is_closing())

    def _send_refusal(self, answer: bytes) -> None:
        """Send a whole answer to a whole request, and wait for the next one."""
        self._unset_keepalive_if_required()
        self._forget_reading()
        self.open_connections.busy(self)
        self.transport.write(answer)
        self.open_connections.idle(self)
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._joined.flush()
        super().on_response_complete()
        if self._writing is None and self.transport.get_write_buffer_size():
            self._expect_reading()
        if not self.transport.is_closing():
            self._watch(quiet=True)

    def pause_writing(self) -> None:
        """Give the client a deadline to read what was sent."""
        super().pause_writing()
        if self._writing is None:
            self._expect_reading()

    def resume_writing(self) -> None:
        """Cancel the deadline: the client has read."""
        self._forget_writing()
        super().resume_writing()

    def shutdown(self) -> None:
        """Close after the current answer, or after one last request; sending the rest has a deadline too.

        A client may be sending on an idle connection just now, so that one is not closed at once.
        """
        if self.conn.their_state is h11.IDLE and self.conn.our_state is h11.IDLE:
            self._forget_reading()
            self._reading = h11.IDLE, self.loop.call_later(_LAST, self._no_header)
            return
        super().shutdown()
        if self.transport.is_closing() and self._writing is None:
            self._writing = self.loop.call_later(self.deadlines.send, self.transport.abort)

    def _should_upgrade(self) -> bool:
        """Return False: who offers another protocol, as Java's client does with h2c, is answered in this one, unlogged."""
        return False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's word, which says only that it is wrong
        """Answer and close the connection."""
        in_body = self.cycle is not None and not self.cycle.response_complete
        self._refuse(self._strict.mistake(in_body=in_body))

    def _refuse(self, error: FocalboxError) -> None:
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.abort()
            return
        problem = problem_of(error)
        if self.cycle is None or self.cycle.response_complete:
            self.report(problem, self.client[0] if self.client else "")
        response = problem.response()
        headers = [*response.raw_headers, (b"connection", b"close")]
        reason = HTTPStatus(problem.status).phrase.encode("ascii")
        event = h11.Response(status_code=problem.status, headers=headers, reason=reason)
        for part in (event, h11.Data(data=bytes(response.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()

    def _watch(self, *, quiet: bool = False) -> None:
        """Start the deadline for what is expected: a header, a body, or nothing.

        With ``quiet`` the next request has not begun: uvicorn's own deadline for idle connections runs.
        """
        state = self.conn.their_state
        if state is h11.IDLE:
            if self.conn.our_state is h11.IDLE:
                self.open_connections.idle(self)
            if quiet:
                self._forget_reading()
            elif self._reading is None or self._reading[0] is not h11.IDLE:
                self._forget_reading()
                self._reading = h11.IDLE, self.loop.call_later(self.deadlines.header, self._no_header)
            return
        self.open_connections.busy(self)
        if state is not h11.SEND_BODY:
            self._asked_at = self.loop.time()
            self._forget_reading()
        elif self._reading is None or self._reading[0] is not h11.SEND_BODY:
            self._forget_reading()
            self._body_bytes = 0
            self._reading = h11.SEND_BODY, self.loop.call_later(self.deadlines.body, self._no_body)

    def _no_header(self) -> None:
        self._reading = None
        if self.conn.trailing_data[0]:
            message = f"the header of a request arrives within {self.deadlines.header:g} seconds"
            self._refuse(RequestTooSlow(message))
        else:
            self.transport.close()

    def _no_body(self) -> None:
        """Close the connection, unless something came since the last check, which extends the deadline.

        Not when the request has been answered already, as one that is refused at its header: then nobody needs the rest.
        """
        answered = self.cycle is not None and self.cycle.response_complete
        if self._body_bytes and not answered:
            seconds = min(self._body_bytes / _SLOWEST, self.deadlines.body)
            self._body_bytes = 0
            self._reading = h11.SEND_BODY, self.loop.call_later(seconds, self._no_body)
            return
        self._reading = None
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            message = f"a body arrives with at least {show_bytes(_SLOWEST)} a second"
            self._refuse(RequestTooSlow(message))
        else:
            self.transport.abort()

    def _expect_reading(self) -> None:
        self._unsent = self.transport.get_write_buffer_size()
        self._writing = self.loop.call_later(self.deadlines.send, self._still_unsent)

    def _still_unsent(self) -> None:
        """Close the connection, unless the client reads fast enough to extend the deadline."""
        left = self.transport.get_write_buffer_size()
        if not left:
            self._writing = None
            return
        if self._unsent - left < _SLOWEST * self.deadlines.send:
            self.transport.abort()
            return
        self._expect_reading()

    def _forget_reading(self) -> None:
        if self._reading is not None:
            self._reading[1].cancel()
            self._reading = None

    def _forget_writing(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
