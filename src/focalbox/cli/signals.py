"""Control-C and SIGTERM: both end a command in the same way, which first says what is done."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["end_on_sigterm", "exit_code_of"]

_BY_SIGNAL = 128
"""What shells add to a signal's number to report that a command was ended by it."""


class _Terminated(KeyboardInterrupt):
    """The command was asked to end by SIGTERM; it ends as it does after control-C."""


@contextmanager
def end_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end what is done here as control-C does, so that what is done is said and written down."""

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        raise _Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def exit_code_of(error: KeyboardInterrupt) -> int:
    """Return the exit code of a command that was ended.

    Examples
    --------
    >>> exit_code_of(KeyboardInterrupt())
    130
    """
    return _BY_SIGNAL + (signal.SIGTERM if isinstance(error, _Terminated) else signal.SIGINT)
