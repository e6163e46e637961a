"""What a run says while it works: a bar on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from focalbox.batch.row import TaskResult

__all__ = ["Progress", "described"]

_TERMINAL, _PLAIN = 0.2, 5.0
"""Seconds between two looks of the bar, and between two plain lines."""
_NAMED = 10
"""Failures that are told one by one; the manifest has them all."""
_RECENT = 0.2
"""Weight of the newest look in the pace that the time left is told by: pictures of one kind often come together."""
_MINUTE, _HOUR = 60, 3600


class Progress:
    """Counts, and tells now and then.

    Parameters
    ----------
    total : int
        Pictures to do.
    out : text file or None
        Where to tell; None tells nothing.
    """

    def __init__(self, total: int, out: TextIO | None) -> None:
        self.done = self.failed = self.analysed = self.pixels = 0
        self.total, self._out = total, out
        self._terminal = out is not None and out.isatty()
        self._started = self._told = time.monotonic()
        self._told_done, self._pace = 0, 0.0

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._started

    def count(self, done: TaskResult) -> None:
        """Take note of a picture, and tell when it is time."""
        self.done += 1
        self.analysed += done.analysed
        self.pixels += done.pixels
        error = next((row for row in done.rows if row["error"]), None)
        if error is not None:
            self.failed += 1
            if self.failed <= _NAMED:
                more = "; further ones are in the manifest" if self.failed == _NAMED else ""
                self.say(f"{error['source']['address']}: {error['message']}{more}")
        if time.monotonic() - self._told >= (_TERMINAL if self._terminal else _PLAIN):
            self._tell()

    def say(self, sentence: str) -> None:
        """Tell something that is not progress."""
        if self._out is not None:
            self._wipe()
            self._out.write(f"focalbox: {sentence}\n")
            self._out.flush()

    def close(self) -> None:
        """Take the bar away."""
        self._wipe()

    def _wipe(self) -> None:
        if self._out is not None and self._terminal:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def _tell(self) -> None:
        if self._out is None:
            return
        now = time.monotonic()
        newest = (self.done - self._told_done) / max(now - self._told, 1e-9)
        self._pace = newest if self._told_done == 0 else self._pace + _RECENT * (newest - self._pace)
        self._told, self._told_done = now, self.done
        seconds = max(self.seconds, 1e-9)
        left = (self.total - self.done) / self._pace if self._pace > 0 else 0.0
        numbers = (
            f"{self.done}/{self.total} pictures, {self.failed} failed, {self.done / seconds:.1f}/s, "
            f"{self.pixels / 1e6 / seconds:.1f} MP/s, {described(left)} left"
        )
        if self._terminal:
            columns = shutil.get_terminal_size().columns
            width = max(0, min(40, columns - len(numbers) - 4))
            full = int(width * self.done / max(self.total, 1))
            bar = f"[{'#' * full}{'-' * (width - full)}] " if width else ""
            self._out.write(f"\r\x1b[K{(bar + numbers)[: columns - 1]}")
        else:
            self._out.write(f"focalbox: {numbers}\n")
        self._out.flush()


def described(seconds: float) -> str:
    """Return a time as people say it.

    Examples
    --------
    >>> described(75), described(7300)
    ('1 min 15 s', '2 h 1 min')
    """
    whole = int(seconds + 0.5)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
