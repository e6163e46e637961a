"""A transport that sends the head and the body of an answer together: half the system calls, and half the packets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

__all__ = ["JoinedTransport"]

_LARGE = 2**16
"""Bytes from which a piece is sent by itself: copying it would cost more than another system call."""


class JoinedTransport(asyncio.Transport):
    """Collects what is written in one turn of the event loop.

    Parameters
    ----------
    transport : asyncio.Transport
        The transport that sends.
    still_receives : callable, optional
        Tells, when it is to be closed, whether the other side may still be sending.
    """

    def __init__(self, transport: asyncio.Transport, still_receives: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._transport, self._pieces, self._still_receives = transport, list[bytes](), still_receives
        self.half_closed = False

    def write(self, data: Any) -> None:
        """Send bytes together with all others that are written before the loop's next turn or before `flush`."""
        if not data:
            return
        if len(data) >= _LARGE:
            self.flush()
            self._transport.write(data)
            return
        if not self._pieces:
            asyncio.get_running_loop().call_soon(self.flush)
        self._pieces.append(data)

    def flush(self) -> None:
        """Send at once what has been written."""
        if self._pieces:
            pieces, self._pieces = self._pieces, []
            self._transport.write(b"".join(pieces))

    def close(self) -> None:
        """Send what was written, and close; where the other side still sends, close this direction alone at first.

        A connection that is closed while something is unread is reset, and the answer may be lost with it (RFC 9112, 9.6).
        """
        self.flush()
        if self.half_closed or not self._still_receives():
            self._transport.close()
            return
        self.half_closed = True
        self._transport.resume_reading()
        self._transport.write_eof()

    def abort(self) -> None:
        """Close and drop unsent bytes."""
        self._pieces = []
        self._transport.abort()

    def is_closing(self) -> bool:
        """Tell whether it is closed or will be."""
        return self.half_closed or self._transport.is_closing()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes are unsent."""
        return self._transport.get_write_buffer_size() + sum(map(len, self._pieces))

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the connection."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Take no more bytes from the client."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take bytes again."""
        self._transport.resume_reading()
