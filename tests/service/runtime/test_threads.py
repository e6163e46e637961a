"""Threads for work that may hang: bounded, and given up without being forgotten."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from focalbox.errors import Overloaded
from focalbox.service.runtime.threads import Loop, Threads
from service.servers import SECONDS, Running


async def _end_of_what_hangs(threads: Threads) -> None:
    async with asyncio.timeout(SECONDS):
        while threads.hang:  # noqa: ASYNC110 - it is a thread that ends
            await asyncio.sleep(0)


def test_work_that_hangs_is_given_up_and_counts_until_it_ends() -> None:
    threads, hold, ended = Threads(1, "pictures"), threading.Event(), threading.Event()

    async def work() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await threads.run(partial(hold.wait, SECONDS))
        with pytest.raises(Overloaded, match="too many"):
            await threads.run(ended.set)
        hold.set()
        await _end_of_what_hangs(threads)
        await threads.run(ended.set)

    asyncio.run(work())
    assert ended.is_set()


def test_work_may_wait_in_line_for_a_thread() -> None:
    threads, hold, order = Threads(1, "uses", waits=True), threading.Event(), list[int]()

    async def work() -> None:
        first = asyncio.ensure_future(threads.run(lambda: hold.wait(SECONDS)))
        await asyncio.sleep(0)
        later = [asyncio.ensure_future(threads.run(lambda number=number: order.append(number))) for number in range(4)]  # type: ignore[misc]
        await asyncio.sleep(0)
        later[1].cancel()
        hold.set()
        await first
        await asyncio.gather(*later, return_exceptions=True)

    asyncio.run(work())
    assert order == [0, 2, 3], "in the order of arrival, and without the one that was given up before its turn"


def test_whoever_is_given_up_at_its_turn_passes_it_on() -> None:
    threads, hold = Threads(1, "uses", waits=True), threading.Event()

    async def work() -> str:
        first = asyncio.ensure_future(threads.run(lambda: hold.wait(SECONDS)))
        await asyncio.sleep(0)
        second, third = (asyncio.ensure_future(threads.run(lambda: "done")) for _ in range(2))
        await asyncio.sleep(0)
        first.add_done_callback(lambda _: asyncio.get_running_loop().call_soon(second.cancel))
        hold.set()
        return await asyncio.wait_for(third, SECONDS)

    assert asyncio.run(work()) == "done"


def test_what_hangs_is_told_until_it_ends() -> None:
    threads, hold = Threads(1, "pictures"), threading.Event()

    async def work() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await threads.run(partial(hold.wait, SECONDS))
        told.append(threads.hang)
        hold.set()
        await _end_of_what_hangs(threads)

    told = [threads.hang]
    asyncio.run(work())
    assert [*told, threads.hang] == [False, True, False]


def test_a_thread_is_used_again_and_ends_with_its_owner() -> None:
    async def work(threads: Threads) -> set[threading.Thread]:
        return {await threads.run(threading.current_thread) for _ in range(20)}

    (thread,) = asyncio.run(work(Threads(3, "pictures")))
    thread.join(SECONDS)
    assert not thread.is_alive()


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


def test_no_loop_waits_at_its_end_for_what_asyncio_does_in_threads() -> None:
    hold, begun, ended = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        hold.wait(SECONDS)
        ended.set()

    async def work() -> int:
        hanging = asyncio.ensure_future(asyncio.to_thread(hang))
        await asyncio.to_thread(begun.wait, SECONDS)
        hanging.cancel()
        return await asyncio.to_thread(lambda: 7)

    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(work()) == 7
    assert not ended.is_set()
    hold.set()


HANGING = """
import socket, threading
look_up = socket.getaddrinfo

def hang(host, *more, **options):
    if host == "cache.example":
        threading.Event().wait()
    return look_up(host, *more, **options)

socket.getaddrinfo = hang
"""
"""A name service that hangs for one name, as Python sees it."""


@pytest.mark.slow
def test_stopping_does_not_wait_for_the_name_of_a_cache(
    running: Callable[..., Running], pictures: Path, tmp_path: Path
) -> None:
    pytest.importorskip("redis")
    (tmp_path / "sitecustomize.py").write_text(HANGING)
    searched = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    started = running(
        "--root", str(pictures), "--allow-unsigned", "--cache", "redis://cache.example:6379/0", PYTHONPATH=searched
    )
    assert b" 200 " in started.get("/v1/crop/60x40/coffee.jpg")
    assert started.stop() == 0
