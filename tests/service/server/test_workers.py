"""Several processes on one socket: all serve, count together, are replaced, and stop together."""

from __future__ import annotations

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.server.workers import Starts, processors_of
from service.servers import SECONDS, Running

PROCESSORS = len(os.sched_getaffinity(0))

COUNTED = re.compile(rb'focalbox_requests_total\{answer="crop",dialect="native",status="200"\} ([0-9.]+)')


def _workers(running: Running) -> list[int]:
    found = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text("ascii")
    return [int(word) for word in found.split()]


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(("memory", "processes"), [("600M", 1), ("64G", PROCESSORS)])
def test_without_a_number_there_is_a_process_for_each_processor_as_far_as_memory_allows(
    running: Callable[..., Running], memory: str, processes: int
) -> None:
    started = running("--allow-unsigned", FOCALBOX_SERVICE_WORKERS="0", FOCALBOX_MEMORY=memory)
    assert len(_workers(started)) == (processes if processes > 1 else 0)  # a single process has no parent above it
    assert started.stop() == 0


def test_two_workers_count_together_and_stop_together(running: Callable[..., Running], pictures: Path) -> None:
    started = running("--root", str(pictures), "--allow-unsigned", "--workers", "2")
    for side in range(20, 40):
        assert started.get(f"/v1/crop/{side}x20/coffee.jpg").startswith(b"HTTP/1.1 200")
    for _ in range(5):
        counted = COUNTED.search(started.get("/metrics"))
        assert counted is not None
        assert float(counted[1]) == 20, "every process reports the sum"
    assert started.get("/readyz").startswith(b"HTTP/1.1 200")
    workers = _workers(started)
    assert len(workers) == 2
    assert started.stop() == 0
    assert not any(map(_alive, workers))


def test_a_worker_that_is_killed_is_replaced(running: Callable[..., Running]) -> None:
    started = running("--allow-unsigned", "--workers", "2")
    killed = _workers(started)[0]
    os.kill(killed, signal.SIGKILL)
    until = time.monotonic() + SECONDS
    while killed in _workers(started) or len(_workers(started)) < 2:
        assert time.monotonic() < until
        assert started.get("/healthz").startswith(b"HTTP/1.1 200"), "the other one serves meanwhile"
    assert started.stop() == 0


def test_a_worker_that_stops_by_itself_leaves_the_socket_to_the_others(running: Callable[..., Running]) -> None:
    started = running("--allow-unsigned", "--workers", "2")
    told = _workers(started)[0]
    os.kill(told, signal.SIGTERM)
    until = time.monotonic() + SECONDS
    while told in _workers(started) or len(_workers(started)) < 2:
        assert time.monotonic() < until
        assert started.get("/healthz").startswith(b"HTTP/1.1 200")
    assert started.get("/readyz").startswith(b"HTTP/1.1 200")
    assert started.stop() == 0


def test_workers_end_with_their_parent(running: Callable[..., Running]) -> None:
    started = running("--allow-unsigned", "--workers", "2")
    workers = _workers(started)
    started.process.kill()
    started.process.wait(SECONDS)
    until = time.monotonic() + SECONDS
    while any(map(_alive, workers)):
        assert time.monotonic() < until, "a worker outlived its parent"


@pytest.mark.skipif(PROCESSORS < 2, reason="there is one processor")
def test_each_worker_has_processors_of_its_own_and_so_has_its_successor(running: Callable[..., Running]) -> None:
    started, every = running("--allow-unsigned", "--workers", "2"), os.sched_getaffinity(0)
    workers = _workers(started)
    until = time.monotonic() + SECONDS
    while every in (kept := list(map(os.sched_getaffinity, workers))):
        assert time.monotonic() < until
    assert not kept[0] & kept[1]
    assert kept[0] | kept[1] == every
    os.kill(workers[0], signal.SIGKILL)
    while kept[0] not in [os.sched_getaffinity(worker) for worker in _workers(started) if worker not in workers]:
        assert time.monotonic() < until


@given(count=st.integers(1, 70), processors=st.sets(st.integers(0, 300), max_size=70))
def test_every_processor_is_one_workers(count: int, processors: set[int]) -> None:
    kept = [list(processors_of(place, count, sorted(processors))) for place in range(count)]
    if len(processors) < count:
        assert kept == [sorted(processors)] * count
    else:
        assert sorted(itertools.chain(*kept)) == sorted(processors)
        assert max(map(len, kept)) - min(map(len, kept)) <= 1


ENDING = """
import os, signal, sys
from focalbox.service.server.workers import Starts, supervise

def work(place, all_stop):
    os.write(1, b".")
    if sys.argv[1] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return 2

sys.exit(supervise(1, work, lambda worker, place: False, lambda: None))
"""


@pytest.mark.parametrize(("how", "code", "starts"), [("wrong", 2, "."), ("killed", 1, "...")])
def test_workers_that_cannot_start_are_not_started_again_and_again(how: str, code: int, starts: str) -> None:
    ending = [sys.executable, "-c", ENDING, how]
    ended = subprocess.run(ending, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (ended.returncode, ended.stdout) == (code, starts)


def test_workers_that_have_served_are_replaced_however_soon_they_are_killed(running: Callable[..., Running]) -> None:
    started = running("--allow-unsigned", "--workers", "2")
    for _ in range(3):  # more than may fail to start
        assert started.get("/readyz").startswith(b"HTTP/1.1 200"), "one of them at least has served"
        killed, until = set(_workers(started)), time.monotonic() + SECONDS
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        while killed & set(_workers(started)):
            assert time.monotonic() < until
    assert started.get("/readyz").startswith(b"HTTP/1.1 200")
    assert started.stop() == 0


OTHERS = """
import os, pathlib, signal, subprocess, sys, time
from focalbox.service.server.workers import supervise

other = subprocess.Popen(["cat"], stdin=subprocess.PIPE)  # as a script may have started before it became this process

def work(place, all_stop):
    os.kill(other.pid, signal.SIGKILL)
    while pathlib.Path(f"/proc/{other.pid}").exists():  # until the process above has noticed its end
        time.sleep(0.01)
    os.kill(os.getppid(), signal.SIGTERM)
    while True:
        signal.pause()

sys.exit(supervise(1, work, lambda worker, place: print(worker != other.pid, place), lambda: None))
"""


def test_the_end_of_another_process_is_no_workers() -> None:
    ended = subprocess.run([sys.executable, "-c", OTHERS], capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "True 0\n", "")


@given(st.integers(1, 64))
def test_one_of_the_processes_that_serve_is_the_last(count: int) -> None:
    starts = Starts(count)
    assert [starts.serve(number % count) for number in range(count + 2)] == [False] * (count - 1) + [True, False, False]
    assert all(starts.end(place) for place in range(count))
    assert not any(starts.end(place) for place in range(count))


def test_reasons_are_told_once_however_many_and_long_they_are() -> None:
    starts = Starts(2)
    assert starts.reasons() == []
    for _ in range(50):
        starts.fail("the model\nis not there: " + "x" * 10_000)
    (reason,) = starts.reasons()
    assert reason.startswith("the model is not there: xxx")


def _refused(*arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "focalbox", "serve", "--allow-unsigned", "--workers", "2", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert run.returncode == 2, run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr


def test_what_keeps_workers_from_starting_is_said_in_a_sentence() -> None:
    assert "a cache is memory" in _refused("--port", "0", "--cache", "redis://[x")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "cannot listen" in _refused("--port", str(taken.getsockname()[1]))
