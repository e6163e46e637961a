"""Pictures at addresses: what is fetched, what is refused, from a server on this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from focalbox.amounts import show_bytes
from focalbox.errors import FetchError, InvalidRequest, LimitExceeded
from focalbox.storage.http_source import MAX_REDIRECTS, fetch

CONTENT = b"\xff\xd8 bytes of a picture" * 5000

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "/continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "/status": (b"HTTP/1.1 200 ", b"a"),
    "/header": (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
    "/extension": (CHUNKED + b"1;", b"a"),
    "/trailers": (CHUNKED + b"0\r\n", b"a: b\r\n"),
}
"""Answers by their path: how they begin, and what follows for ever."""


class _Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        _, port = self.connection.getsockname()
        moved = {
            "/moved": "/a%20picture.jpg?v=1",
            "/loop": "/loop",
            "/away": "ftp://127.0.0.1/a.jpg",
            "/inside": f"http://169.254.169.254:{port}/latest",
        }
        if self.path in moved:
            self._answer(302, b"", Location=moved[self.path])
        elif self.path == "/a%20picture.jpg?v=1":
            self._answer(200, CONTENT)
        elif self.path == "/host":
            self._answer(200, self.headers["Host"].encode())
        elif self.path == "/short":
            self._answer(200, CONTENT[:100], **{"Content-Length": "200"})
            self.close_connection = True
        elif self.path == "/endless":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"5\r\nbytes\r\n")
            except OSError:
                self.close_connection = True
        elif self.path in ENDLESS:
            self._answer_for_ever(*ENDLESS[self.path])
        else:
            self._answer(404 if self.path == "/gone" else 403, b"")

    def _answer_for_ever(self, begin: bytes, more: bytes) -> None:
        try:
            self.wfile.write(begin)
            while True:
                self.wfile.write(more)
                time.sleep(0.001)  # slow, without being silent
        except OSError:
            self.close_connection = True

    def _answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in http.server
        """Say nothing."""


class _Site(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: that is what they are here for."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Return the beginning of the addresses of a server."""
    server = _Site(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def read(address: str, max_bytes: int = 10**6, seconds: float = 30.0) -> bytes:
    return fetch(address, max_bytes, seconds=seconds, allow_private=True)


@pytest.mark.parametrize("path", ["/a%20picture.jpg?v=1", "/a picture.jpg?v=1", "/moved"])
def test_a_picture_is_fetched(site: str, path: str) -> None:
    assert read(site + path) == CONTENT


def test_the_host_is_named_as_the_address_names_it(site: str) -> None:
    assert read(f"{site}/host").decode() == site.removeprefix("http://")


@pytest.mark.parametrize(
    ("path", "kind", "sentence"),
    [
        ("/gone", FetchError, "there is no picture at "),
        ("/forbidden", FetchError, "answered with status 403"),
        ("/loop", FetchError, f"redirected more than {MAX_REDIRECTS} times"),
        ("/away", InvalidRequest, "an address of a picture is"),
        ("/a pic\nture.jpg?v=1", InvalidRequest, "holds no line breaks and tabs, as 'http"),
        ("/short", FetchError, "too early|incomplete"),
        pytest.param("/endless", LimitExceeded, "at most 976.6 kB", marks=pytest.mark.slow),
        ("/a%20picture.jpg?v=1#part", None, ""),
    ],
)
def test_what_cannot_be_fetched_is_one_sentence(
    site: str, path: str, kind: type[Exception] | None, sentence: str
) -> None:
    if kind is None:
        assert read(site + path) == CONTENT
        return
    with pytest.raises(kind, match=sentence) as refused:
        read(site + path)
    assert len(str(refused.value).splitlines()) == 1


def test_a_length_that_is_too_large_is_refused_before_it_is_read(site: str) -> None:
    with pytest.raises(LimitExceeded, match=f"has {show_bytes(len(CONTENT))} or more"):
        read(f"{site}/moved", max_bytes=1000)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0.0.0.0", "2130706433"]
)
def test_hosts_that_are_not_public_are_refused(host: str) -> None:
    with pytest.raises(InvalidRequest, match="is not on the public Internet; FOCALBOX_ALLOW_PRIVATE=true"):
        fetch(f"http://{host}/a.jpg", 1000)


@pytest.mark.parametrize(
    "address", ["http://", "http:///a.jpg", "http://host:port/a.jpg", "http://me:secret@host/a.jpg", "http://[::1/a"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidRequest, match="address of a picture"):
        fetch(address, 1000)


def test_a_host_that_does_not_answer_is_not_waited_for_longer_than_allowed() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{silent.getsockname()[1]}/a.jpg"
    with silent, pytest.raises(FetchError, match=r"took more than 0\.05 seconds"):
        read(address, seconds=0.05)
    with pytest.raises(FetchError, match="cannot be fetched"):
        read(address)


@pytest.mark.parametrize("path", list(ENDLESS))
def test_a_host_that_never_ends_is_not_waited_for_longer_than_allowed(site: str, path: str) -> None:
    with pytest.raises(FetchError, match=r"took more than 0\.2 seconds"):
        read(site + path, seconds=0.2)


def test_a_certificate_is_asked_for(site: str) -> None:
    with pytest.raises(FetchError, match="cannot be fetched"):
        read(site.replace("http://", "https://"))
