"""Several processes on one socket: they are started, replaced when one ends by itself, and stopped together."""

from __future__ import annotations

import contextlib
import logging
import mmap
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from focalbox.cli.messages import WRONG_CALL
from focalbox.cli.signals import ignored_signals

__all__ = ["Starts", "processors_of", "supervise"]

_FAILED_STARTS = 3
"""Workers in a row that ended before they served after which no more are started."""
_MAX_REASON = select.PIPE_BUF - 1
"""Bytes of a reason that are kept: with the end of its line, what a pipe takes in one piece."""
_MAX_REASONS = 2**16
"""Bytes that are read of all reasons together: what a pipe holds."""
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_AWAITED = (*_SIGNALS, signal.SIGCHLD)

_log = logging.getLogger("focalbox.service")


class Starts:
    """Shared by processes that start together: tells which ones serve and which is the last, and collects why some cannot.

    Parameters
    ----------
    count : int
        Processes that start.

    Examples
    --------
    >>> starts = Starts(2)
    >>> starts.serve(0), starts.serve(1), starts.serve(0)
    (False, True, False)
    >>> starts.end(1), starts.end(1)
    (True, False)
    >>> starts.fail("the model is not there")
    >>> starts.fail("the model is not there")
    >>> starts.reasons()
    ['the model is not there']
    """

    def __init__(self, count: int) -> None:
        self._serve = mmap.mmap(-1, count)  # a byte for each place, which all processes see
        self._numbers, given = os.pipe()
        os.write(given, bytes(range(count, 0, -1)))  # each takes one; whoever gets 1 is the last
        os.close(given)
        self._told, self._tell = os.pipe()
        for end in (self._told, self._tell):
            os.set_blocking(end, False)

    def serve(self, place: int) -> bool:
        """Say that the process at a place serves; the answer is whether all do now: true once, for one of them."""
        self._serve[place] = 1
        return os.read(self._numbers, 1) == b"\x01"

    def end(self, place: int) -> bool:
        """Say that the process at a place has ended; the answer is whether it had served."""
        had_served, self._serve[place] = self._serve[place] > 0, 0
        return had_served

    def fail(self, reason: str) -> None:
        """Say in a sentence why this process cannot start."""
        line = reason.replace("\n", " ").encode("utf-8", "replace")[:_MAX_REASON] + b"\n"
        with contextlib.suppress(BlockingIOError):  # the pipe is full: others have given their reasons already
            os.write(self._tell, line)

    def reasons(self) -> list[str]:
        """Return why processes could not start, each reason once."""
        with contextlib.suppress(BlockingIOError):
            told = os.read(self._told, _MAX_REASONS).decode("utf-8", "replace")
            return list(dict.fromkeys(told.splitlines()))
        return []


class _Supervisor:
    """Keeps a number of workers running.

    Parameters
    ----------
    count : int
    work : callable
        What a worker does: takes its place among them and a function that tells whether all workers stop, and returns an
        exit code. `WRONG_CALL` means that no worker can start, after however long, and none is started again.
    ended : callable
        Told the process id and the place of every worker that has ended; answers whether it had served.
    stopping : callable
        Told when no more workers will be started.
    """

    def __init__(
        self,
        count: int,
        work: Callable[[int, Callable[[], bool]], int],
        ended: Callable[[int, int], bool],
        stopping: Callable[[], None],
    ) -> None:
        self._count, self._work, self._ended, self._stop = count, work, ended, stopping
        self._all_stop = mmap.mmap(-1, 1)  # a byte that all processes share
        self._started: dict[int, int] = {}  # by process: its place among the workers
        self._processors = _processors()
        self._stopping, self._failed, self._code = False, 0, 0
        self._awaited = set(_AWAITED) - ignored_signals()
        self._alive, self._held = os.pipe()
        self._came, self._comes = os.pipe()
        os.set_blocking(self._comes, False)

    def run(self) -> int:
        """Run until told to stop, or until workers cannot start; the answer is the exit code.

        Every signal, including the one that a worker has ended, is written to a pipe by the thread that gets it, and read
        here: without the pipe, a signal just before a wait for workers would not end the wait.
        """
        signal.set_wakeup_fd(self._comes)
        for number in self._awaited:
            signal.signal(number, _note)
        for place in range(self._count):
            self._start(place)
        while self._started:
            for came in os.read(self._came, select.PIPE_BUF):
                if came == signal.SIGCHLD:
                    self._reap()
                else:
                    self._forward(came)
        return self._code

    def _start(self, place: int) -> None:
        """Fork a worker, unless a stop was asked for."""
        if self._stopping:
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)  # signals to the worker must not reach the pipe
        worker = os.fork()
        if not worker:
            signal.set_wakeup_fd(-1)
            os.close(self._held)
            _keep_to(processors_of(place, self._count, self._processors))
            for number in self._awaited:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
            threading.Thread(target=_end_with_parent, args=(self._alive,), daemon=True).start()
            code = 1
            try:
                code = self._work(place, lambda: self._all_stop[0] > 0)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        self._started[worker] = place
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)

    def _reap(self) -> None:
        """Replace the workers that have ended; one signal may stand for several.

        Others end here too: what a script had started before it became this process, and orphans where this is process 1.
        """
        while self._started:
            worker, status = os.waitpid(-1, os.WNOHANG)
            if not worker:
                return
            if worker in self._started:
                self._replace(worker, os.waitstatus_to_exitcode(status))

    def _replace(self, worker: int, code: int) -> None:
        place = self._started.pop(worker)
        served = self._ended(worker, place)
        if self._stopping:
            self._code = self._code or max(code, 0)
            return
        self._failed = 0 if served else self._failed + 1
        cannot_start = code == WRONG_CALL or (not served and code > 0)  # and has reported why
        if not cannot_start:
            _log.error("a worker ended", extra={"worker": worker, "code": code})
        if cannot_start or self._failed >= _FAILED_STARTS:
            self._code = max(code, 1)
            self._forward(signal.SIGTERM)
            return
        self._start(place)

    def _forward(self, number: int) -> None:
        """Pass the signal to all workers; control-C reaches them from the terminal."""
        self._stopping, self._all_stop[0] = True, 1
        self._stop()
        for worker in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGTERM if number == signal.SIGINT else number)


def _note(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the pipe already tells of the signal."""


def processors_of(place: int, count: int, processors: Sequence[int]) -> Sequence[int]:
    """Return the processors that one of ``count`` workers is bound to: its own, or all where there are too few.

    The threads of a process hand Python's lock to each other all the time: on processors of their own, it stays in the
    caches. Workers also do not take turns on one processor while another is idle: `make overload-service` counted a third
    fewer switches of threads and half the system time per answer.

    Examples
    --------
    >>> [list(processors_of(place, 2, range(5))) for place in range(2)]
    [[0, 1], [2, 3, 4]]
    >>> list(processors_of(2, 3, [0, 1]))
    [0, 1]
    """
    if len(processors) < count:
        return processors
    return processors[place * len(processors) // count : (place + 1) * len(processors) // count]


def _processors() -> Sequence[int]:
    """Return the processors that this process may run on; empty where the system does not say."""
    affinity = getattr(os, "sched_getaffinity", None)
    return sorted(affinity(0)) if affinity else []


def _keep_to(processors: Sequence[int]) -> None:
    if processors:
        with contextlib.suppress(OSError):  # the system may have withdrawn them meanwhile
            os.sched_setaffinity(0, processors)


def _end_with_parent(alive: int) -> None:
    """Wait for the end of the parent, however it ends, and stop with it."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def supervise(
    count: int,
    work: Callable[[int, Callable[[], bool]], int],
    ended: Callable[[int, int], bool],
    stopping: Callable[[], None],
) -> int:
    """Run so many workers until the process is told to stop; parameters as in `_Supervisor`.

    Returns
    -------
    int
        The exit code: 0 after a requested stop, a worker's own when workers cannot start.
    """
    return _Supervisor(count, work, ended, stopping).run()
