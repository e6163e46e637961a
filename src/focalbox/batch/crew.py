"""Worker processes of one machine: tasks in, answers out, and a worker that the system kills is replaced."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import focalbox
from focalbox.batch.job import Job, Stopped, Task
from focalbox.batch.work import Done, failed

__all__ = ["Crew"]

_AHEAD = 2
"""Tasks that a worker holds: one to do and one more, so that it never waits for the parent."""
_PATIENCE = 600.0
"""Seconds after which a worker that has not answered is ended: the largest picture allowed takes a few."""
_CLOSING = 5.0
"""Seconds that a worker gets to end by itself when no more is asked of it."""
_STILLBORN = 3
"""Workers in a row that end before their first answer, with no picture to blame, after which the run stops."""
_PINNED = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""N workers are to use N cores: numerical libraries start no threads of their own."""
_KEPT = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
"""Bytes up to which a worker keeps the memory of one picture for the next (mallopt(3), glibc): giving it back and getting
it zeroed again took 5 to 15 % of the CPU time of `make bench-batch`."""


@dataclass(eq=False)
class _Hand:
    """One worker process, what it holds, and what is kept for it because it belongs together."""

    process: subprocess.Popen[bytes]
    held: deque[Task] = field(default_factory=deque)
    kept: deque[Task] = field(default_factory=deque)
    ready: bool = False

    def ask(self, question: dict[str, Any]) -> None:
        """Send a line; whether the worker is still there is read from its answers."""
        pipe = self.process.stdin
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.write(json.dumps(question).encode() + b"\n")
                pipe.flush()

    def dismiss(self) -> None:
        """Ask no more: the worker ends when it has done what it holds."""
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


class Crew:
    """As many worker processes as asked for, each with a model of its own.

    Parameters
    ----------
    job : Job
    workers : int
    """

    def __init__(self, job: Job, workers: int) -> None:
        self._job = job
        self._answers: queue.SimpleQueue[tuple[_Hand, bytes]] = queue.SimpleQueue()
        self._hands = [self._hire() for _ in range(workers)]
        self._retries: deque[Task] = deque()
        self._stillborn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for hand in self._hands:
            if kind is not None or hand.held:
                hand.process.kill()
            hand.dismiss()
        for hand in self._hands:
            try:
                hand.process.wait(_CLOSING)
            except subprocess.TimeoutExpired:
                hand.process.kill()
                hand.process.wait()

    @property
    def pids(self) -> list[int]:
        """The workers' process ids."""
        return [hand.process.pid for hand in self._hands]

    def work(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Do tasks; yield what became of each as it is done.

        No more tasks are taken than workers can hold, so the tasks may be without end. Tasks of one group go to one worker.
        """
        feed = _Feed(tasks)
        while True:
            self._hand_out(feed)
            if not any(hand.held for hand in self._hands):
                return
            try:
                hand, line = self._answers.get(timeout=_PATIENCE)
            except queue.Empty:
                self._end_the_silent()
                continue
            if hand not in self._hands:
                continue
            if line and not hand.ready:
                hand.ready, self._stillborn = True, 0
            elif line:
                task = hand.held.popleft()
                if self._retries and self._retries[0] is task:
                    self._retries.popleft()
                yield Done(**json.loads(line))
            else:
                yield from self._bury(hand)

    def previews(self, addresses: Iterable[str], side: int) -> Iterator[tuple[str, str | None]]:
        """Yield sources with a small picture of each, WebP in base64, as they are made; None when it cannot be read."""
        waiting = deque(addresses)
        asked: dict[int, str] = {}
        while waiting or asked:
            for hand in self._hands:
                if waiting and id(hand) not in asked:
                    asked[id(hand)] = waiting.popleft()
                    hand.ask({"preview": asked[id(hand)], "side": side})
            hand, line = self._answers.get(timeout=_PATIENCE)
            if line and not hand.ready:
                hand.ready = True
            elif hand in self._hands:
                if not line:
                    hand.process.wait()
                    hand.dismiss()
                    self._hands[self._hands.index(hand)] = self._hire()
                if id(hand) in asked:
                    yield asked.pop(id(hand)), json.loads(line)["preview"] if line else None

    def _hire(self) -> _Hand:
        home = str(Path(focalbox.__file__).parents[1])
        paths = [home, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "focalbox.batch.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | _PINNED | _KEPT | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        hand = _Hand(process)
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.write(self._job.to_json().encode() + b"\n")
                process.stdin.flush()
        threading.Thread(target=self._listen, args=(hand,), daemon=True).start()
        return hand

    def _listen(self, hand: _Hand) -> None:
        """Pass on what one worker answers; an empty line says that it has ended."""
        answers = hand.process.stdout
        if answers is not None:
            with answers:
                for line in answers:
                    if line.endswith(b"\n"):
                        self._answers.put((hand, line))
        self._answers.put((hand, b""))

    def _hand_out(self, feed: _Feed) -> None:
        """Give every worker as much as it can hold; a picture that killed one is done while nothing else is."""
        if self._retries:
            if not any(hand.held for hand in self._hands):
                self._give(self._hands[0], self._retries[0])
            return
        for _ in range(_AHEAD):
            for hand in self._hands:
                if len(hand.held) >= _AHEAD:
                    continue
                if not hand.kept:
                    hand.kept.extend(feed.group())
                if hand.kept:
                    self._give(hand, hand.kept.popleft())

    @staticmethod
    def _give(hand: _Hand, task: Task) -> None:
        hand.held.append(task)
        hand.ask(task.to_dict())

    def _bury(self, hand: _Hand) -> Iterator[Done]:
        """Replace a worker that has ended; blame the picture it was at, and do the others it held."""
        code = hand.process.wait()
        hand.dismiss()
        fresh = self._hire()
        fresh.kept = hand.kept
        self._hands[self._hands.index(hand)] = fresh
        if not hand.ready:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                message = f"workers end as soon as they start ({_named(code)}); see above what they say"
                raise Stopped(message)
        if not hand.ready or not hand.held:
            fresh.kept.extendleft(task for task in reversed(hand.held) if task not in self._retries)
            return
        blamed, *others = hand.held
        fresh.kept.extendleft(reversed(others))
        if self._retries and self._retries[0] is blamed:
            self._retries.popleft()
            sentence = f"its worker was ended by {_named(code)} twice, the second time with nothing beside it"
            yield Done(blamed.number, failed(self._job, blamed, "WorkerKilled", sentence), 0, analysed=False)
        else:
            self._retries.append(blamed)

    def _end_the_silent(self) -> None:
        for hand in self._hands:
            if hand.held:
                hand.process.kill()


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


def _named(code: int) -> str:
    """Say how a process ended.

    Examples
    --------
    >>> _named(-9)
    'SIGKILL (the system ends processes so when memory is short)'
    """
    if code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return f"{name} (the system ends processes so when memory is short)" if name == "SIGKILL" else name
