"""Handles of worker processes: the tasks of each, how it is asked, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any, Protocol, cast

import focalbox
from focalbox.batch.job import Job, Stopped, Task
from focalbox.storage.base import reason_of

__all__ = ["ForkServer", "Process", "SpawnedProcess", "WorkerHandle", "start"]

_PINNED = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""N workers are to use N cores: numerical libraries start no threads of their own."""
_KEPT = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
"""Bytes up to which a worker keeps the memory of one picture for the next (mallopt(3), glibc): returning it, and getting it
back zeroed, took 5 to 15 % of the CPU time of `make bench-batch`."""


class Process(Protocol):
    """A worker process, whoever has started it."""

    pid: int

    def end(self, patience: float) -> int:
        """Wait so many seconds for it to end by itself, then kill it; return its exit code, below 0 for a signal."""


@dataclass(eq=False)
class WorkerHandle:
    """One worker process, its tasks, and the tasks that are reserved for it because they belong to the same group."""

    process: Process
    asked: IO[bytes]
    answers: IO[bytes]
    held: deque[Task] = field(default_factory=deque)
    kept: deque[Task] = field(default_factory=deque)
    ready: bool = False

    def ask(self, question: dict[str, Any]) -> None:
        """Ask for something."""
        self.tell(json.dumps(question))

    def tell(self, line: str) -> None:
        """Send a line; a worker that has ended is noticed by its answers."""
        with suppress(BrokenPipeError):
            self.asked.write(line.encode() + b"\n")
            self.asked.flush()

    def close_input(self) -> None:
        """Send no more tasks: the worker ends when it has done those it has."""
        with suppress(BrokenPipeError):
            self.asked.close()


class SpawnedProcess:
    """A process that was started by this one."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    @classmethod
    def start(cls, job: Job) -> WorkerHandle:
        """Start a worker by itself."""
        process = start("focalbox.batch.workers.process")
        handle = WorkerHandle(cls(process), cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))
        handle.tell(job.to_json())
        return handle

    def end(self, patience: float) -> int:
        """Wait, then kill."""
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


class ForkServer:
    """Workers that share what one process has loaded for all of them: see `focalbox.batch.workers.forkserver`.

    Parameters
    ----------
    job : Job
    workers : int
        How many are wanted; there are none when no fork server can be started.
    """

    def __init__(self, job: Job, workers: int) -> None:
        pipes = _pipes(workers)
        files = [file for asked, answered in pipes for file in (asked[0], answered[1])]
        process = start("focalbox.batch.workers.forkserver", files)
        for file in files:
            os.close(file)
        self._server = WorkerHandle(
            SpawnedProcess(process), cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        )
        self._server.tell(job.to_json())
        pids = json.loads(self._server.answers.readline() or b"[]")
        ours = [(os.fdopen(asked[1], "wb"), os.fdopen(answered[0], "rb")) for asked, answered in pipes]
        self.handles = [WorkerHandle(_ForkedProcess(self, pid), *pair) for pid, pair in zip(pids, ours, strict=False)]
        for asked, answers in ours[len(pids) :]:
            asked.close()
            answers.close()

    def end(self, pid: int, patience: float) -> int:
        """End one of the workers, as `Process.end` says."""
        self._server.tell(f"{pid} {patience}")
        code = self._server.answers.readline()
        if code:
            return int(code)
        # The fork server itself was killed, and nobody is left to be told how the worker ended.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return -signal.SIGKILL

    def close(self, patience: float) -> None:
        """End the fork server, when its workers have ended."""
        self._server.close_input()
        self._server.process.end(patience)
        self._server.answers.close()


class _ForkedProcess:
    """A process that a fork server has forked, and that only the fork server can wait for."""

    def __init__(self, fork_server: ForkServer, pid: int) -> None:
        self._fork_server = fork_server
        self._code: int | None = None
        self.pid = pid

    def end(self, patience: float) -> int:
        """Let the fork server wait and kill, once."""
        if self._code is None:
            self._code = self._fork_server.end(self.pid, patience)
        return self._code


def start(module: str, files: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start a module of this focalbox as a process, threads pinned and memory kept, with pipes and some open files."""
    home = str(Path(focalbox.__file__).parents[1])
    paths = [home, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    with _within_limits(), _control_c_held_back():
        return subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-P", "-m", module, *map(str, files)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | _PINNED | _KEPT | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            pass_fds=files,
        )


def _pipes(workers: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return two pipes for each worker: one to ask through, one to answer through; none is left open when one is refused."""
    ends: list[tuple[int, int]] = []
    with _within_limits():
        try:
            ends.extend(os.pipe() for _ in range(2 * workers))
        except OSError:
            for end in chain.from_iterable(ends):
                os.close(end)
            raise
    return list(zip(ends[::2], ends[1::2], strict=True))


@contextmanager
def _within_limits() -> Iterator[None]:
    """Say what the system refuses, such as more open files or processes than a user may have."""
    try:
        yield
    except OSError as error:
        message = f"no worker can be started: {reason_of(error)}; fewer may be possible (--workers)"
        raise Stopped(message) from error


@contextmanager
def _control_c_held_back() -> Iterator[None]:
    """Shield processes that are started here from control-C, which is for their parent: the parent gets it afterwards.

    The terminal would send it to them before they can ignore it by themselves.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
