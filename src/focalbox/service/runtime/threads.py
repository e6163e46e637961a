"""Runs blocking work that may hang, each kind in threads of its own, so that it delays neither other work nor the exit.

asyncio's own threads (`asyncio.to_thread`) are few, and all of its users share them: what hangs in one place would stop the
others. Nor does the process end before they do.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from queue import SimpleQueue
from typing import TypeVar, TypeVarTuple

from focalbox.errors import Overloaded

if sys.platform == "win32":  # what asyncio itself takes
    from asyncio import ProactorEventLoop as _Basis
else:
    from asyncio import SelectorEventLoop as _Basis

__all__ = ["Loop", "Threads"]

_MAX_OTHERS = 64
"""Pieces of work at once that libraries give to asyncio's own threads: asyncio starts at most half as many."""

_T = TypeVar("_T")
_Arguments = TypeVarTuple("_Arguments")


def _work_off(queue: SimpleQueue[Callable[[], None] | None]) -> None:
    """Do one piece of work after another, until there is None."""
    while (work := queue.get()) is not None:
        work()
        del work


class Threads:
    """Runs a number of pieces of work at once; abandoned work counts until it ends.

    Parameters
    ----------
    limit : int
        Threads.
    what : str
        What each of them does, in the plural, for messages.
    waits : bool
        Whether work waits for a free thread, in the order of arrival, where it would be refused.

    Examples
    --------
    >>> asyncio.run(Threads(1, "sums").run(lambda: 2 + 2))
    4
    """

    def __init__(self, limit: int, what: str, *, waits: bool = False) -> None:
        self._free, self._what, self._waits = threading.BoundedSemaphore(limit), what, waits
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._abandoned: list[threading.Event] = []
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._idle, self._started = threading.Semaphore(0), 0  # threads: starting one takes longer than most work

    def __del__(self) -> None:
        """Let its threads end."""
        for _ in range(self._started):
            self._queue.put(None)

    @property
    def hang(self) -> bool:
        """Whether work that nobody waits for any more has not ended."""
        self._abandoned = [ended for ended in self._abandoned if not ended.is_set()]
        return bool(self._abandoned)

    async def run(self, work: Callable[[], _T]) -> _T:
        """Return what the work returns.

        Raises
        ------
        Overloaded
            When all threads are taken, or the system gives no more.
        """
        await self._take()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_T] = loop.create_future()
        ended = threading.Event()

        def tell(result: Callable[[], object]) -> None:
            if not done.done():
                result()
            self._call_next()

        def run() -> None:
            try:
                result: Callable[[], object] = partial(done.set_result, work())
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                result = partial(done.set_exception, error)
            ended.set()
            self._idle.release()  # before it is told: whoever waited for it may have the next piece at once
            self._free.release()
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(tell, result)
            del result  # an error holds this frame

        if not self._idle.acquire(blocking=False):
            try:
                threading.Thread(target=_work_off, args=(self._queue,), daemon=True).start()
            except RuntimeError as error:
                self._free.release()
                self._call_next()
                raise self._refusal() from error
            self._started += 1
        self._queue.put(run)
        try:
            return await done
        except asyncio.CancelledError:
            self._abandoned.append(ended)
            raise

    async def _take(self) -> None:
        while not self._free.acquire(blocking=False):
            if not self._waits:
                raise self._refusal()
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.cancelled():
                    self._waiting = deque(other for other in self._waiting if other is not turn)
                else:
                    self._call_next()
                raise

    def _call_next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _refusal(self) -> Overloaded:
        return Overloaded(f"too many {self._what} at once: try again later")


class Loop(_Basis):
    """An event loop that waits for no thread when it ends.

    asyncio looks up the names of hosts in threads of its own, such as Redis's, and the process waits for them at its end:
    where the name service hangs, for minutes.
    """

    _others = Threads(_MAX_OTHERS, "look-ups")

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Arguments], _T], *args: *_Arguments
    ) -> asyncio.Future[_T]:
        """Run a function in a thread; see asyncio."""
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        return self.create_task(self._others.run(partial(func, *args)))
