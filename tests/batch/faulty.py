"""A proxy that stands between a client and an HTTP server and lets some answers go wrong, as networks do."""

from __future__ import annotations

import http.client
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_BUSY = b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'


class Proxy:
    """Passes requests on; every ``every``-th meets one of the ``faults`` in turn.

    Faults: ``busy`` answers 503, ``lost`` passes the request on and closes without an answer, ``cut`` sends half of the
    answer, ``slow`` sends the answer in three pieces a while apart.
    """

    def __init__(self, port: int) -> None:
        self.faults: tuple[str, ...] = ()
        self.every = 3
        self.met: list[str] = []
        self._count = itertools.count(1)
        self._pause = threading.Event()  # never set: its wait is the slowness
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def _pass(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                fault = proxy.next_fault()
                if fault == "busy":
                    self._answer(503, [("Content-Type", "application/xml")], _BUSY)
                    return
                onward = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                try:
                    onward.request(self.command, self.path, body, dict(self.headers))
                    answer = onward.getresponse()
                    content = answer.read()
                finally:
                    onward.close()
                if fault == "lost":
                    self.close_connection = True
                    return
                kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OWN]
                self._answer(answer.status, kept, content, fault, answer.getheader("Content-Length"))

            def _answer(
                self,
                status: int,
                headers: list[tuple[str, str]],
                content: bytes,
                fault: str = "",
                length: str | None = None,
            ) -> None:
                with suppress(ConnectionError):
                    self.send_response(status)
                    for name, value in headers:
                        self.send_header(name, value)
                    self.send_header("Content-Length", length or str(len(content)))
                    self.end_headers()
                    if fault == "cut" and content:
                        self.wfile.write(content[: len(content) // 2])
                        self.close_connection = True
                    elif fault == "slow":
                        third = len(content) // 3 + 1
                        for start in range(0, len(content), third):
                            self.wfile.write(content[start : start + third])
                            proxy._pause.wait(0.15)
                    else:
                        self.wfile.write(content)

            do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _pass  # noqa: N815 - the server's own names

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def address(self) -> str:
        """Where clients find the proxy."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def next_fault(self) -> str:
        """Return what the next request meets."""
        number = next(self._count)
        if not self.faults or number % self.every:
            return ""
        fault = self.faults[number // self.every % len(self.faults)]
        self.met.append(fault)
        return fault


_OWN = {"content-length", "transfer-encoding", "connection", "date", "server"}


@contextmanager
def standing_before(port: int) -> Iterator[Proxy]:
    """Run a proxy before a server of this machine."""
    proxy = Proxy(port)
    thread = threading.Thread(target=proxy.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join()
