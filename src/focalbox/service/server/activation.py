"""The socket that systemd hands to the service it starts (socket activation, sd_listen_fds(3))."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import MutableMapping, Sequence

from focalbox.errors import InvalidRequest
from focalbox.service.server.listening import Listening

__all__ = ["GivenSocket", "take_socket"]

_FIRST = 3
"""The number of the first file that is handed over: SD_LISTEN_FDS_START."""
_COUNT, _PROCESS = "LISTEN_FDS", "LISTEN_PID"
_VARIABLES = (_COUNT, _PROCESS, "LISTEN_FDNAMES", "LISTEN_PIDFDID")
_EXPECTED = "systemd hands over one socket that listens for streams (ListenStream=, Accept=no)"


class GivenSocket(Listening):
    """A listening socket that belongs to whoever has started this process, and outlives it."""

    def listen(self, backlog: int = 0, /) -> None:
        """Do nothing: it listens, with the queue that its owner has chosen."""


def take_socket(environment: MutableMapping[str, str], instead_of: Sequence[str] = ()) -> GivenSocket | None:
    """Return the socket that was handed to this process, or None; the variables that tell of it are removed.

    So no process that is started later takes them for its own.

    Parameters
    ----------
    environment : mutable mapping of str to str
        The variables of this process.
    instead_of : sequence of str
        What else was said about where to listen, such as ``--port``.

    Raises
    ------
    InvalidRequest
        When something else than one listening stream socket was handed over, or another place to listen was named too.
    """
    told = {name: environment.pop(name, "") for name in _VARIABLES}
    if told[_PROCESS] != str(os.getpid()):
        return None  # they are another process's, such as that of a shell around this one
    if told[_COUNT] != "1":
        message = f"{_EXPECTED}, not {told[_COUNT][:20]!r} of them"
        raise InvalidRequest(message)
    wrong = _fault_of(_FIRST)
    if wrong:
        message = f"{_EXPECTED}, not {wrong}"
        raise InvalidRequest(message)
    if instead_of:
        message = f"the service listens on the socket that systemd hands over: leave out {' and '.join(instead_of)}"
        raise InvalidRequest(message)
    os.set_inheritable(_FIRST, False)  # noqa: FBT003 - the standard library's
    return GivenSocket(fileno=_FIRST)


def _fault_of(file: int) -> str:
    """Say what an open file is, if it is no socket to accept connections from; nothing if it is."""
    try:
        if not stat.S_ISSOCK(os.fstat(file).st_mode):
            return "a file of another kind"
    except OSError:
        return "a file that is closed"
    with socket.socket(fileno=os.dup(file)) as found:
        if found.type != socket.SOCK_STREAM or found.family not in {socket.AF_INET, socket.AF_INET6, socket.AF_UNIX}:
            return "a socket of another kind"
        if not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return "one that does not listen"
    return ""
