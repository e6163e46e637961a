"""The work pool: so many at work, so many waiting, and a refusal beyond."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack

import pytest

from focalbox.errors import Overloaded
from focalbox.service.runtime.pool import Pool


def test_as_many_are_admitted_as_may_work_and_wait() -> None:
    pool = Pool(2, 3)
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(pool.admission())
        with pytest.raises(Overloaded, match="at most 5 requests are worked on at once"):
            pool.check()
        with pytest.raises(Overloaded), pool.admission():
            pass
        assert pool.admitted == 5
    assert pool.admitted == 0
    pool.check()


def test_a_request_that_fails_leaves_its_place() -> None:
    pool = Pool(1, 0)
    with pytest.raises(KeyError), pool.admission():
        raise KeyError
    assert pool.admitted == 0


def test_no_more_is_done_at_once_than_there_are_threads() -> None:
    pool, lock = Pool(2, 10), threading.Lock()
    together, most, full = 0, 0, threading.Event()

    def work() -> str:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
            if together == 2:
                full.set()
        assert full.wait(10)
        with lock:
            together -= 1
        return threading.current_thread().name

    async def all_of_it() -> list[str]:
        return list(await asyncio.gather(*(pool.run(work) for _ in range(8))))

    names = asyncio.run(all_of_it())
    pool.close()
    assert most == 2
    assert all(name.startswith("focalbox") for name in names)


def test_work_that_is_cancelled_before_its_turn_is_never_begun() -> None:
    pool, gate, begun = Pool(1, 10), threading.Event(), list[int]()

    async def all_of_it() -> None:
        first = asyncio.ensure_future(pool.run(lambda: gate.wait(10)))
        second = asyncio.ensure_future(pool.run(lambda: begun.append(2)))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        gate.set()  # only now: a thread that became free before the loop had cancelled the second would have begun it
        assert await first

    asyncio.run(all_of_it())
    pool.close()
    assert begun == []
