"""Where the log goes: lines are left out, and counted, rather than waiting for whoever reads them.

The log is written between two steps of answering. A pipe holds some hundred lines: when what reads them is stopped, or slow
itself, writing would wait for it, and with it every request, `/healthz` and the end of the process.
"""

from __future__ import annotations

import os
import select
import socket
import stat
from collections.abc import Callable
from functools import partial

__all__ = ["LogStream"]


class LogStream:
    """Writes to an open file as text streams do, but never waits; what does not fit is lost.

    Parameters
    ----------
    file : int
        The number of the open file.
    tell : callable
        Makes a line that says how many were lost.

    Examples
    --------
    >>> read, written = os.pipe()
    >>> LogStream(written, lambda lost: f"{lost} lost").write("all is well")
    11
    >>> os.read(read, 100)
    b'all is well'
    """

    def __init__(self, file: int, tell: Callable[[int], str]) -> None:
        self._tell = tell
        self._send, self._release = _sender(file)
        self._rest, self._lost = b"", 0

    def write(self, text: str) -> int:
        """Write a line, or count it as lost; the answer is its length."""
        if self._rest:
            self._rest = self._rest[self._try(self._rest) :]
        more = self._tell(self._lost) if self._lost else ""
        self._lost = 0 if not self._rest and self._put(more + text) else self._lost + 1
        return len(text)

    def flush(self) -> None:
        """Do nothing: all that could be written is."""

    def close(self) -> None:
        """Release what was opened beside the file."""
        self._release()

    def _put(self, text: str) -> bool:
        """Write a line; what fits of one that is longer than a page may be its beginning, and the rest comes later."""
        line = text.encode("utf-8", "backslashreplace")
        sent = self._try(line)
        self._rest = line[sent:] if sent else b""
        return sent > 0

    def _try(self, data: bytes) -> int:
        try:
            return self._send(data)
        except OSError:  # nothing fits, the disk is full, or nobody reads any more
            return 0


def _sender(file: int) -> tuple[Callable[[bytes], int], Callable[[], None]]:
    """Return what sends bytes without waiting, and answers how many it took; and what releases it.

    Whether writing waits is a property of the open file, which other processes share, such as the shell that has started
    this one. So a pipe or a terminal is opened anew.
    """
    mode = os.fstat(file).st_mode
    if stat.S_ISSOCK(mode):
        connected = socket.socket(fileno=os.dup(file))
        return lambda data: connected.send(data, socket.MSG_DONTWAIT), connected.close
    if not stat.S_ISFIFO(mode) and not os.isatty(file):
        return partial(os.write, file), _nothing
    try:
        own = os.open(f"/proc/self/fd/{file}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, AttributeError):  # another user's pipe, or another system than Linux
        return lambda data: os.write(file, data) if _takes_more(file) else 0, _nothing
    return partial(os.write, own), partial(os.close, own)


def _nothing() -> None:
    pass


def _takes_more(file: int) -> bool:
    """Tell whether a page can be written without waiting, unless another process fills it now."""
    if not hasattr(select, "poll"):
        return True
    asked = select.poll()
    asked.register(file, select.POLLOUT)
    return bool(asked.poll(0))
