"""Control-C, SIGTERM and SIGHUP: all end a command in the same way, after it has said how far it came."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["end_on_signals", "exit_code_of"]

_BY_SIGNAL = 128
"""The number that shells add to a signal's number in the exit code of a command that it ended."""


_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""What ends a command besides control-C: it is told to, or its terminal is closed (which Windows has no signal for)."""


class _Ended(KeyboardInterrupt):
    """The command was asked to end by the signal of this number; it ends as it does after control-C."""


@contextmanager
def end_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end what is done here as control-C does, so that what is done is said and written down.

    One that the command was started to ignore, as `nohup` does with SIGHUP, stays ignored.
    """

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        raise _Ended(number)

    heard = [number for number in _ENDING if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code_of(error: KeyboardInterrupt) -> int:
    """Return the exit code of a command that was ended.

    Examples
    --------
    >>> exit_code_of(KeyboardInterrupt())
    130
    """
    return _BY_SIGNAL + int(error.args[0] if isinstance(error, _Ended) else signal.SIGINT)
