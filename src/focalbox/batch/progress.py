"""Progress of a run: a bar on a terminal, or a line every few seconds, and a log with times."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import time
from pathlib import Path
from typing import TextIO

from focalbox.batch.row import TaskResult
from focalbox.errors import OutputError, in_a_line
from focalbox.storage.base import reason_of

__all__ = ["Progress", "duration_text", "open_log"]

_BAR_SECONDS, _LINE_SECONDS = 0.2, 5.0
"""Seconds between two states of the bar, and between two lines."""
_MAX_NAMED = 10
"""Failures that are reported one by one; the manifest has all of them."""
_NEWEST = 0.2
"""Weight of the newest pace in the moving average from which the time left is computed: pictures of one kind often come
together."""
_MINUTE, _HOUR = 60, 3600


def open_log(path: str) -> TextIO:
    """Open a log to add lines to.

    Raises
    ------
    OutputError
        When nothing can be written there.
    """
    try:
        # without a buffer: closing the log must not retry what a full disk has refused
        return io.TextIOWrapper(
            Path(path).open("ab", buffering=0),
            encoding="utf-8",
            errors="backslashreplace",
            write_through=True,
        )
    except OSError as error:
        message = f"the log {path} cannot be written: {reason_of(error)}"
        raise OutputError(message) from error


class Progress:
    """Counts results and reports them every few seconds.

    Parameters
    ----------
    total : int
        Pictures to do.
    out : text file or None
        Where to tell; None tells nothing.
    log : text file or None
        A further place for messages, as lines with the time.
    seconds_between : float, optional
        Seconds between two reports; by default as suits a terminal, or lines.
    quiet : bool
        Print no bar and no lines of progress, only what is said.
    """

    def __init__(
        self,
        total: int,
        out: TextIO | None,
        log: TextIO | None = None,
        seconds_between: float | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        self.done = self.failed = self.analysed = self.pixels = self.said = 0
        self.total, self._out, self._log, self._quiet = total, out, log, quiet
        self._terminal = out is not None and not quiet and out.isatty()
        pause = _BAR_SECONDS if self._terminal else _LINE_SECONDS
        self._pause = pause if seconds_between is None else seconds_between
        self._started = self._told = self._logged = time.monotonic()
        self._told_done, self._pace = 0, 0.0

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._started

    def count(self, done: TaskResult) -> None:
        """Count the result of a picture, and report when it is time."""
        self.done += 1
        self.analysed += done.analysed
        self.pixels += done.pixels
        error = next((row for row in done.rows if row["error"]), None)
        if error is not None:
            self.failed += 1
            if self.failed <= _MAX_NAMED:
                more = "; further ones are in the manifest" if self.failed == _MAX_NAMED else ""
                address, sentence = error["source"]["address"], f"{error['message']}{more}"
                self.say(sentence if address in sentence else f"{address}: {sentence}")
        if time.monotonic() - self._told >= self._pause:
            self._tell()

    def say(self, sentence: str) -> None:
        """Print and log a message, each in one line, and count it."""
        sentence = in_a_line(sentence)
        self.said += 1
        if self._out is not None:
            self._wipe()
            self._print(f"focalbox: {sentence}\n")
        self._write_log(sentence)

    def close(self) -> None:
        """Remove the bar, and write the last state to the log."""
        self._wipe()
        self._write_log(self._state())

    def _wipe(self) -> None:
        if self._out is not None and self._terminal:
            self._print("\r\x1b[K")

    def _print(self, text: str) -> None:
        """Print; when that is not possible any more, the run goes on."""
        if self._out is None:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):  # a full disk, a pipe whose reader has gone, a closed file
            self._out = None

    def _write_log(self, sentence: str) -> None:
        if self._log is not None:
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            try:
                self._log.write(f"{now} {sentence}\n")
                self._log.flush()
            except OSError as error:
                self._log = None
                self._print(f"focalbox: the log cannot be written any more: {reason_of(error)}\n")

    def _state(self) -> str:
        seconds = max(self.seconds, 1e-9)
        left = (self.total - self.done) / self._pace if self._pace > 0 else 0.0
        return (
            f"{self.done}/{self.total} pictures, {self.failed} failed, {self.done / seconds:.1f}/s, "
            f"{self.pixels / 1e6 / seconds:.1f} MP/s, {duration_text(left)} left"
        )

    def _tell(self) -> None:
        now = time.monotonic()
        newest = (self.done - self._told_done) / max(now - self._told, 1e-9)
        self._pace = newest if self._told_done == 0 else self._pace + _NEWEST * (newest - self._pace)
        self._told, self._told_done = now, self.done
        if now - self._logged >= max(self._pause, _LINE_SECONDS if self._terminal else 0.0):
            self._logged = now
            self._write_log(self._state())
        if self._out is None or self._quiet:
            return
        if self._terminal:
            numbers = self._state()
            columns = shutil.get_terminal_size().columns
            width = max(0, min(40, columns - len(numbers) - 4))
            full = int(width * self.done / max(self.total, 1))
            bar = f"[{'#' * full}{'-' * (width - full)}] " if width else ""
            self._print(f"\r\x1b[K{(bar + numbers)[: columns - 1]}")
        else:
            self._print(f"focalbox: {self._state()}\n")


def duration_text(seconds: float) -> str:
    """Return a duration in its two largest units.

    Examples
    --------
    >>> duration_text(75), duration_text(7300)
    ('1 min 15 s', '2 h 1 min')
    """
    whole = int(seconds + 0.5)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
