"""Single flight: once for all who wait, dropped with the last, failures for everybody."""

from __future__ import annotations

import asyncio

from focalbox.service.runtime.single_flight import SingleFlight


def test_all_who_wait_get_one_result() -> None:
    runs = 0

    async def work() -> int:
        nonlocal runs
        runs += 1
        mine = runs
        await asyncio.sleep(0)
        return mine

    async def ask() -> list[int]:
        flight = SingleFlight()
        found = await asyncio.gather(*(flight.run("a", work) for _ in range(5)), flight.run("b", work))
        return [*found, len(flight)]

    assert asyncio.run(ask()) == [1, 1, 1, 1, 1, 2, 0]


def test_it_is_dropped_with_the_last_who_waits_and_not_before() -> None:
    async def ask() -> tuple[bool, bool]:
        flight, begun, ended = SingleFlight(), asyncio.Event(), asyncio.Event()

        async def work() -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        first, second = (asyncio.ensure_future(flight.run("a", work)) for _ in range(2))
        await begun.wait()
        first.cancel()
        await asyncio.wait([first])
        before = ended.is_set()
        second.cancel()
        await asyncio.wait([second])
        await ended.wait()
        return before, len(flight) == 0

    assert asyncio.run(ask()) == (False, True)


def test_a_failure_is_everybodys_and_the_next_one_begins_anew() -> None:
    async def fail() -> int:
        await asyncio.sleep(0)
        message = "no"
        raise ValueError(message)

    async def fine() -> int:
        return 7

    async def ask() -> int:
        flight = SingleFlight()
        failed = await asyncio.gather(flight.run("a", fail), flight.run("a", fail), return_exceptions=True)
        assert [str(error) for error in failed] == ["no", "no"]
        return await flight.run("a", fine)

    assert asyncio.run(ask()) == 7
