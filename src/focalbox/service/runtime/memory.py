"""A memory budget for the pictures being worked on: work waits until its memory is free."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from focalbox.amounts import show_bytes
from focalbox.errors import LimitExceeded, Overloaded

__all__ = ["MemoryBudget", "capacity_for"]

_RECEIVING = 4
"""Divisor of the budget: this part of it is for files that are being received, the rest for pixels."""


def capacity_for(size: int) -> int:
    """Return the smallest capacity of a `MemoryBudget` in which work of so many bytes fits.

    Examples
    --------
    >>> capacity_for(750)
    1000
    """
    return -(-size * _RECEIVING // (_RECEIVING - 1))


class MemoryBudget:
    """Lets work begin when its estimated memory fits, in the order of arrival.

    Parameters
    ----------
    capacity : int
        Bytes.

    Examples
    --------
    >>> async def work():
    ...     budget = MemoryBudget(1000)
    ...     async with budget.hold(500):
    ...         return budget.used
    >>> asyncio.run(work())
    500
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity - capacity // _RECEIVING
        self._receive_capacity = capacity // _RECEIVING
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self.used, self.received = 0, 0

    @asynccontextmanager
    async def hold(self, size: int) -> AsyncIterator[None]:
        """Wait until the bytes are free, and take them while the context lasts.

        Raises
        ------
        LimitExceeded
            When they are more than the whole budget.
        """
        if size > self._capacity:
            message = (
                f"a picture and its results may take at most {show_bytes(self._capacity)} of memory, "
                f"but these take about {show_bytes(size)}"
            )
            raise LimitExceeded(message)
        if self._waiting or self.used + size > self._capacity:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((size, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._free(size)
                else:
                    self._waiting = deque(entry for entry in self._waiting if entry[1] is not turn)
                    self._let_in()
                raise
        else:
            self.used += size
        try:
            yield
        finally:
            self._free(size)

    @contextmanager
    def occupy(self, size: int) -> Iterator[None]:
        """Count bytes while the context lasts, without waiting: for what is small, or made of bytes already counted."""
        self.used += size
        try:
            yield
        finally:
            self._free(size)

    def occupy_while(self, owner: object, size: int) -> None:
        """Count the bytes of an object until nothing refers to it; to be called in the event loop."""
        self.used += size
        weakref.finalize(owner, _soon, asyncio.get_running_loop(), self._free, size).atexit = False

    @contextmanager
    def receiving(self) -> Iterator[ReceivedBytes]:
        """Count the bytes of one file that is being received, until the context ends."""
        received = ReceivedBytes(self)
        try:
            yield received
        finally:
            self.received -= received.size

    def receive(self, received: ReceivedBytes, size: int) -> None:
        """Count so many more bytes of a file.

        Raises
        ------
        Overloaded
            When all such files together are larger than their part of the budget.
        """
        if self.received + size > self._receive_capacity:
            message = "too many large files are being received: try again later"
            raise Overloaded(message)
        self.received += size
        received.size += size

    def _free(self, size: int) -> None:
        self.used -= size
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self.used + self._waiting[0][0] <= self._capacity:
            size, turn = self._waiting.popleft()
            if not turn.done():
                self.used += size
                turn.set_result(None)


class ReceivedBytes:
    """The bytes of one file so far."""

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget, self.size = budget, 0

    def add(self, size: int) -> None:
        """Count so many more; errors as in `MemoryBudget.receive`."""
        self._budget.receive(self, size)


def _soon(loop: asyncio.AbstractEventLoop, free: Callable[[int], None], size: int) -> None:
    """Free bytes in the event loop, from any thread; does nothing when the loop is closed."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(free, size)
