"""The load that measures the service: every answer is counted by its status, and missing ones are counted too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks.service.load import Load, keep_asking, offer

ANSWER = b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n"


def _loaded(work: Callable[[int], Coroutine[Any, Any, Load]], respond: Callable[[bytes], bytes]) -> Load:
    """Run a load against a server that answers each request with some bytes, and hangs up after none."""

    serving: list[asyncio.Task[Any] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        while not reader.at_eof():
            try:
                request = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            answer = respond(request)
            if not answer:
                break
            writer.write(answer)
        writer.close()
        await writer.wait_closed()

    async def run() -> Load:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        load = await work(server.sockets[0].getsockname()[1])
        server.close()
        await asyncio.gather(*filter(None, serving))
        return load

    return asyncio.run(run())


def test_clients_that_keep_asking_count_what_they_get() -> None:
    asked: list[bytes] = []

    def respond(request: bytes) -> bytes:
        asked.append(request)
        return ANSWER % (503 if b"/b" in request else 200) + b"12345"

    load = _loaded(lambda port: keep_asking(port, ["/a", "/b"], 2, 0.1), respond)
    assert load.statuses.keys() == {200, 503}
    assert load.statuses.total() == len(asked)
    assert abs(load.statuses[200] - load.statuses[503]) <= 1
    assert load.seconds >= 0.1


def test_so_many_are_offered_a_second_whatever_comes_back() -> None:
    load = _loaded(lambda port: offer(port, ["/a"], 200, 0.5, 4), lambda _: ANSWER % 200 + b"12345")
    assert load.statuses.total() == 100
    assert load.statuses[200] > 50


def test_an_answer_that_never_comes_is_lost() -> None:
    load = _loaded(lambda port: keep_asking(port, ["/a"], 1, 0.1), lambda _: b"")
    assert load.statuses == {0: 1}
