"""Pictures under a root folder, and no way out of it."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from focalbox.imaging.limits import Limits
from focalbox.service.problems import Changed, NotFound, Unavailable
from focalbox.service.sources.content import Content, date_of
from focalbox.service.sources.mounts import is_local, mounts
from focalbox.storage.base import read_limited

__all__ = ["File", "RootFolder", "is_servable"]

_IN_NO_NAME = ("\\", "\0", ":") if os.name == "nt" else ("\\", "\0")
"""Characters that no name may hold. On Windows a colon follows a drive, or precedes a stream of a file."""
_MISSING = "there is no such picture"
"""One message for files that are missing, hidden, outside the root or unreadable, so that it tells nothing about them."""
_NO_SUCH = {
    getattr(errno, name, None)
    for name in ("ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG", "EINVAL", "EILSEQ")
}
"""What the system says of names that lead to no file that may be read. Anything else, such as a disk that fails, a server
of files that does not answer or too many open files, says nothing about the picture: it may be there."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be served.

    Parameters
    ----------
    path : Path
        Its real place, all links followed.
    identity : str
        Changes when its content does: device, inode, size and times of change. Empty where that does not matter.
    """

    path: Path
    identity: str


class RootFolder:
    """The root folder.

    Served are regular files below it, wherever the links in their names lead, if that is below it too. Not served is
    anything whose name begins with a dot, nor anything named with ``..``, a backslash, a drive or an absolute path.

    Parameters
    ----------
    root : Path
        A folder that exists.
    mounted : str, optional
        The table of mounts; the system's when left out.

    Attributes
    ----------
    local : bool
        Whether all of it lay on disks of this machine when the service started.
    """

    def __init__(self, root: Path, mounted: str | None = None) -> None:
        self._root = root.resolve(strict=True)
        self._below = f"{str(self._root).rstrip(os.sep)}{os.sep}"
        self._device = self._root.stat().st_dev
        self.local = is_local(self._root, mounts() if mounted is None else mounted)

    def find(self, name: str) -> File:
        """Find a file by its name below the root, ``/`` between its parts.

        Raises
        ------
        NotFound
            When it may not be served.
        Unavailable
            When the root itself is gone, or its disk fails.
        """
        if not is_servable(name):
            raise NotFound(_MISSING)
        try:
            path = os.path.realpath(f"{self._below}{name}", strict=True)  # pathlib takes three times as long
            if not path.startswith(self._below) or f"{os.sep}." in path[len(self._below) - 1 :]:
                raise NotFound(_MISSING)
            found = os.stat(path)  # noqa: PTH116 - as above
        except (OSError, ValueError, RuntimeError) as error:
            raise self._failure(error) from error
        if not stat.S_ISREG(found.st_mode):
            raise NotFound(_MISSING)
        return File(Path(path), _identity(found))

    def check(self) -> None:
        """Raise `Unavailable` when the root is not there as it was at the start: removed, or its disk not mounted."""
        try:
            found = self._root.stat()
        except OSError:
            found = None
        if found is None or not stat.S_ISDIR(found.st_mode) or found.st_dev != self._device:
            message = "the folder of the pictures is not there at the moment"
            raise Unavailable(message)

    def read(self, file: File, limits: Limits) -> Content:
        """Read a file that was found, without following a link put there since.

        Raises
        ------
        NotFound
            When it is no longer there.
        Unavailable
            When the root itself is gone, or its disk fails.
        Changed
            When it is another one by now, or was written to while it was read: nothing that is known of the one that was
            found may be said of these bytes.
        LimitExceeded
            When it has more bytes than the limits allow.
        """
        try:
            descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as opened:
                found = os.fstat(opened.fileno())
                if not stat.S_ISREG(found.st_mode):
                    raise NotFound(_MISSING)
                data = read_limited(opened, limits.bytes, "this one", found.st_size)
                if file.identity and _identity(os.fstat(opened.fileno())) != file.identity:
                    message = "the picture is being changed at the moment"
                    raise Changed(message)
                return Content(data, date_of(found.st_mtime))
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> NotFound | Unavailable:
        """Return what it means that a file cannot be found or read; raises `Unavailable` when the root itself is gone."""
        self.check()
        if isinstance(error, OSError) and error.errno not in _NO_SUCH:
            message = "the folder of the pictures cannot be read at the moment"
            return Unavailable(message)
        return NotFound(_MISSING)

    def pictures(self, most: int) -> list[str]:
        """Return the names of pictures directly below the root, in order, ``most`` at most."""
        endings = {".jpg", ".jpeg", ".png", ".webp", ".avif"}
        try:
            names = [entry.name for entry in os.scandir(self._root) if entry.is_file()]
        except OSError as error:
            raise self._failure(error) from error
        return sorted(name for name in names if Path(name).suffix.lower() in endings and not name.startswith("."))[
            :most
        ]


def is_servable(name: str) -> bool:
    """Tell whether a file of this name may be served at all, wherever it lies below the root.

    Examples
    --------
    >>> is_servable("pets/cat.jpg"), is_servable("pets/..cat.jpg"), is_servable("/etc/passwd")
    (True, False, False)
    """
    hidden = any(not part or part.startswith(".") for part in name.split("/"))
    return not hidden and not any(sign in name for sign in _IN_NO_NAME)


def _identity(found: os.stat_result) -> str:
    return f"{found.st_dev}-{found.st_ino}-{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}"
