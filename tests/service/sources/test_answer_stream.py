"""Servers of pictures that send more than an answer needs, or in tiny pieces: they do not keep the service busy."""

from __future__ import annotations

import asyncio
import contextlib
import socketserver
import threading
from collections.abc import Awaitable, Callable, Iterator

import httpcore
import pytest

from focalbox.errors import FetchError
from focalbox.imaging.limits import Limits
from focalbox.service.sources.answer_stream import MAX_HEADER, AnswerStream
from focalbox.service.sources.http_fetch import Remote
from service.servers import SECONDS

TYPE = b"Content-Type: image/jpeg\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\n" + TYPE + b"Transfer-Encoding: chunked\r\n\r\n"
MUCH, SMALL = "sent more than 32 kB before it", "in pieces of less than 256 bytes on average"
AROUND = "sent more around it than the picture itself has"
WHOLE = b"".join(b"%x\r\n%b\r\n" % (256, b"a" * 256) for _ in range(2000))
ENDLESS = {
    "/continue": (b"", b"HTTP/1.1 100 \r\n\r\n" * 4000, MUCH),
    "/hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2000, MUCH),
    "/header": (b"HTTP/1.1 200 OK\r\n", b"a:\r\n" * 16_000, MUCH),
    "/header-of-hints": (b"", b"HTTP/1.1 103 Early Hints\r\n" + b"a:\r\n" * 9_000 + b"\r\n", MUCH),
    "/chunks": (CHUNKED, b"1\r\na\r\n" * 10_000, SMALL),
    "/extensions": (CHUNKED, b"100;%b\r\n%b\r\n" % (b"a" * 50_000, b"a" * 256), AROUND),
}
"""Answers by their path: how they begin, what follows for ever, and why they are refused."""
FINITE = {
    "/trailers": CHUNKED + b"0\r\n" + b"a:\r\n" * 100_000,
    "/extension": CHUNKED + b"1;" + b"a" * 400_000,
    "/whole": CHUNKED + WHOLE + b"0\r\n\r\n",
    "/patient": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 10 + CHUNKED + WHOLE + b"0\r\n\r\n",
}


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """Return the host and the port of such a server."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            path = self.rfile.readline().split(b" ")[1].decode()
            with contextlib.suppress(OSError):
                if path in FINITE:
                    self.wfile.write(FINITE[path])
                    return
                self.wfile.write(ENDLESS[path][0])
                while True:
                    self.wfile.write(ENDLESS[path][1])

        def finish(self) -> None:
            """Forget what is unsent: the client has hung up."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _fetch(place: str, path: str, beside: Callable[[], Awaitable[None]] | None = None) -> bytes:
    async def fetch() -> bytes:
        remote = Remote([place], seconds=SECONDS, allow_private=True, limits=Limits())
        other = asyncio.ensure_future(beside()) if beside is not None else None
        try:
            _, content = await remote.fetch(f"http://{place}{path}")
        finally:
            if other is not None:
                other.cancel()
            await remote.close()
        assert content is not None
        return content

    return asyncio.run(fetch())


@pytest.mark.parametrize("path", list(ENDLESS))
def test_an_endless_answer_ends(place: str, path: str) -> None:
    with pytest.raises(FetchError, match=ENDLESS[path][2]):
        _fetch(place, path)


@pytest.mark.parametrize("path", ["/trailers", "/extension"])
def test_what_stands_around_the_content_is_bounded(place: str, path: str) -> None:
    with pytest.raises(FetchError, match="could not be fetched"):
        _fetch(place, path)


@pytest.mark.parametrize("path", ["/whole", "/patient"])
def test_chunks_of_a_sensible_size_and_a_few_hints_are_taken(place: str, path: str) -> None:
    assert _fetch(place, path) == b"a" * 256 * 2000


def test_others_have_their_turn_between_few_interim_answers(place: str) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    with pytest.raises(FetchError, match=MUCH):
        _fetch(place, "/continue", count)
    assert turns >= MAX_HEADER // 2048


@pytest.mark.parametrize("before_body", [True, False])
def test_an_answer_in_pieces_of_a_byte_is_refused(*, before_body: bool) -> None:
    """httpcore's stream for tests gives the pieces, since a network may join them."""

    read = 0

    async def read_all() -> None:
        nonlocal read
        stream = AnswerStream(httpcore.AsyncMockStream([b"a"] * 5000))
        await stream.write(b"GET / HTTP/1.1\r\n\r\n")
        if not before_body:
            stream.begin_body()
        while await stream.read(65_536):
            read += 1

    with pytest.raises(FetchError, match=SMALL):
        asyncio.run(read_all())
    assert read == 257


def test_the_bounds_hold_for_each_answer_of_a_connection() -> None:
    async def read() -> None:
        stream = AnswerStream(httpcore.AsyncMockStream([b"a"] * 5000))
        for _ in range(5):
            await stream.write(b"GET / HTTP/1.1\r\n\r\n")
            for _ in range(200):
                await stream.read(65_536)

    asyncio.run(read())
