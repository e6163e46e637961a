"""The memory budget: never exceeded, first come first served, nothing lost when somebody leaves."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import LimitExceeded, Overloaded
from focalbox.service.runtime.memory import MemoryBudget


@given(st.lists(st.tuples(st.integers(0, 75), st.integers(0, 3), st.booleans()), max_size=30))
def test_it_is_never_exceeded_and_always_given_back(jobs: list[tuple[int, int, bool]]) -> None:
    budget, peak = MemoryBudget(100), 0

    async def work(size: int, turns: int) -> None:
        nonlocal peak
        async with budget.hold(size):
            peak = max(peak, budget.used)
            for _ in range(turns):
                await asyncio.sleep(0)

    async def all_of_them() -> None:
        tasks = [asyncio.ensure_future(work(size, turns)) for size, turns, _ in jobs]
        await asyncio.sleep(0)
        for task, (_, _, leaves) in zip(tasks, jobs, strict=True):
            if leaves:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(all_of_them())
    assert peak <= 75
    assert budget.used == 0


def test_what_never_fits_is_refused_and_says_how_much_there_is() -> None:
    async def work() -> None:
        async with MemoryBudget(100).hold(76):
            pass

    with pytest.raises(LimitExceeded, match="75 bytes"):
        asyncio.run(work())


def test_a_large_one_is_not_overtaken_for_ever() -> None:
    order = []

    async def work(budget: MemoryBudget, name: str, size: int) -> None:
        async with budget.hold(size):
            order.append(name)
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        budget = MemoryBudget(100)
        await asyncio.gather(
            *(work(budget, name, size) for name, size in (("a", 40), ("large", 75), ("b", 1), ("c", 1)))
        )

    asyncio.run(all_of_them())
    assert order == ["a", "large", "b", "c"]


def test_files_being_received_have_a_share_of_their_own() -> None:
    budget = MemoryBudget(100)
    with budget.receiving() as first, budget.receiving() as second:
        first.add(20)
        with pytest.raises(Overloaded):
            second.add(6)
        second.add(5)
    assert budget.received == 0


def test_what_is_there_already_counts_until_it_is_gone() -> None:
    class Picture:
        """Anything that can be gone."""

    async def work() -> tuple[int, int, int]:
        budget, picture = MemoryBudget(100), Picture()
        budget.occupy_while(picture, 60)
        with budget.occupy(30):  # more than there is room for: it waits for nothing
            there = budget.used
        waiting = asyncio.ensure_future(hold(budget))
        await asyncio.sleep(0)
        assert not waiting.done()
        left = budget.used
        del picture
        await waiting
        return there, left, budget.used

    async def hold(budget: MemoryBudget) -> None:
        async with budget.hold(20):
            pass

    assert asyncio.run(work()) == (90, 60, 0)
