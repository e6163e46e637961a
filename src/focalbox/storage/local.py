"""Where bytes are read and written: a folder of this machine, or any address that fsspec knows."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from focalbox.errors import FetchError, InvalidRequest, LimitExceeded

__all__ = [
    "FileInfo",
    "Storage",
    "Unwritable",
    "below",
    "check_length",
    "is_remote",
    "reason_of",
    "storage_of",
    "within",
]

_TEMPORARY = ".focalbox"
"""The folder in a destination where results are written before they take their names: whatever a killed worker leaves lies
there, and the next run clears it."""


class Unwritable(InvalidRequest):
    """Nothing can be written at a place: it is full, read-only, gone or forbidden."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One file that a listing found: its address, its name below the place, its length in bytes, and its stamp."""

    address: str
    name: str
    bytes: int
    stamp: str


class Storage(Protocol):
    """What reads and writes; one for folders, one for every other store."""

    def list(self, address: str) -> Iterator[FileInfo]:
        """List every file below an address, in the order of names; of a file, itself."""

    def find(self, address: str) -> FileInfo | None:
        """Describe one file; None when there is none."""

    def read(self, address: str, most: int) -> tuple[bytes, str]:
        """Return a file's bytes and stamp; more than ``most`` bytes raise `LimitExceeded`."""

    def write(self, address: str, content: bytes, root: str) -> None:
        """Write a file whole or not at all; ``root`` is the destination that it lies under."""

    def send(self, path: Path, address: str, root: str) -> None:
        """Write a file of this machine, of any length, like `write`."""

    def open(self, address: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file for reading, of any length."""

    def remove(self, address: str) -> None:
        """Remove a file, if it is there."""

    def remove_folder(self, address: str) -> None:
        """Remove a folder with all its files."""

    def clear(self, root: str) -> None:
        """Remove what an interrupted run has left half-written under a destination."""


class LocalFolder:
    """Folders of this machine."""

    def list(self, address: str) -> Iterator[FileInfo]:
        """List every file below a folder, folder by folder, in the order of names."""
        path = Path(address)
        if not path.is_dir():
            found = self.find(address)
            if found is not None:
                yield found
            return
        yield from self._walk(path, "")

    def _walk(self, folder: Path, prefix: str) -> Iterator[FileInfo]:
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            message = f"the folder {folder} cannot be listed: {reason_of(error)}"
            raise InvalidRequest(message) from error
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(Path(entry.path), f"{prefix}{entry.name}/")
            else:
                with suppress(OSError):  # vanished since, or a link to nowhere
                    if entry.is_file():
                        stat = entry.stat()
                        yield FileInfo(entry.path, prefix + entry.name, stat.st_size, str(stat.st_mtime_ns))

    def find(self, address: str) -> FileInfo | None:
        """Describe one file."""
        try:
            stat = os.stat(address)  # noqa: PTH116 - an address is text
        except (OSError, ValueError):
            return None
        if not os.path.isfile(address):  # noqa: PTH113 - an address is text
            return None
        return FileInfo(address, Path(address).name, stat.st_size, str(stat.st_mtime_ns))

    def read(self, address: str, most: int) -> tuple[bytes, str]:
        """Return a file's bytes and the time when it was changed, in nanoseconds."""
        try:
            with open(address, "rb") as file:  # noqa: PTH123 - an address is text
                before = os.fstat(file.fileno())
                content = file.read(min(before.st_size, most) + 1)  # room for the file and no more: new memory is dear
                after = os.fstat(file.fileno())
        except FileNotFoundError as error:
            message = f"there is no file {address}"
            raise FetchError(message) from error
        except (OSError, ValueError) as error:
            message = f"{address} cannot be read: {reason_of(error)}"
            raise FetchError(message) from error
        check_length(address, len(content), most)
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size) or len(content) != after.st_size:
            message = f"{address} changed while it was being read"
            raise FetchError(message)
        return content, str(after.st_mtime_ns)

    def write(self, address: str, content: bytes, root: str) -> None:
        """Write to a temporary file on the same disk, which then takes the name."""
        _put(address, root, lambda temporary: _fill(temporary, content))

    def send(self, path: Path, address: str, root: str) -> None:
        """Copy a file like `write`."""
        _put(address, root, lambda temporary: shutil.copyfile(path, temporary))

    def open(self, address: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file for reading."""
        try:
            return Path(address).open("rb")
        except OSError as error:
            message = f"{address} cannot be read: {reason_of(error)}"
            raise InvalidRequest(message) from error

    def remove(self, address: str) -> None:
        """Remove a file, if it is there."""
        Path(address).unlink(missing_ok=True)

    def remove_folder(self, address: str) -> None:
        """Remove a folder with all its files."""
        shutil.rmtree(address, ignore_errors=True)

    def clear(self, root: str) -> None:
        """Remove the folder of temporary files."""
        folder = Path(root) / _TEMPORARY
        if folder.is_dir():
            for path in folder.iterdir():
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


def _put(address: str, root: str, fill: Callable[[str], object]) -> None:
    """Fill a temporary file under ``root``, which then takes the name ``address``."""
    temporary = os.path.join(root, _TEMPORARY, secrets.token_hex(8))  # noqa: PTH118 - an address is text
    try:
        try:
            _in_folder(temporary, lambda: fill(temporary))
            _in_folder(address, lambda: os.replace(temporary, address))  # noqa: PTH105 - an address is text
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        message = f"{address} cannot be written: {reason_of(error)}"
        raise Unwritable(message) from error


def _fill(path: str, content: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123 - an address is text
        file.write(content)


def _in_folder(path: str, act: Callable[[], object]) -> None:
    """Do something with a path whose folder may have to be made first: it hardly ever does, and asking takes as long."""
    try:
        act()
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        act()


def check_length(address: str, length: int, most: int) -> None:
    """Raise `LimitExceeded` when a file is longer than the limits allow."""
    if length > most:
        message = f"a picture may have at most {most} bytes, but {address} has {length} or more"
        raise LimitExceeded(message)


def reason_of(error: BaseException) -> str:
    """Return why a lower library failed, in one line."""
    reason = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
    return str(reason)[:300]


def is_remote(address: str) -> bool:
    """Tell whether an address names a store: ``s3://bucket/prefix``.

    Examples
    --------
    >>> is_remote("s3://bucket/cats"), is_remote("cats")
    (True, False)
    """
    return "://" in address and not address.startswith("file://")


def storage_of(address: str) -> Storage:
    """Return what reads and writes at an address."""
    if is_remote(address):
        from focalbox.storage.fsspec_store import FsspecStore  # noqa: PLC0415 - fsspec is an extra that folders do not need

        return FsspecStore()
    return LocalFolder()


def below(root: str, name: str) -> str:
    """Return the address of a name below a destination.

    Examples
    --------
    >>> below("s3://bucket/crops/", "cats/tom.jpg")
    's3://bucket/crops/cats/tom.jpg'
    """
    return f"{root.rstrip('/')}/{name}" if is_remote(root) else os.path.join(root, name)  # noqa: PTH118 - text


def within(inner: str, outer: str) -> bool:
    """Tell whether one address lies in another, or is the same.

    Examples
    --------
    >>> within("s3://bucket/cats/out", "s3://bucket/cats"), within("s3://bucket/cats-2", "s3://bucket/cats")
    (True, False)
    """
    if is_remote(inner) != is_remote(outer):
        return False
    if is_remote(inner):
        return f"{inner.rstrip('/')}/".startswith(f"{outer.rstrip('/')}/")
    return Path(inner).resolve().is_relative_to(Path(outer).resolve())
