"""The service under more than it can do: goodput at four times capacity, two processes beside one, and silent sockets."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
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

from benchmarks.service.load import Load, keep_asking, offer
from benchmarks.service.soak import ask, make_pictures, wait_for_port

CONNECTIONS = 8
"""Requests at once at capacity: as in `benchmarks.service`."""
TIMES = 4
"""How many times the requests a second that are answered at capacity are offered in overload."""
GOODPUT = 0.9
"""Least share of the goodput at capacity that is left in overload."""
WORKERS = 1.8
"""Least times the requests of one process that two on two processors answer."""
SILENT, FILES = 1300, 1024
"""Half-open sockets, and files that the service may open."""
ASKED, LATE = 300, 0.1
"""Requests beside the silent sockets, and seconds in which 99 of 100 are answered."""
_WARM = 2.0
"""Seconds of load before two processes are compared: each has then looked at every picture."""
_OK, _BUSY = 200, 503
_TARGETS = [
    f"/v1/crop/{side}x{side}/{name}.jpg"
    for side in range(100, 300)
    for name in ("astronaut", "chelsea", "coffee", "rocket")
]


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
    """Compare the crops a second at capacity with those when four times as many are asked for.

    At capacity as many clients ask as are let in, each again as soon as it is answered. In overload requests come at four
    times that rate, whether or not the ones before are answered. The asking takes processor time from the same machine.
    """
    async with _serve(root, "--cache", "none", "--waiting", str(CONNECTIONS)) as (port, process):
        capacity, _ = await _measure(process, keep_asking(port, _TARGETS, CONNECTIONS, seconds))
        rate = TIMES * capacity.per_second()
        load, times = await _measure(process, offer(port, _TARGETS, rate, seconds))
    share = load.per_second() / capacity.per_second()
    return {
        "capacity": capacity.per_second(),
        "offered": rate,
        "overloaded": load.per_second(),
        "refused": load.per_second(_BUSY),
        "lost": load.statuses[0],
        **times,
        "share": share,
        "fine": share >= GOODPUT,
    }


async def workers(root: Path, seconds: float) -> dict[str, object]:
    """Compare the crops a second of two processes with those of one, each of one thread, and of one with two threads.

    The asking takes processor time from the same machine: on two processors it bounds what two processes can show.
    """
    found: dict[str, object] = {}
    rates = {}
    for name, processes, threads in (("one", 1, 1), ("two", 2, 1), ("one_of_two_threads", 1, 2)):
        async with _serve(root, "--workers", str(processes), "--at-work", str(threads)) as (port, process):
            await keep_asking(port, _TARGETS, CONNECTIONS, _WARM)
            load, times = await _measure(process, keep_asking(port, _TARGETS, 2 * CONNECTIONS, seconds))
        rates[name] = load.per_second()
        milliseconds = 1000 * times["processors"] / rates[name]
        found[name] = {"per_second": rates[name], "milliseconds": milliseconds, **times}
    ratio = rates["two"] / rates["one"]
    return {**found, "times": ratio, "fine": ratio >= WORKERS}


async def silent(root: Path, _seconds: float) -> dict[str, object]:
    """Time requests beside 1,300 sockets that say half a line or nothing."""
    with _files(SILENT + FILES):
        async with _serve(root, limit=FILES) as (port, _):
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


async def _measure(process: int, work: Coroutine[Any, Any, Load]) -> tuple[Load, dict[str, float]]:
    """Return what came of a load, and how many processors the service and the asking kept busy meanwhile."""
    start, served, asked = time.monotonic(), _processor_seconds(process), time.process_time()
    load = await work
    took = time.monotonic() - start
    busy = (_processor_seconds(process) - served) / took
    return load, {"processors": busy, "asking": (time.process_time() - asked) / took}


def _processor_seconds(process: int) -> float:
    """Return the processor time that a process and its children have taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(
        map(_processor_seconds, map(int, children))
    )


@asynccontextmanager
async def _serve(root: Path, *arguments: str, limit: int | None = None) -> AsyncIterator[tuple[int, int]]:
    """Run the service, and return its port and its process."""
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
        yield port, process.pid
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
