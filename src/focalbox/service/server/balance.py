"""Processes that accept from one socket share its connections: who has more than another lets that one accept first.

Without this, the process that happens to be awake can take a whole burst of connections, and when these are kept open, as
by a proxy, all their requests stay with it while another process is idle: in 7 of 16 runs of 16 or 32 kept connections on
two processors one of two processes had all of them, and with this in none of 16 (the load of `make overload-service`).
Nor does any of them accept before all can: in 6 of 8 runs, connections that came as soon as the service answered all stayed
with the process that had started first.
"""

from __future__ import annotations

import asyncio
import mmap
import time
from collections.abc import Callable

__all__ = ["Balance", "Share"]

_ABSENT = 2**32 - 1
"""Stands for the count of a process that does not accept."""
_MORE = 1
"""How many connections more than another a process may have and still accept at once."""
_PAUSE = 0.0002
"""Seconds for which a process that has more leaves a connection to another one: about the time that it needs to wake up."""
_PATIENCE = 0.002
"""Seconds after which it accepts nevertheless, since the other one is busy: less than a crop takes."""
_ALONE = 0.02
"""Seconds for which it then accepts at once, so that one that is stuck costs a tenth of the others' time to accept."""
_TOGETHER = 10.0
"""Seconds for which a process that has started waits for the others: some ten times what starting takes."""
_LOOK = 0.005
"""Seconds between two looks whether they have."""


class Balance:
    """How many connections each of several processes has, in memory that they share.

    Parameters
    ----------
    count : int
        Processes.

    Examples
    --------
    >>> balance = Balance(2)
    >>> first, second = balance.share(0), balance.share(1)
    >>> first.enter()
    >>> second.enter()
    >>> first.count(3)
    >>> first.is_ahead(), second.is_ahead()
    (True, False)
    >>> second.leave()
    >>> first.is_ahead()
    False
    """

    def __init__(self, count: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, 4 * count)).cast("I")
        self._begun = memoryview(mmap.mmap(-1, 1))
        for place in range(count):
            self._counts[place] = _ABSENT

    def share(self, place: int) -> Share:
        """Return what one of the processes needs."""
        return Share(self._counts, place, begun=self._begun)


class Share:
    """Counts the connections of one process, and tells whether it may accept one more.

    Parameters
    ----------
    counts : memoryview of unsigned int
        Connections of each process, which all of them see.
    place : int
        Of this process.
    clock, sleep : callable
        Of seconds.
    begun : memoryview, optional
        A byte that all of them see: whether they accept already. By default, they do.
    """

    def __init__(
        self,
        counts: memoryview[int],
        place: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        begun: memoryview | None = None,
    ) -> None:
        self._counts, self._place, self._clock, self._sleep = counts, place, clock, sleep
        self._begun = memoryview(bytearray(b"\1")) if begun is None else begun
        self._since = self._last = self._alone = float("-inf")

    def enter(self) -> None:
        """Say that this process accepts from now on."""
        self._counts[self._place] = 0

    async def wait_for_all(self, is_stopped: Callable[[], bool]) -> None:
        """Wait until all processes have entered, for the first time.

        Parameters
        ----------
        is_stopped : callable
            Tells whether to wait no longer.
        """
        until = self._clock() + _TOGETHER
        while not (self._may_begin() or is_stopped() or self._clock() >= until):  # noqa: ASYNC110 - others set no event
            await asyncio.sleep(_LOOK)
        self._begun[0] = 1

    def _may_begin(self) -> bool:
        return bool(self._begun[0]) or _ABSENT not in self._counts

    def leave(self) -> None:
        """Say that it does not accept any more."""
        self._counts[self._place] = _ABSENT

    def count(self, number: int) -> None:
        """Say how many connections it has, once it accepts."""
        if self._counts[self._place] != _ABSENT:
            self._counts[self._place] = number

    def is_ahead(self) -> bool:
        """Tell whether another process that accepts has clearly fewer connections."""
        own = self._counts[self._place]
        return own != _ABSENT and own > min(self._counts) + _MORE

    def may_accept(self) -> bool:
        """Tell whether to accept now; when not, the others have had a moment to do so."""
        now = self._clock()
        if now < self._alone or not self.is_ahead():
            return True
        if now - self._last > _PATIENCE:
            self._since = now
        if now - self._since >= _PATIENCE:
            self._alone = now + _ALONE
            return True
        self._sleep(_PAUSE)
        self._last = self._clock()
        return False
