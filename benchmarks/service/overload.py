"""The service under more than it can do: goodput at four times capacity, two processes beside one, and silent sockets."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.service.soak import ask, make_pictures, wait_for_port

CONNECTIONS = 8
"""Requests at once at capacity: as in `benchmarks.service`."""
TIMES = 4
"""How many times capacity is asked for in overload."""
GOODPUT = 0.9
"""Least share of the goodput at capacity that is left in overload."""
WORKERS = 1.8
"""Least times the requests of one process that two on two processors answer."""
SILENT, FILES = 1300, 1024
"""Half-open sockets, and files that the service may open."""
ASKED, LATE = 300, 0.1
"""Requests beside the silent sockets, and seconds in which 99 of 100 are answered."""
_OK, _BUSY = 200, 503
_PAUSE = 0.02
"""Seconds after which a refused client asks again."""


def main() -> None:
    """Measure all three and print a line of JSON each; exit 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="how long each load lasts")
    parser.add_argument("--only", choices=["goodput", "workers", "silent"], help="measure only this")
    arguments = parser.parse_args()
    measures: dict[str, Callable[[Path, float], Coroutine[Any, Any, dict[str, object]]]] = {
        "goodput": goodput,
        "workers": workers,
        "silent": silent,
    }
    fine = True
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        make_pictures(root)
        for measure, work in measures.items():
            if arguments.only in {None, measure}:
                found = asyncio.run(work(root, arguments.seconds))
                print(json.dumps({"measure": measure, **found}))
                fine &= bool(found["fine"])
    sys.exit(0 if fine else 1)


async def goodput(root: Path, seconds: float) -> dict[str, object]:
    """Compare the crops a second at capacity with those at four times as many clients."""
    async with _serving(root, "--cache", "none", "--waiting", str(CONNECTIONS)) as port:
        at_capacity = await _per_second(port, CONNECTIONS, seconds)
        overloaded = await _per_second(port, TIMES * CONNECTIONS, seconds)
    share = overloaded / at_capacity
    return {"capacity": at_capacity, "overloaded": overloaded, "share": share, "fine": share >= GOODPUT}


async def workers(root: Path, seconds: float) -> dict[str, object]:
    """Compare the crops a second of two processes with those of one, each of one thread, and of one with two threads.

    The asking takes processor time from the same machine: on two processors it bounds what two processes can show.
    """
    found = {}
    for name, processes, threads in (("one", 1, 1), ("two", 2, 1), ("one_of_two_threads", 1, 2)):
        async with _serving(root, "--workers", str(processes), "--at-work", str(threads)) as port:
            found[name] = await _per_second(port, CONNECTIONS, seconds)
    times = found["two"] / found["one"]
    return {**found, "times": times, "fine": times >= WORKERS}


async def silent(root: Path, _seconds: float) -> dict[str, object]:
    """Time requests beside 1,300 sockets that say half a line or nothing."""
    with _files(SILENT + FILES):
        async with _serving(root, limit=FILES) as port:
            writers = []
            for number in range(SILENT):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                if number % 2:
                    writer.write(b"GET / HTTP/1.1\r\nHost: ")
                writers.append(writer)
            took = []
            for _ in range(ASKED):
                start = time.perf_counter()
                status, _, _ = await ask(port, "/healthz")
                took.append(time.perf_counter() - start if status == _OK else float("inf"))
            for writer in writers:
                writer.close()
    late = statistics.quantiles(took, n=100)[-1]
    return {"p50": statistics.median(took), "p99": late, "fine": late < LATE}


async def _per_second(port: int, clients: int, seconds: float) -> float:
    """Return how many crops a second are answered to so many clients that ask without a pause."""
    stop, answered = time.monotonic() + seconds, 0

    async def client(number: int) -> None:
        nonlocal answered
        at = number
        while time.monotonic() < stop:
            at += clients
            side = 100 + at % 200
            name = ("astronaut", "chelsea", "coffee", "rocket")[at % 4]
            status, _, _ = await ask(port, f"/v1/crop/{side}x{side}/{name}.jpg")
            answered += status == _OK
            if status == _BUSY:
                await asyncio.sleep(_PAUSE)

    await asyncio.gather(*map(client, range(clients)))
    return answered / seconds


@asynccontextmanager
async def _serving(root: Path, *arguments: str, limit: int | None = None) -> AsyncIterator[int]:
    command = [sys.executable, "-m", "focalbox", "serve", "--root", str(root), "--allow-unsigned", "--port", "0"]

    def set_port() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    process = subprocess.Popen(  # noqa: ASYNC220 - started once, before anything is measured
        [*command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=set_port,  # noqa: PLW1509 - sets a number, and takes no lock
    )
    try:
        port = wait_for_port(process)
        await ask(port, "/readyz")
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _files(most: int) -> Iterator[None]:
    """Let this process open so many files, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(most, hard)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


if __name__ == "__main__":
    main()
