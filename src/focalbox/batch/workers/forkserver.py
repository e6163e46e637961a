"""The fork server: a process that loads everything once, and from which workers are forked.

Modules, model and session take a quarter of a second and 80 MB. Forked workers share them, so that a pool of any size pays
once. Started as ``python -P -m focalbox.batch.workers.forkserver FILE...`` with two open files a worker, one to be asked and
one to answer through, it tells the workers' process ids. Only a process of one thread may be forked: when a library has
started another, the fork server ends without an answer, and every worker is started by itself.

Then, asked ``PID SECONDS``, it waits so long for a worker to end, kills it after that, and tells its exit code.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from focalbox.batch.job import Job
from focalbox.batch.workers.process import listen, read_job, serve
from focalbox.batch.workers.worker import Worker

__all__ = ["main"]

_SOONEST, _LATEST = 0.001, 0.05
"""Seconds between two checks whether a worker has ended, at first and later."""

_Files = tuple[int, int]
"""The files through which one worker is asked and answers."""


def main() -> None:
    """Load everything, fork workers, and wait for them until standard input ends."""
    answers = listen()
    job = read_job()
    worker = Worker(job)
    worker.warm_up()
    if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208 - only their number counts
        return
    gc.freeze()  # a collection would write to, and so copy, every page that is shared
    numbers = [int(argument) for argument in sys.argv[1:]]
    files = list(zip(numbers[::2], numbers[1::2], strict=True))
    pids = [_fork(worker, job, files[place:], answers) for place in range(len(files))]
    with suppress(BrokenPipeError):  # the parent has ended
        _tell(answers, json.dumps(pids))
        for line in sys.stdin:
            pid, patience = line.split()
            _tell(answers, str(_end(int(pid), float(patience))))
    os._exit(0)  # as a worker ends


def _tell(answers: TextIO, line: str) -> None:
    answers.write(f"{line}\n")
    answers.flush()


def _fork(worker: Worker, job: Job, files: Sequence[_Files], answers: TextIO) -> int:
    """Fork the worker of the first files, the others being those of workers to come; return its process id."""
    asked, answered = files[0]
    pid = os.fork()
    if pid:
        os.close(asked)
        os.close(answered)
        return pid
    try:  # whatever happens, a worker never returns into the fork server's own work
        answers.close()
        os.dup2(asked, sys.stdin.fileno())
        for others in files[1:]:
            for file in others:
                os.close(file)
        serve(worker, job, os.fdopen(asked, encoding="utf-8"), os.fdopen(answered, "w", encoding="utf-8"))
    except BaseException:  # noqa: BLE001 - said, and the exit code tells the pool
        traceback.print_exc()
    os._exit(1)


def _end(pid: int, patience: float) -> int:
    """Wait for a worker to end, then kill it; return its exit code, below 0 for a signal."""
    until, pause = time.monotonic() + patience, _SOONEST
    ended, status = os.waitpid(pid, os.WNOHANG)
    while not ended and time.monotonic() < until:
        time.sleep(pause)
        pause = min(2 * pause, _LATEST)
        ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
