"""The socket that the service listens on: of an address and a port, or a file of this machine (a unix socket)."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from focalbox.errors import InvalidRequest
from focalbox.service.settings import ServiceSettings

__all__ = ["BACKLOG", "Listening", "UnixSocket", "listen"]

BACKLOG = 1024
"""Connections that may wait in the system until the service accepts them."""


class Listening(socket.socket):
    """A socket that may leave connections to other processes that accept from it."""

    may_accept: Callable[[], bool] = staticmethod(lambda: True)

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection, as `socket.socket.accept`.

        Raises
        ------
        BlockingIOError
            When none waits, or when another process should accept it.
        """
        if not self.may_accept():
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return super().accept()


def listen(settings: ServiceSettings) -> Listening:
    """Return a socket that listens where the settings say.

    Raises
    ------
    InvalidRequest
        When the system does not allow it, such as because another process listens there.
    """
    path = settings.unix_socket
    if path is not None and not hasattr(socket, "AF_UNIX"):
        message = "a unix socket needs Linux, macOS or another Unix"
        raise InvalidRequest(message)
    place = f"{settings.host}:{settings.port}" if path is None else str(path)
    try:
        if path is not None:
            return UnixSocket.bound(path, int(settings.unix_socket_mode, 8))
        return _tcp(settings.host, settings.port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"cannot listen at {place}: {reason}"
        raise InvalidRequest(message) from error


def _tcp(host: str, port: int) -> Listening:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY on every connection; without, each answer waits 40 ms for the
    # client's acknowledgement of its header.
    listening = Listening(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError):
        listening.close()
        raise
    listening.listen(BACKLOG)
    return listening


class UnixSocket(Listening):
    """A listening unix socket; its file is removed when no further connections are to begin."""

    _path = Path()
    _file = (0, 0)

    @classmethod
    def bound(cls, path: Path, mode: int) -> UnixSocket:
        """Return one that listens at a path; a file that a killed process has left there is replaced.

        Parameters
        ----------
        path : Path
            Of at most as many bytes as the system allows.
        mode : int
            The permissions of the file, which it has from the beginning.

        Raises
        ------
        OSError
            When another process listens there, when the file is no socket, or when the system does not allow it.
        """
        listening = cls(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening._path = path
            with _locked(path.parent):
                _remove_stale(path)
                before = os.umask(0o777 & ~mode)
                try:
                    listening.bind(os.fspath(path))
                finally:
                    os.umask(before)
                listening._file = _identity(path)
                listening.listen()  # before the lock is released: one that does not listen yet would be taken for stale
        except BaseException:
            listening.close()
            raise
        return listening

    def listen(self, backlog: int = BACKLOG, /) -> None:
        """Listen with no less than `BACKLOG`.

        asyncio listens with less for a moment. Attempts to connect by TCP are then repeated; these would be refused.
        """
        super().listen(max(backlog, BACKLOG))

    def withdraw(self) -> None:
        """Remove the file, unless it is another's by now; connections that have begun can still be accepted."""
        with contextlib.suppress(OSError), _locked(self._path.parent):
            if _identity(self._path) == self._file:
                self._path.unlink()


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let no other process of the service look at, make or remove a socket of a folder meanwhile."""
    import fcntl  # noqa: PLC0415 - Unix alone has it

    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _identity(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_dev, found.st_ino


def _remove_stale(path: Path) -> None:
    """Remove a socket on which nobody listens; anything else at the path is an error."""
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise FileExistsError(errno.EEXIST, "there is something else than a socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(0)
        try:
            asking.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:
            pass  # somebody listens and is busy
    raise OSError(errno.EADDRINUSE, "another process listens there")
