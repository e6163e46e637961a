"""Threads for work that may hang: bounded, and given up without being forgotten."""

from __future__ import annotations

import asyncio
import threading

import pytest

from focalbox.errors import Overloaded
from focalbox.service.runtime.threads import Threads
from service.servers import SECONDS


def test_work_that_hangs_is_given_up_and_counts_until_it_ends() -> None:
    threads, hold, ended = Threads(1, "pictures"), threading.Event(), threading.Event()

    hanging: list[threading.Thread] = []

    def hang() -> None:
        hanging.append(threading.current_thread())
        hold.wait(SECONDS)

    async def work() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await threads.run(hang)
        with pytest.raises(Overloaded, match="too many"):
            await threads.run(ended.set)
        hold.set()
        hanging[0].join(SECONDS)
        await threads.run(ended.set)

    asyncio.run(work())
    assert ended.is_set()


def test_what_work_raises_is_raised() -> None:
    def fail() -> None:
        message = "no"
        raise ValueError(message)

    with pytest.raises(ValueError, match="no"):
        asyncio.run(Threads(1, "pictures").run(fail))


def test_a_system_that_gives_no_threads_takes_none_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads are the system's: it is told to give none, as where a container may have no further ones."""

    def refuse(_: threading.Thread) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    threads = Threads(1, "pictures")
    with monkeypatch.context() as system:
        system.setattr(threading.Thread, "start", refuse)
        with pytest.raises(Overloaded, match="too many pictures at once"):
            asyncio.run(threads.run(int))
    assert asyncio.run(threads.run(int)) == 0
