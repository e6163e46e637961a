"""The work pool: it limits the pictures at work and the requests that wait, and refuses the rest.

Threads, not processes: decoding, resizing, encoding (Pillow) and looking (onnxruntime) let go of Python's lock, and a
working image would cost more to send to another process than to cut. Planning (NumPy, on small arrays) and HTTP hold it,
so threads alone do not fill all processors (`--workers`).
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from focalbox.errors import Overloaded

__all__ = ["Pool"]

_T = TypeVar("_T")


class Pool:
    """Bounded work.

    Parameters
    ----------
    at_work : int
        Threads.
    waiting : int
        Further requests that may wait for a thread.
    """

    def __init__(self, at_work: int, waiting: int) -> None:
        self._executor = ThreadPoolExecutor(at_work, thread_name_prefix="focalbox")
        self._most = at_work + waiting
        self.admitted = 0

    def check(self) -> None:
        """Raise `Overloaded` when no further request would be admitted."""
        if self.admitted >= self._most:
            message = f"at most {self._most} requests are worked on at once: try again later"
            raise Overloaded(message)

    @contextmanager
    def admission(self) -> Iterator[None]:
        """Admit a request while the context lasts.

        Raises
        ------
        Overloaded
            When the limit is reached.
        """
        self.check()
        self.admitted += 1
        try:
            yield
        finally:
            self.admitted -= 1

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do work on a thread; work that is cancelled before its turn is never begun."""
        run = contextvars.copy_context().run  # so that stages know their request
        return await asyncio.wrap_future(self._executor.submit(run, work))

    def close(self) -> None:
        """Let running work finish, and drop work that waits."""
        self._executor.shutdown(wait=True, cancel_futures=True)
