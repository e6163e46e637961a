"""HTTP/1.1 as uvicorn speaks it, with a problem document for what is no request at all."""

from __future__ import annotations

from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from focalbox.errors import InvalidRequest
from focalbox.service.problems import AddressTooLong, HeadersTooLarge, problem_of

__all__ = ["MOST_UNREAD", "Protocol"]

MOST_UNREAD = 16_384
"""Bytes of a request that are read before its body begins: what common proxies let through at most."""


class Protocol(H11Protocol):
    """Answers broken requests and huge headers with a problem document (RFC 9457) instead of plain text."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's word, which says only that it is wrong
        """Answer and hang up."""
        problem = problem_of(self._mistake())
        response = problem.response()
        headers = [*response.raw_headers, (b"connection", b"close")]
        reason = HTTPStatus(problem.status).phrase.encode("ascii")
        event = h11.Response(status_code=problem.status, headers=headers, reason=reason)
        for part in (event, h11.Data(data=bytes(response.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()

    def _mistake(self) -> InvalidRequest:
        """Return what is wrong with what came; h11 raises one error for all of it."""
        unread, _ = self.conn.trailing_data
        in_body = self.cycle is not None and not self.cycle.response_complete
        if len(unread) <= MOST_UNREAD or in_body:
            message = "a request is HTTP/1.1: a method, a percent-encoded address, one Host and well-formed fields"
            return InvalidRequest(message)
        if b"\n" not in unread:
            message = f"an address has fewer than {MOST_UNREAD} bytes"
            return AddressTooLong(message)
        message = f"a request has at most {MOST_UNREAD} bytes of header fields"
        return HeadersTooLarge(message)
