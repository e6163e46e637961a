"""Folders of this machine: files are read within a limit, and written by a rename."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import IO

from focalbox.errors import FetchError, InvalidRequest, OutputError, show_value
from focalbox.storage.base import FileInfo, ObjectHeaders, Unlisted, local_path, read_limited, reason_of, scheme_of

__all__ = ["LocalFolder", "check_path", "folds_case", "write_file"]

_TEMPORARY = ".focalbox"
"""The folder in a destination where results are written before they take their names: whatever a killed worker leaves lies
there, and the next run clears it."""


_TRIES = 3
"""How often a file is written at most: the first time its folder may be missing, and another run, which ends or begins with
`LocalFolder.clear`, may take the temporary folder away."""


class LocalFolder:
    """Folders of this machine."""

    def list(self, address: str, unlisted: Unlisted | None = None) -> Iterator[FileInfo]:
        """List every file below a folder, folder by folder, in the order of names; hidden ones are left out."""
        path = Path(local_path(address))
        if not path.is_dir():
            found = self.find(address)
            if found is not None:
                yield found
            return
        folders = [("", _entries_of(path))]  # not by recursion: folders may be nested deeper than calls may be
        while folders:
            prefix, entries = folders[-1]
            entry = next(entries, None)
            if entry is None:
                folders.pop()
            elif entry.name.startswith("."):
                continue
            elif entry.is_dir(follow_symlinks=False):
                try:
                    folders.append((f"{prefix}{entry.name}/", _entries_of(entry.path)))
                except InvalidRequest as error:
                    if unlisted is None:
                        raise
                    unlisted(prefix + entry.name, str(error))
            elif (found := _describe(entry, prefix)) is not None:
                yield found

    def find(self, address: str) -> FileInfo | None:
        """Describe one file."""
        path = local_path(address)
        try:
            found = os.stat(path)  # noqa: PTH116 - an address is text
        except (OSError, ValueError):
            return None
        if not os.path.isfile(path):  # noqa: PTH113 - an address is text
            return None
        return FileInfo(address, Path(path).name, found.st_size, str(found.st_mtime_ns))

    def read(self, address: str, limit: int) -> tuple[bytes, str]:
        """Return a file's bytes and the time when it was changed, in nanoseconds."""
        try:
            with open(local_path(address), "rb") as file:  # noqa: PTH123 - an address is text
                before = os.fstat(file.fileno())
                regular = stat.S_ISREG(before.st_mode)  # a pipe tells no length
                content = read_limited(file, limit, address, before.st_size if regular else None)
                after = os.fstat(file.fileno())
        except FileNotFoundError as error:
            message = f"there is no file {address}"
            raise FetchError(message) from error
        except IsADirectoryError as error:
            message = f"{address} is a directory, not a picture"
            raise FetchError(message) from error
        except (OSError, ValueError) as error:
            message = f"{address} cannot be read: {reason_of(error)}"
            raise FetchError(message) from error
        stamps = (before.st_mtime_ns, before.st_size), (after.st_mtime_ns, after.st_size)
        if regular and (stamps[0] != stamps[1] or len(content) != after.st_size):
            message = f"{address} changed while it was being read"
            raise FetchError(message)
        return content, str(after.st_mtime_ns)

    def write(
        self,
        address: str,
        content: bytes,
        root: str,
        headers: ObjectHeaders | None = None,  # noqa: ARG002 - a file has none
    ) -> None:
        """Write to a temporary file on the same disk, which then takes the name."""
        _replace(local_path(address), _temporary_in(root), lambda path: _fill(path, content))

    def send(self, path: Path, address: str, root: str) -> None:
        """Copy a file like `write`."""
        import shutil  # noqa: PLC0415 - loads compressors that nobody here needs

        _replace(local_path(address), _temporary_in(root), lambda temporary: shutil.copyfile(path, temporary))

    def open(self, address: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file for reading."""
        try:
            return Path(local_path(address)).open("rb")
        except OSError as error:
            message = f"{address} cannot be read: {reason_of(error)}"
            raise InvalidRequest(message) from error

    def remove(self, address: str) -> None:
        """Remove a file, if it is there."""
        Path(local_path(address)).unlink(missing_ok=True)

    def remove_folder(self, address: str) -> None:
        """Remove a folder with all its files."""
        import shutil  # noqa: PLC0415 - as above

        shutil.rmtree(local_path(address), ignore_errors=True)

    def clear(self, root: str) -> None:
        """Remove the folder of temporary files."""
        folder = Path(local_path(root)) / _TEMPORARY
        if folder.is_dir():
            for path in folder.iterdir():
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


def check_path(path: object) -> str:
    """Return a path as text.

    Raises
    ------
    InvalidRequest
        When it is something else, such as an address.
    """
    try:
        text: object = os.fspath(path)  # type: ignore[call-overload]
    except TypeError:
        text = path
    if not isinstance(text, str):
        message = f"a path is text or a pathlib.Path, not {show_value(path)}"
        raise InvalidRequest(message)
    scheme = scheme_of(text)
    if scheme is not None:
        message = f"nothing is written to {scheme}:// addresses here: write the bytes that encode returns"
        raise InvalidRequest(message)
    return text


def folds_case(folder: str) -> bool:
    """Tell whether names that differ in case alone are one in a folder, as on most disks of macOS and Windows.

    Asked of the folder itself, or of the nearest one above it that is there, by its own name in the other case.
    """
    path = Path(os.path.realpath(folder))
    for place in (path, *path.parents):
        other = place.name.swapcase()
        if other == place.name:
            continue
        try:
            if place.exists():
                return place.samefile(place.with_name(other))
        except (OSError, ValueError):  # there is none of the other name
            return False
    return False


def write_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write one file, either completely or not at all; a missing folder is made.

    The bytes go to a temporary file beside the target, which then takes the target's name. So other processes see the old
    file or the new one, and an error leaves nothing behind. Of a link, the file that it points to is written. The bytes are
    written into devices and named pipes, such as ``/dev/null``, which are not replaced.

    Raises
    ------
    InvalidRequest
        When ``path`` is not a path.
    OutputError
        When nothing can be written there.
    """
    target = check_path(path)
    try:
        if os.path.exists(target) and not (os.path.isfile(target) or os.path.isdir(target)):  # noqa: PTH110, PTH112, PTH113
            _fill(target, content)
            return
        real = os.path.realpath(target)
        beside = Path(real).with_name(f".{os.urandom(8).hex()}.part")
    except (OSError, ValueError) as error:
        message = f"{target} cannot be written: {reason_of(error)}"
        raise OutputError(message) from error
    _replace(real, str(beside), lambda temporary: _fill(temporary, content))


def _entries_of(folder: str | os.PathLike[str]) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as listing:
            return iter(sorted(listing, key=lambda entry: entry.name))
    except OSError as error:
        message = f"the folder {os.fspath(folder)} cannot be listed: {reason_of(error)}"
        raise InvalidRequest(message) from error


def _describe(entry: os.DirEntry[str], prefix: str) -> FileInfo | None:
    """Describe a listed entry; one that cannot be read as a file has a length of -1, so that somebody says so."""
    try:
        if entry.is_dir():  # a link to a folder, which is not followed: it may lead back here
            return None
        if entry.is_file():
            found = entry.stat()
            return FileInfo(entry.path, prefix + entry.name, found.st_size, str(found.st_mtime_ns))
    except OSError:  # vanished since, or a link in a circle
        pass
    return FileInfo(entry.path, prefix + entry.name, -1, "")


def _temporary_in(root: str) -> str:
    return os.path.join(local_path(root), _TEMPORARY, os.urandom(8).hex())  # noqa: PTH118 - an address is text


def _replace(path: str, temporary: str, fill: Callable[[str], object]) -> None:
    """Fill a temporary file on the same disk, which then takes the name ``path``: every file is written here."""
    for attempt in range(1, _TRIES + 1):
        try:
            if attempt > 1:  # hardly ever needed: checking before each write would take as long as the write
                for name in (temporary, path):
                    Path(name).parent.mkdir(parents=True, exist_ok=True)
            fill(temporary)
            os.replace(temporary, path)  # noqa: PTH105 - an address is text
        except BaseException as error:
            with suppress(OSError, ValueError):
                os.unlink(temporary)  # noqa: PTH108 - an address is text
            if isinstance(error, FileNotFoundError) and attempt < _TRIES:
                continue
            if not isinstance(error, OSError | ValueError):
                raise
            message = f"{path} cannot be written: {reason_of(error)}"
            raise OutputError(message) from error
        return


def _fill(path: str, content: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123 - an address is text
        file.write(content)
