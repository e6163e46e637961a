"""The end of a listening socket: who has connected is served, and who comes later is refused."""

from __future__ import annotations

import asyncio
import errno
import select
import socket
import sys

import pytest

from focalbox.service.server.closing import stop_accepting
from service.servers import SECONDS

CLIENTS = 20
"""More than the event loop accepts in its first turns."""


def _listen() -> socket.socket:
    listening = socket.create_server(("127.0.0.1", 0), backlog=CLIENTS)
    listening.settimeout(0)
    return listening


async def _answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"answered")
    writer.close()


def test_those_who_have_connected_are_accepted_before_it_closes() -> None:
    listening = _listen()
    clients = [socket.create_connection(listening.getsockname()) for _ in range(CLIENTS)]

    async def serve_and_close() -> None:
        server = await asyncio.start_server(_answer, sock=listening, backlog=1)
        await stop_accepting(listening)
        server.close()
        await server.wait_closed()

    asyncio.run(serve_and_close())
    for client in clients:
        with client:
            assert client.recv(100) == b"answered"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux drops first packets by a filter")
def test_who_comes_later_is_not_connected_and_then_refused() -> None:
    listening = _listen()

    async def serve_and_close(late: socket.socket) -> list[socket.socket]:
        server = await asyncio.start_server(_answer, sock=listening)
        stopping = asyncio.ensure_future(stop_accepting(listening))
        await asyncio.sleep(0)  # until it waits for the first time
        late.connect_ex(listening.getsockname())
        await stopping
        _, connected, _ = select.select([], [late], [], 0)
        server.close()
        await server.wait_closed()
        return connected

    with socket.socket() as late:
        late.settimeout(0)
        assert asyncio.run(serve_and_close(late)) == []
        assert select.select([], [late], [], SECONDS)[1] == [late]
        assert late.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED
