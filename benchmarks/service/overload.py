"""The service in overload: goodput at four times capacity, two processes compared with one, and silent sockets."""

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
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.service.load import PAGE, Load, keep_asking, offer
from benchmarks.service.soak import ask, make_pictures, wait_for_port
from benchmarks.tables import replace_between

CONNECTIONS = 8
"""Requests at once at capacity: as in `benchmarks.service`."""
ROUNDS = 5
"""Number of turns for each thing that is compared."""
TIMES = 4
"""How many times the requests a second that are answered at capacity are offered in overload."""
LINES = 64
"""Connections that overload comes in on."""
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


@dataclass
class Measured:
    """What came of some loads, and the processor time that it took.

    Parameters
    ----------
    seconds, served, asked : float
        How long they lasted, and the processor time of the service and of the asking meanwhile.
    statuses : Counter of int
        Answers by status.
    """

    seconds: float = 0.0
    served: float = 0.0
    asked: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)

    async def add(self, process: int, work: Coroutine[Any, Any, Load]) -> None:
        """Let a load run, and add what comes of it."""
        served, asked = _processor_seconds(process), time.process_time()
        load = await work
        self.seconds += load.seconds
        self.served += _processor_seconds(process) - served
        self.asked += time.process_time() - asked
        self.statuses += load.statuses

    def per_second(self, status: int = _OK) -> float:
        """Answers of a status a second."""
        return self.statuses[status] / self.seconds

    def to_dict(self) -> dict[str, float]:
        """Return crops a second, processors that were busy, and milliseconds of processor time a crop."""
        return {
            "per_second": self.per_second(),
            "processors": self.served / self.seconds,
            "asking": self.asked / self.seconds,
            "milliseconds": 1000 * self.served / self.statuses[_OK],
        }


_SENTENCES = {
    "goodput": (
        f"At {TIMES} times the rate of requests that the service can answer, it makes {{share:.2f}} times as many crops a"
        " second as at capacity, and refuses the other requests with 503, when they come on all connections in turn, as"
        " from many clients; {last:.2f} times as many when each comes on the connection that was answered last, as from"
        " some proxies."
    ),
    "workers": "Two processes on two processors make {times:.2f} times as many crops a second as one process on one.",
    "silent": (
        f"While {SILENT:,} other sockets send nothing or half a line, and the service may open {FILES:,} files, requests"
        " take {milliseconds:.0f} ms at the 99th percentile."
    ),
}
"""What the page says of each measure."""


def main() -> None:
    """Measure all three, print a line of JSON each and write them into the page; exit 1 when a bound is missed."""
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
                replace_between(PAGE, measure, _SENTENCES[measure].format(**found))
                fine &= bool(found["fine"])
    sys.exit(0 if fine else 1)


async def goodput(root: Path, seconds: float) -> dict[str, object]:
    """Compare the crops a second at capacity with those when four times as many are asked for.

    At capacity as many clients ask as are let in, each again as soon as it is answered. In overload requests come at four
    times that rate, whether or not the ones before are answered. The two take turns, so that other work of the machine
    hits both. The asking takes processor time from the same machine.
    """
    capacity, overload, last = Measured(), Measured(), Measured()
    async with _serve(root, "--cache", "none", "--waiting", str(CONNECTIONS)) as (port, process):
        for _ in range(ROUNDS):
            await capacity.add(process, keep_asking(port, _TARGETS, CONNECTIONS, seconds / ROUNDS))
            rate = TIMES * capacity.per_second()
            for measured, in_turn in ((overload, True), (last, False)):
                load = offer(port, _TARGETS, rate, seconds / ROUNDS, LINES, in_turn=in_turn)
                await measured.add(process, load)
    share = overload.per_second() / capacity.per_second()
    refused = {"refused": overload.per_second(_BUSY), "lost": overload.per_second(0)}
    return {
        "capacity": capacity.to_dict(),
        "overload": {**overload.to_dict(), **refused},
        "share": share,
        "last": last.per_second() / capacity.per_second(),
        "fine": share >= GOODPUT,
    }


async def workers(root: Path, seconds: float) -> dict[str, object]:
    """Compare the crops a second of two processes of one thread with those of one on one processor.

    One process of one thread takes more than one processor where it may: its event loop is a thread too. So the one that
    may have two processors, and one with two threads, are told as well.

    All three are there at once and asked in turns, so that other work of the machine hits all. The asking takes processor
    time from the same machine: on two processors it bounds what two processes can show.
    """
    kinds = {"one": (1, 1, 1), "two": (2, 1, 2), "one_on_two_processors": (1, 1, 2), "one_of_two_threads": (1, 2, 2)}
    measured = {name: Measured() for name in kinds}
    async with AsyncExitStack() as stack:
        places = {}
        for name, (processes, threads, processors) in kinds.items():
            options = ("--workers", str(processes), "--at-work", str(threads))
            serving = _serve(root, *options, processors=processors)
            places[name] = await stack.enter_async_context(serving)
            await keep_asking(places[name][0], _TARGETS, CONNECTIONS, _WARM)
        for _ in range(ROUNDS):
            for name, (port, process) in places.items():
                asking = keep_asking(port, _TARGETS, 2 * CONNECTIONS, seconds / ROUNDS)
                await measured[name].add(process, asking)
    ratio = measured["two"].per_second() / measured["one"].per_second()
    found: dict[str, object] = {name: one.to_dict() for name, one in measured.items()}
    return {**found, "times": ratio, "fine": ratio >= WORKERS}


async def silent(root: Path, _seconds: float) -> dict[str, object]:
    """Time requests beside 1,300 sockets that say half a line or nothing."""
    with _files(SILENT + FILES):
        async with _serve(root, "--workers", "1", limit=FILES) as (port, _):
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
    return {"p50": statistics.median(took), "p99": late, "milliseconds": 1000 * late, "fine": late < LATE}


def _processor_seconds(process: int) -> float:
    """Return the processor time that a process and its children have taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(
        map(_processor_seconds, map(int, children))
    )


@asynccontextmanager
async def _serve(
    root: Path, *arguments: str, limit: int | None = None, processors: int | None = None
) -> AsyncIterator[tuple[int, int]]:
    """Run the service, and return its port and its process."""
    command = [sys.executable, "-m", "focalbox", "serve", "--root", str(root), "--allow-unsigned", "--port", "0"]

    def set_port() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        if processors is not None:
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:processors])

    process = subprocess.Popen(  # noqa: ASYNC220 - started once, before anything is measured
        [*command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=set_port,  # noqa: PLW1509 - sets numbers, and takes no lock
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
