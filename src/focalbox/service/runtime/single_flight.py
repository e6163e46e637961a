"""Does work that several callers wait for once, and cancels it when no one waits any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["SingleFlight"]

_T = TypeVar("_T")


@dataclass(slots=True)
class _Job:
    """One piece of work and how many wait for it."""

    task: asyncio.Task[Any]
    waiting: int = 0


class SingleFlight:
    """Runs one piece of work at a time for each name; callers who ask for the same meanwhile get the same result."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}

    async def run(self, name: str, work: Callable[[], Awaitable[_T]]) -> _T:
        """Return the result of the work of this name, starting it when it is not under way.

        The work is cancelled when its last caller is.
        """
        job = self._jobs.get(name)
        if job is None:
            job = self._jobs[name] = _Job(asyncio.ensure_future(work()))
            job.task.add_done_callback(lambda _, job=job: self._forget(name, job))  # type: ignore[misc]
        job.waiting += 1
        try:
            result: _T = await asyncio.shield(job.task)
        finally:
            job.waiting -= 1
            if not job.waiting and not job.task.done():
                self._forget(name, job)
                job.task.cancel()
        return result

    def _forget(self, name: str, job: _Job) -> None:
        if self._jobs.get(name) is job:
            del self._jobs[name]
        if job.task.done() and not job.task.cancelled():
            job.task.exception()  # retrieved, even when no caller is left to see it

    def __len__(self) -> int:
        """Return how many pieces of work are under way."""
        return len(self._jobs)
