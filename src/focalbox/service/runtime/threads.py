"""Runs blocking work that may hang, each piece in its own thread, so that it delays neither other work nor the exit."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from focalbox.errors import Overloaded

__all__ = ["Threads"]

_T = TypeVar("_T")


class Threads:
    """Runs a number of pieces of work at once; abandoned work counts until it ends.

    Parameters
    ----------
    limit : int
        Threads.
    what : str
        What each of them does, in the plural, for messages.

    Examples
    --------
    >>> asyncio.run(Threads(1, "sums").run(lambda: 2 + 2))
    4
    """

    def __init__(self, limit: int, what: str) -> None:
        self._free, self._what = threading.BoundedSemaphore(limit), what

    async def run(self, work: Callable[[], _T]) -> _T:
        """Return what the work returns.

        Raises
        ------
        Overloaded
            When all threads are taken, or the system gives no more.
        """
        message = f"too many {self._what} at once: try again later"
        if not self._free.acquire(blocking=False):
            raise Overloaded(message)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_T] = loop.create_future()

        def tell(result: Callable[[], None]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(lambda: None if done.done() else result())

        def run() -> None:
            try:
                found = work()
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                tell(lambda error=error: done.set_exception(error))  # type: ignore[misc]
            else:
                tell(lambda: done.set_result(found))
            finally:
                self._free.release()

        try:
            threading.Thread(target=run, daemon=True).start()
        except RuntimeError as error:
            self._free.release()
            raise Overloaded(message) from error
        return await done
