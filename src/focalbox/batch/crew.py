"""Worker processes of one machine: tasks in, answers out, and a worker that the system kills is replaced."""

from __future__ import annotations

import json
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self

from focalbox.batch.hands import Hand, Nursery, Spawned
from focalbox.batch.job import Job, Stopped, Task
from focalbox.batch.outcome import Done, failed

__all__ = ["Crew"]

_AHEAD = 2
"""Tasks that a worker holds: one to do and one more, so that it never waits for the parent."""
_PATIENCE = 600.0
"""Seconds after which a worker that has not answered is ended: the largest picture allowed takes a few."""
_CLOSING = 5.0
"""Seconds that a worker gets to end by itself when no more is asked of it."""
_STILLBORN = 3
"""Workers in a row that end before their first answer, with no picture to blame, after which the run stops."""
_FORKS = sys.platform == "linux"
"""Whether a process that has loaded libraries may be forked: elsewhere there is no fork, or the system's own libraries do
not survive it (macOS)."""


class Crew:
    """As many worker processes as asked for, each with a model of its own.

    Parameters
    ----------
    job : Job
    workers : int
    """

    def __init__(self, job: Job, workers: int) -> None:
        self._job = job
        self._answers: queue.SimpleQueue[tuple[Hand, bytes]] = queue.SimpleQueue()
        self._nursery = Nursery(job, workers) if workers > 1 and _FORKS else None
        born = self._nursery.hands if self._nursery else []
        self._hands = [self._heard(hand) for hand in born] or [self._hire() for _ in range(workers)]
        self._retries: deque[Task] = deque()
        self._stillborn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for hand in self._hands:
            if kind is not None or hand.held:
                hand.process.end(0)
            hand.dismiss()
        for hand in self._hands:
            hand.process.end(_CLOSING)
        if self._nursery is not None:
            self._nursery.close(_CLOSING)

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
                    hand.process.end(_CLOSING)
                    hand.dismiss()
                    self._hands[self._hands.index(hand)] = self._hire()
                if id(hand) in asked:
                    yield asked.pop(id(hand)), json.loads(line)["preview"] if line else None

    def _hire(self) -> Hand:
        """Start one worker by itself."""
        return self._heard(Spawned.hire(self._job))

    def _heard(self, hand: Hand) -> Hand:
        threading.Thread(target=self._listen, args=(hand,), daemon=True).start()
        return hand

    def _listen(self, hand: Hand) -> None:
        """Pass on what one worker answers; an empty line says that it has ended."""
        with hand.answers:
            for line in hand.answers:
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
    def _give(hand: Hand, task: Task) -> None:
        hand.held.append(task)
        hand.ask(task.to_dict())

    def _bury(self, hand: Hand) -> Iterator[Done]:
        """Replace a worker that has ended; blame the picture it was at, and do the others it held."""
        code = hand.process.end(_CLOSING)
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
                hand.process.end(0)


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
