"""A pool of worker processes on one machine; a worker that the system kills is replaced."""

from __future__ import annotations

import json
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from focalbox.batch.job import Job, Stopped, Task
from focalbox.batch.row import TaskResult, failed_rows
from focalbox.batch.workers.handles import ForkServer, SpawnedProcess, WorkerHandle

__all__ = ["WorkerPool"]

_AHEAD = 2
"""Tasks that a worker holds: one to do and one more, so that it never waits for the parent."""
_MAX_SECONDS = 600.0
"""Seconds after which a worker that has not answered is ended: the largest picture allowed takes a few."""
_CLOSING_SECONDS = 5.0
"""Seconds that a worker gets to end by itself when no more is asked of it."""
_MAX_FAILED_STARTS = 3
"""Workers in a row that end before their first answer, without a picture to blame, after which the run stops."""
_CAN_FORK = sys.platform == "linux"
"""Whether a process that has loaded libraries may be forked: elsewhere there is no fork, or the system's own libraries do
not survive it (macOS)."""


class WorkerPool:
    """A number of worker processes, each with its own model.

    Parameters
    ----------
    job : Job
    workers : int
    """

    def __init__(self, job: Job, workers: int) -> None:
        self._job = job
        self._answers: queue.SimpleQueue[tuple[WorkerHandle, bytes]] = queue.SimpleQueue()
        self._fork_server = ForkServer(job, workers) if workers > 1 and _CAN_FORK else None
        forked = self._fork_server.handles if self._fork_server else []
        self._handles = [self._listening_to(handle) for handle in forked] or [
            self._start_worker() for _ in range(workers)
        ]
        self._retries: deque[Task] = deque()
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for handle in self._handles:
            if kind is not None or handle.held:
                handle.process.end(0)
            handle.close_input()
        for handle in self._handles:
            handle.process.end(_CLOSING_SECONDS)
        if self._fork_server is not None:
            self._fork_server.close(_CLOSING_SECONDS)

    @property
    def pids(self) -> list[int]:
        """The workers' process ids."""
        return [handle.process.pid for handle in self._handles]

    def work(self, tasks: Iterable[Task]) -> Iterator[TaskResult]:
        """Do tasks; yield the result of each as it is done.

        No more tasks are taken than workers can hold, so the tasks may be without end. Tasks of one group go to one worker.
        """
        feed = _Feed(tasks)
        while True:
            self._distribute(feed)
            if not any(handle.held for handle in self._handles):
                return
            handle, line = self._next_answer([handle for handle in self._handles if handle.held])
            if handle not in self._handles:
                continue
            if line and not handle.ready:
                handle.ready, self._failed_starts = True, 0
            elif line:
                task = handle.held.popleft()
                if self._retries and self._retries[0] is task:
                    self._retries.popleft()
                yield TaskResult(**json.loads(line))
            else:
                yield from self._replace_dead(handle)

    def previews(self, addresses: Iterable[str], side: int) -> Iterator[tuple[str, str | None]]:
        """Yield sources with a small picture of each, WebP in base64, as they are made; None when it cannot be read."""
        waiting = deque(addresses)
        asked: dict[int, str] = {}
        while waiting or asked:
            for handle in self._handles:
                if waiting and id(handle) not in asked:
                    asked[id(handle)] = waiting.popleft()
                    handle.ask({"preview": asked[id(handle)], "side": side})
            handle, line = self._next_answer([handle for handle in self._handles if id(handle) in asked])
            if line and not handle.ready:
                handle.ready = True
            elif handle in self._handles:
                if not line:
                    handle.process.end(_CLOSING_SECONDS)
                    handle.close_input()
                    self._handles[self._handles.index(handle)] = self._start_worker()
                if id(handle) in asked:
                    yield asked.pop(id(handle)), json.loads(line)["preview"] if line else None

    def _start_worker(self) -> WorkerHandle:
        """Start one worker by itself."""
        return self._listening_to(SpawnedProcess.start(self._job))

    def _listening_to(self, handle: WorkerHandle) -> WorkerHandle:
        threading.Thread(target=self._listen, args=(handle,), daemon=True).start()
        return handle

    def _listen(self, handle: WorkerHandle) -> None:
        """Pass on the answers of one worker; an empty line says that it has ended."""
        with handle.answers:
            for line in handle.answers:
                if line.endswith(b"\n"):
                    self._answers.put((handle, line))
        self._answers.put((handle, b""))

    def _distribute(self, feed: _Feed) -> None:
        """Give every worker its tasks; a picture that killed a worker is tried again while nothing else runs."""
        if self._retries:
            if not any(handle.held for handle in self._handles):
                self._assign(self._handles[0], self._retries[0])
            return
        for _ in range(_AHEAD):
            for handle in self._handles:
                if len(handle.held) >= _AHEAD:
                    continue
                if not handle.kept:
                    handle.kept.extend(feed.group())
                if handle.kept:
                    self._assign(handle, handle.kept.popleft())

    @staticmethod
    def _assign(handle: WorkerHandle, task: Task) -> None:
        handle.held.append(task)
        handle.ask(task.to_dict())

    def _replace_dead(self, handle: WorkerHandle) -> Iterator[TaskResult]:
        """Replace a worker that has ended; the picture it was working on has failed, its other tasks are done again."""
        code = handle.process.end(_CLOSING_SECONDS)
        handle.close_input()
        fresh = self._start_worker()
        fresh.kept = handle.kept
        self._handles[self._handles.index(handle)] = fresh
        if not handle.ready:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                message = f"workers end as soon as they start ({_ending_of(code)}); see above what they say"
                raise Stopped(message)
        if not handle.ready or not handle.held:
            fresh.kept.extendleft(task for task in reversed(handle.held) if task not in self._retries)
            return
        blamed, *others = handle.held
        fresh.kept.extendleft(reversed(others))
        if self._retries and self._retries[0] is blamed:
            self._retries.popleft()
            sentence = f"its worker was ended by {_ending_of(code)} twice, the second time with nothing beside it"
            yield TaskResult(blamed.number, failed_rows(self._job, blamed, "WorkerKilled", sentence), 0, analysed=False)
        else:
            self._retries.append(blamed)

    def _next_answer(self, busy: Sequence[WorkerHandle]) -> tuple[WorkerHandle, bytes]:
        """Return the next answer of a worker, an empty one of a worker that has ended; busy ones end after too long."""
        while True:
            try:
                return self._answers.get(timeout=_MAX_SECONDS)
            except queue.Empty:
                for handle in busy:
                    handle.process.end(0)


class _Feed:
    """Tasks, a group at a time; one task is read ahead to see where a group ends."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = iter(tasks)
        self._next = next(self._tasks, None)

    def group(self) -> list[Task]:
        first = self._next
        group: list[Task] = []
        while self._next is not None and first is not None and self._next.group == first.group:
            group.append(self._next)
            self._next = next(self._tasks, None)
        return group


def _ending_of(code: int) -> str:
    """Say how a process ended.

    Examples
    --------
    >>> _ending_of(-9)
    'SIGKILL (the system ends processes so when memory is short)'
    """
    if code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return f"{name} (the system ends processes so when memory is short)" if name == "SIGKILL" else name
