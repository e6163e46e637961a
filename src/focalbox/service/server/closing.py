"""The end of a listening socket: no new connection is begun, and those that were begun are all accepted before it closes.

A listening socket that is closed resets the connections that the system has finished but nobody has accepted yet, whose
clients have sent a request already. A client that is only about to connect is better off: its attempt is repeated by its own
system a second later, and then refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import select
import socket
import struct
import sys

__all__ = ["stop_accepting"]

_ATTACH_FILTER = 26
"""SO_ATTACH_FILTER of Linux (socket(7)); Python does not name it."""
_FLAGS, _SYN, _SYN_ACK = 13, 0x02, 0x12
"""Where a TCP header has its flags, in bytes, and the flags of a first packet and of its answer (RFC 9293, section 3.1)."""
_DROP_FIRST_PACKETS = (
    (0x30, 0, 0, _FLAGS),  # load the byte of flags
    (0x54, 0, 0, _SYN_ACK),  # of it, SYN and ACK
    (0x15, 0, 1, _SYN),  # SYN alone: the next line, else the one after
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # let through
)
"""Operation, jump if so, jump if not, value: as in the kernel's Documentation/networking/filter.rst."""
_SETTLE = 0.2
"""Seconds without a connection to accept after which all that were begun are there: a round trip across a continent."""
_MOST = 2.0
"""Seconds after which it ends all the same, where connections cannot be kept from beginning."""
_TURN = 0.02
"""Seconds between two looks."""


async def stop_accepting(listening: socket.socket) -> None:
    """Begin no further connections, and wait until those that were begun have been accepted; the caller then closes it.

    Parameters
    ----------
    listening : socket
        Accepted from in this event loop.
    """
    _begin_no_more(listening)
    loop = asyncio.get_running_loop()
    end = loop.time() + _MOST
    quiet = loop.time() + _SETTLE
    while loop.time() < min(quiet, end):
        if select.select([listening], [], [], 0)[0]:
            quiet = loop.time() + _SETTLE
        await asyncio.sleep(_TURN)


def _begin_no_more(listening: socket.socket) -> None:
    """Drop the first packet of every connection, where the system can; what was begun goes on."""
    if not sys.platform.startswith("linux"):
        return
    program = b"".join(struct.pack("HBBI", *line) for line in _DROP_FIRST_PACKETS)
    kept = ctypes.create_string_buffer(program, len(program))
    pointed = struct.pack("HP", len(_DROP_FIRST_PACKETS), ctypes.addressof(kept))
    with contextlib.suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, pointed)
