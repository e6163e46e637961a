"""A load that takes little of the processors that the service runs on: kept connections, and no parsing to speak of."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

__all__ = ["Load", "keep_asking", "offer"]

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_PATIENCE = 60.0
"""Seconds after which a request counts as lost."""


@dataclass
class Load:
    """What came of a load.

    Parameters
    ----------
    seconds : float
        How long it lasted.
    statuses : Counter of int
        Answers by status; 0 are those that never came.
    """

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)

    def per_second(self, status: int = 200) -> float:
        """Answers of a status a second."""
        return self.statuses[status] / self.seconds


class _Line(asyncio.Protocol):
    """One kept connection, with one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[int] | None = None
        self._head, self._left, self._status = b"", -1, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a socket
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH.search(self._head, 0, end)
            self._status = int(self._head[9:12])
            self._left = (int(length[1]) if length else 0) - (len(self._head) - end - 4)
        else:
            self._left -= len(data)
        if self._left <= 0:
            self._end(self._status)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - of the interface
        self._transport = None
        self._end(0)

    def _end(self, status: int) -> None:
        self._head, self._left = b"", -1
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(status)

    async def ask(self, target: str) -> int:
        """Return the status of an answer that came whole, else 0."""
        if self._transport is None:
            return 0
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        try:
            return await asyncio.wait_for(self._answered, _PATIENCE)
        except TimeoutError:
            return 0

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def _connect(port: int) -> _Line:
    _, line = await asyncio.get_running_loop().create_connection(_Line, "127.0.0.1", port)
    return line


async def keep_asking(port: int, targets: Iterable[str], clients: int, seconds: float) -> Load:
    """Let so many clients ask, each again as soon as it is answered."""
    endless, load = itertools.cycle(targets), Load(seconds)
    stop = time.monotonic() + seconds

    async def client() -> None:
        line = await _connect(port)
        while time.monotonic() < stop:
            load.statuses[await line.ask(next(endless))] += 1
        line.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return load


async def offer(port: int, targets: Iterable[str], rate: float, seconds: float) -> Load:
    """Offer so many requests a second, whether or not the ones before are answered; a new connection where none is free."""
    endless: Iterator[str] = itertools.cycle(targets)
    load, free, asked = Load(seconds), list[_Line](), set[asyncio.Task[None]]()

    async def one(target: str) -> None:
        line = free.pop() if free else await _connect(port)
        status = await line.ask(target)
        load.statuses[status] += 1
        if status:
            free.append(line)
        else:
            line.close()

    start = time.monotonic()
    for number in itertools.count():
        due = number / rate
        if due >= seconds:
            break
        await asyncio.sleep(max(0.0, start + due - time.monotonic()))
        task = asyncio.create_task(one(next(endless)))
        asked.add(task)
        task.add_done_callback(asked.discard)
    await asyncio.gather(*asked)
    for line in free:
        line.close()
    return load
