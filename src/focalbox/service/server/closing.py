"""Closes a listening socket without resetting a connection: new ones are dropped, and those that have begun are accepted.

When a listening socket closes, the system resets every connection that it has established but nobody has accepted yet,
although its client may have sent a request. A dropped attempt to connect does less harm: the client's system repeats it a
second later, and it is then refused. A unix socket needs no more than that its file is removed. One that was handed to the
service needs nothing at all: its owner keeps it, and whoever waits there is accepted by the next service.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import selectors
import socket
import struct
import sys

from focalbox.service.server.activation import GivenSocket
from focalbox.service.server.listening import UnixSocket

__all__ = ["stop_accepting"]

_ATTACH_FILTER = 26
"""SO_ATTACH_FILTER of Linux (socket(7)); Python does not name it."""
_FLAGS, _SYN, _SYN_ACK = 13, 0x02, 0x12
"""Where a TCP header has its flags, in bytes, and the flags of a first packet and of its answer (RFC 9293, section 3.1)."""
_DROP_FIRST_PACKETS = (
    (0x30, 0, 0, _FLAGS),  # load the byte of flags
    (0x54, 0, 0, _SYN_ACK),  # keep its bits SYN and ACK
    (0x15, 0, 1, _SYN),  # SYN alone: the next line, else the one after
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # let through
)
"""Operation, jump if true, jump if false, value: as in the kernel's Documentation/networking/filter.rst."""
_SETTLE = 0.2
"""Seconds without a connection to accept after which all that had begun have arrived: a round trip across a continent."""
_MOST = 2.0
"""Seconds after which waiting ends in any case, where the system cannot drop new connections."""
_TURN = 0.02
"""Seconds between two checks."""


async def stop_accepting(listening: socket.socket) -> None:
    """Begin no further connections, and wait until those that were begun have been accepted; the caller then closes it.

    Parameters
    ----------
    listening : socket
        One whose connections this event loop accepts.
    """
    if isinstance(listening, GivenSocket):
        return
    if isinstance(listening, UnixSocket):
        listening.withdraw()
    else:
        _drop_new(listening)
    loop = asyncio.get_running_loop()
    end = loop.time() + _MOST
    quiet = loop.time() + _SETTLE
    with selectors.DefaultSelector() as coming:  # unlike `select`, it takes any number of open files
        coming.register(listening, selectors.EVENT_READ)
        while loop.time() < min(quiet, end):
            if coming.select(0):
                quiet = loop.time() + _SETTLE
            await asyncio.sleep(_TURN)


def _drop_new(listening: socket.socket) -> None:
    """Drop the first packet of every new connection, where the system can; established ones go on."""
    if not sys.platform.startswith("linux"):
        return
    program = b"".join(struct.pack("HBBI", *line) for line in _DROP_FIRST_PACKETS)
    kept = ctypes.create_string_buffer(program, len(program))
    pointed = struct.pack("HP", len(_DROP_FIRST_PACKETS), ctypes.addressof(kept))
    with contextlib.suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, pointed)
