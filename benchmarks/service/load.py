"""Makes load with little processor time, as the service runs on the same machine: kept connections, little parsing."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["LOADS", "PAGE", "Load", "keep_asking", "offer"]

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-service.md"
"""The page of all that is measured of the service."""
LOADS = "\n## Under load\n"
"""Where its part about overload and the soak begins."""

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_PATIENCE = 60.0
"""Seconds after the end in which the last answers may come; requests without one then count as lost."""


@dataclass
class Load:
    """What came of a load.

    Parameters
    ----------
    seconds : float
        From the first request to the last answer.
    statuses : Counter of int
        Answers by status; 0 are those that never came.
    """

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)


class _Line(asyncio.Protocol):
    """One kept connection, with one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._then: Callable[[int], None] | None = None
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
        then, self._then = self._then, None
        if then is not None:
            then(status)

    def ask(self, request: bytes, then: Callable[[int], None]) -> None:
        """Send a request; ``then`` is told the status of an answer that came whole, else 0."""
        if self._transport is None:
            then(0)
            return
        self._then = then
        self._transport.write(request)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def _connect(port: int) -> _Line:
    _, line = await asyncio.get_running_loop().create_connection(_Line, "127.0.0.1", port)
    return line


def _requests(targets: Sequence[str]) -> itertools.cycle[bytes]:
    return itertools.cycle([f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for target in targets])


async def keep_asking(port: int, targets: Sequence[str], clients: int, seconds: float) -> Load:
    """Let so many clients ask, each again as soon as it is answered."""
    load, requests, done = Load(), _requests(targets), asyncio.Event()
    lines = [await _connect(port) for _ in range(clients)]
    asking, start = clients, time.monotonic()

    def next_of(line: _Line) -> Callable[[int], None]:
        def then(status: int) -> None:
            nonlocal asking
            load.statuses[status] += 1
            if status and time.monotonic() < start + seconds:
                line.ask(next(requests), then)
                return
            asking -= 1
            if not asking:
                done.set()

        return then

    for line in lines:
        line.ask(next(requests), next_of(line))
    await _end(load, done, start, seconds, lambda: asking)
    for line in lines:
        line.close()
    return load


async def offer(
    port: int, targets: Sequence[str], rate: float, seconds: float, lines: int, *, in_turn: bool = True
) -> Load:
    """Offer so many requests a second, whether or not the ones before are answered.

    What comes when all ``lines`` connections wait for an answer is lost. They are used in turn, as those of many clients
    are, or always the one that was answered last, as some proxies do.
    """
    load, requests, done = Load(), _requests(targets), asyncio.Event()
    every = [await _connect(port) for _ in range(lines)]
    free, asked, loop = deque(every), 0, asyncio.get_running_loop()
    count, start = int(rate * seconds), time.monotonic()

    def send() -> None:
        nonlocal asked
        while asked < count and start + asked / rate <= time.monotonic():
            asked += 1
            if not free:
                load.statuses[0] += 1
                continue
            line = free.popleft() if in_turn else free.pop()
            line.ask(next(requests), lambda status, line=line: then(line, status))  # type: ignore[misc]
        if asked < count:
            loop.call_later(max(0.0, start + asked / rate - time.monotonic()), send)
        elif load.statuses.total() == count:
            done.set()

    def then(line: _Line, status: int) -> None:
        load.statuses[status] += 1
        free.append(line)
        if load.statuses.total() == count:
            done.set()

    send()
    await _end(load, done, start, seconds, lambda: count - load.statuses.total())
    for line in every:
        line.close()
    return load


async def _end(load: Load, done: asyncio.Event, start: float, seconds: float, missing: Callable[[], int]) -> None:
    """Wait for the last answers."""
    try:
        await asyncio.wait_for(done.wait(), seconds + _PATIENCE)
    except TimeoutError:
        load.statuses[0] += missing()
    load.seconds = time.monotonic() - start
