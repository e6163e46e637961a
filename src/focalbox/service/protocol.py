"""HTTP/1.1 as uvicorn speaks it, with a problem document for what is no request at all."""

from __future__ import annotations

import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Protocol"]


class Protocol(H11Protocol):
    """Answers broken requests and huge headers with a problem document (RFC 9457) instead of plain text."""

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up."""
        problem = {"type": "about:blank", "title": "Wrong request", "status": 400, "detail": msg.lower().rstrip(".")}
        content = json.dumps(problem).encode("utf-8")
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(content)).encode("ascii")),
            (b"connection", b"close"),
        ]
        events = (h11.Response(status_code=400, headers=headers), h11.Data(data=content), h11.EndOfMessage())
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
