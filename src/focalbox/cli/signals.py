"""Control-C, SIGTERM and SIGHUP: all end a command in the same way, after it has reported its progress."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["end_on_signals", "exit_code_of", "ignore_signals", "ignored_signals", "leave_at_control_c"]

_BY_SIGNAL = 128
"""The number that shells add to a signal's number in the exit code of a command that it ended."""

_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that end a command: for control-C, a request to stop, and a closed terminal (not on Windows)."""

_PATIENCE = 10.0
"""Seconds after a signal in which further ones change nothing: workers get 5 to end, and then finished work is recorded. A
later one is heard again, should the first have been lost in a library."""


class _Ended(KeyboardInterrupt):
    """The command was asked to end by the signal of this number; it ends as it does after control-C."""


@contextmanager
def end_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as control-C does, so that finished work is reported and recorded.

    While the command ends after one of them, and afterwards, further ones change nothing. One that the command was started
    to ignore, as `nohup` does with SIGHUP, stays ignored.
    """
    ended_at: float | None = None

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        nonlocal ended_at
        now = time.monotonic()
        if ended_at is None or now - ended_at > _PATIENCE:
            ended_at = now
            raise _Ended(number)

    before = {number: signal.signal(number, end) for number in sorted(set(_ENDING) - ignored_signals())}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if ended_at is None else signal.SIG_IGN)


def ignored_signals() -> set[int]:
    """Return which of the signals that end a command this one was started to ignore, as by ``nohup`` or a shell's ``&``."""
    return {number for number in _ENDING if signal.getsignal(number) == signal.SIG_IGN}


@contextmanager
def leave_at_control_c() -> Iterator[None]:
    """Let control-C end the process at once and silently, where nothing has been done yet and modules are being loaded.

    An exception would come up in the middle of any module, and some libraries turn it into another one.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def ignore_signals() -> None:
    """Let signals change nothing any more: the command has done its work, and Python ends."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def exit_code_of(error: KeyboardInterrupt) -> int:
    """Return the exit code of a command that was ended.

    Examples
    --------
    >>> exit_code_of(KeyboardInterrupt())
    130
    """
    return _BY_SIGNAL + int(error.args[0] if isinstance(error, _Ended) else signal.SIGINT)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    os._exit(_BY_SIGNAL + number)
