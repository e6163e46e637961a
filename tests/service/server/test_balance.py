"""Processes that accept from one socket share its connections."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from focalbox.service.server.balance import Balance, Share
from focalbox.service.server.listening import Listening
from service.servers import SECONDS, Running


class Clock:
    """Time that only passes while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def shares(clock: Clock, *counts: int) -> list[Share]:
    memory = memoryview(bytearray(4 * len(counts))).cast("I")
    made = [Share(memory, place, clock, clock.sleep) for place in range(len(counts))]
    for share, count in zip(made, counts, strict=True):
        share.enter()
        share.count(count)
    return made


def test_who_has_more_waits_a_moment_and_who_has_fewer_does_not(clock: Clock) -> None:
    many, few = shares(clock, 5, 2)
    assert few.may_accept()
    assert clock.now == 100.0
    assert not many.may_accept()
    assert 100.0 < clock.now < 100.001


def test_a_difference_of_one_is_none(clock: Clock) -> None:
    assert all(share.may_accept() for share in shares(clock, 3, 2))


def test_who_has_more_accepts_when_the_other_does_not(clock: Clock) -> None:
    many, _ = shares(clock, 5, 2)
    tries = 0
    while not many.may_accept():
        tries += 1
        assert tries < 20
    assert clock.now < 100.003
    assert many.may_accept(), "and at once for a while"
    clock.now += 1.0
    assert not many.may_accept()


def test_a_process_that_does_not_accept_is_not_waited_for(clock: Clock) -> None:
    many, few = shares(clock, 5, 2)
    few.leave()
    few.count(1)  # a connection that ends meanwhile
    assert many.may_accept()


def test_a_process_that_has_not_started_is_not_waited_for() -> None:
    first = Balance(2).share(0)
    first.enter()
    first.count(9)
    assert first.may_accept()


async def _waits(share: Share, then: Callable[[], None]) -> None:
    """Check that a process waits for all, until something happens."""
    waiting = asyncio.ensure_future(share.wait_for_all(lambda: False))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    then()
    await asyncio.wait_for(waiting, SECONDS)


def test_who_has_started_first_waits_for_the_others_once() -> None:
    balance = Balance(2)
    first, second = balance.share(0), balance.share(1)
    first.enter()
    asyncio.run(_waits(first, second.enter))
    second.leave()  # it ends, and the first one is started anew
    asyncio.run(asyncio.wait_for(balance.share(0).wait_for_all(lambda: False), SECONDS))


def test_who_is_stopped_or_has_waited_long_waits_no_longer(clock: Clock) -> None:
    counts = memoryview(bytearray(b"\xff" * 8)).cast("I")
    first = Share(counts, 0, clock, clock.sleep, memoryview(bytearray(1)))
    first.enter()
    asyncio.run(asyncio.wait_for(first.wait_for_all(lambda: True), SECONDS))
    second = Share(counts, 0, clock, clock.sleep, memoryview(bytearray(1)))
    asyncio.run(_waits(second, lambda: clock.sleep(11.0)))


def test_a_connection_waits_for_another_process_while_this_one_may_not_accept() -> None:
    with Listening(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            listening.may_accept = lambda: False
            with pytest.raises(BlockingIOError):
                listening.accept()
            listening.may_accept = lambda: True
            accepted, _ = listening.accept()
            accepted.close()


def test_workers_on_one_socket_serve_while_one_is_stopped(running: Callable[..., Running]) -> None:
    """The other one has more connections, and does not wait long for one that is stuck."""
    started = running("--allow-unsigned", "--workers", "2")
    children = Path(f"/proc/{started.process.pid}/task/{started.process.pid}/children").read_text("ascii")
    stuck = int(children.split()[0])
    os.kill(stuck, signal.SIGSTOP)
    try:
        with ExitStack() as kept:
            for _ in range(20):
                line = kept.enter_context(socket.create_connection(("127.0.0.1", started.port), timeout=SECONDS))
                line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert line.recv(100).startswith(b"HTTP/1.1 200")
    finally:
        os.kill(stuck, signal.SIGCONT)
    assert started.stop() == 0
