"""Clients that close their sending side: right behind a request they are answered, later they are gone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from focalbox.service.endpoints import until_gone
from focalbox.service.problems import Gone
from focalbox.service.server.connections import Connections
from focalbox.service.server.http11 import Deadlines, protocol_with
from service.servers import SECONDS, Running, receive

UPLOAD = b"POST /v1/crop?size=30x20 HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b"


@pytest.fixture(scope="module")
def serving(running_long: Callable[..., Running], pictures: Path) -> Running:
    return running_long("--allow-unsigned", "--root", str(pictures))


def _half_closed(connection: socket.socket, sent: bytes) -> bytes:
    connection.sendall(sent)
    connection.shutdown(socket.SHUT_WR)
    return receive(connection)


@pytest.mark.parametrize("target", [b"/readyz", b"/healthz", b"/v1/crop/60x40/coffee.jpg"])
@pytest.mark.parametrize("rest", [b"HTTP/1.1\r\nHost: a", b"HTTP/1.1\r\nHost: a\r\nConnection: close", b"HTTP/1.0"])
def test_who_ends_with_the_request_is_answered(serving: Running, target: bytes, rest: bytes) -> None:
    answer = _half_closed(serving.connect(), b"GET %b %b\r\n\r\n" % (target, rest))
    assert answer.startswith(b"HTTP/1.1 200 ")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-length: %d\r\n" % len(body) in head.lower() + b"\r\n"


def test_who_ends_with_an_upload_is_answered(serving: Running, pictures: Path) -> None:
    picture = (pictures / "coffee.jpg").read_bytes()
    assert _half_closed(serving.connect(), UPLOAD % (len(picture), picture)).startswith(b"HTTP/1.1 200 ")
    assert _half_closed(serving.connect(), UPLOAD % (len(picture), picture[:-1])) == b"", "it is not whole"


def test_all_of_several_requests_are_answered(serving: Running) -> None:
    asked = b"GET /v1/crop/61x40/coffee.jpg HTTP/1.1\r\nHost: a\r\n\r\n" * 2
    assert _half_closed(serving.connect(), asked).count(b"HTTP/1.1 200 ") == 2


@pytest.mark.parametrize(("half_close", "dropped"), [(-1.0, True), (float(SECONDS), False)])
def test_who_ends_long_behind_the_request_is_gone(half_close: float, *, dropped: bool) -> None:
    """The time is a setting of the protocol here, so that the test need not wait for it."""

    async def run() -> bool:
        begun, work = asyncio.Event(), asyncio.Event()
        ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def application(_scope: Any, receive: Any, send: Any) -> None:
            begun.set()
            try:
                await until_gone(receive, work.wait())
            except Gone:
                ended.set_result(True)
                return
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})
            ended.set_result(False)

        protocol = protocol_with(
            Deadlines(half_close=half_close), Connections(9, 9), lambda _: b"", lambda _problem, _address: None
        )
        server = uvicorn.Server(uvicorn.Config(application, http=protocol, lifespan="off", log_level="error"))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            life = asyncio.ensure_future(server.serve([listening]))
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await begun.wait()
            writer.write_eof()
            if not dropped:
                work.set()
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 204 ") or dropped
            server.should_exit = True
            writer.close()
            await life
        return await ended

    assert asyncio.run(asyncio.wait_for(run(), SECONDS)) is dropped
