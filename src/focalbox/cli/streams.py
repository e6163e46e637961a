"""The standard streams of the command, also when they are closed, full, or no longer read."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

__all__ = ["ClosedOutput", "discard", "flush_streams", "open_closed_streams"]


def open_closed_streams() -> None:
    """Open the null device where a standard stream is closed, so that no file of a command becomes one of the three.

    Worker processes inherit them. In Python, closed standard input stays None, and commands refuse to use it; writing to
    closed standard output fails.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for as long as the command runs


class ClosedOutput(io.TextIOBase):
    """Standard output that was closed before the command began: its output must not be lost unnoticed."""

    def write(self, text: str) -> int:  # noqa: ARG002 - a stream's signature
        """Raise OSError, as a file does that cannot be written."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def flush_streams() -> None:
    """Flush standard output and error; text that cannot be written is dropped."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            discard(stream)


def discard(stream: TextIO | Any) -> None:
    """Redirect a stream that cannot be written to the null device, so that Python does not fail again when it ends."""
    with suppress(OSError, ValueError):  # of a test, or closed
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
        stream.flush()
