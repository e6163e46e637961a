"""The interface of a storage, which finds files, reads them within a limit, and writes them completely or not at all."""

from __future__ import annotations

import os
import re
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from focalbox.amounts import show_bytes
from focalbox.errors import InvalidRequest, LimitExceeded

__all__ = [
    "FILE",
    "FileInfo",
    "ObjectHeaders",
    "Storage",
    "Unlisted",
    "below",
    "is_remote",
    "local_path",
    "read_limited",
    "reason_of",
    "scheme_of",
    "within",
]

FILE = "file://"
"""The beginning of addresses of local files whose path is percent-encoded (RFC 8089)."""
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_MAX_REASON = 300
"""Characters of another library's message that are passed on."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One file that a listing found.

    Parameters
    ----------
    address : str
        Where it is.
    name : str
        What it is called below the listed address, with ``/``.
    bytes : int
        Its length; -1 of something that has a name and cannot be read, such as a dead link or a named pipe, and where a
        store does not tell it.
    stamp : str
        When it was changed, or the store's own tag of its content.
    """

    address: str
    name: str
    bytes: int
    stamp: str


@dataclass(frozen=True, slots=True)
class ObjectHeaders:
    """The attributes of an object in a store besides its bytes; folders ignore them.

    Parameters
    ----------
    content_type : str
        The media type, such as ``"image/jpeg"``.
    cache_control : str
        For those who fetch it over HTTP, such as ``"public, max-age=31536000"`` (RFC 9111).
    storage_class : str
        The store's own name of a price, such as ``"STANDARD_IA"``.
    """

    content_type: str = ""
    cache_control: str = ""
    storage_class: str = ""


Unlisted = Callable[[str, str], None]
"""Is told a folder's name below the listed address, and why it cannot be listed, in a sentence."""


class Storage(Protocol):
    """The interface of storages; one class is for folders, another for every other store."""

    def list(self, address: str, unlisted: Unlisted | None = None) -> Iterator[FileInfo]:
        """List every file below an address, in the order of names; of a file, itself.

        A folder of this machine below it that cannot be listed is told to ``unlisted``, and the others are listed.

        Raises
        ------
        InvalidRequest
            When the address cannot be listed; without ``unlisted`` also when a folder below it cannot.
        """

    def find(self, address: str) -> FileInfo | None:
        """Describe one file; None when there is none."""

    def read(self, address: str, limit: int) -> tuple[bytes, str]:
        """Return a file's bytes and stamp.

        Raises
        ------
        FetchError
            When it cannot be read; when there is no such file, its cause is a FileNotFoundError.
        LimitExceeded
            When it has more than ``limit`` bytes.
        """

    def write(self, address: str, content: bytes, root: str, headers: ObjectHeaders | None = None) -> None:
        """Write a file whole or not at all; ``root`` is the destination that it lies under.

        Raises
        ------
        OutputError
            When it cannot be written.
        """

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


class _Readable(Protocol):
    def read(self, count: int, /) -> bytes:
        """Return at most so many bytes."""


def read_limited(file: _Readable, limit: int, name: str, length: int | None = None) -> bytes:
    """Read an open file to its end: every picture that comes from a file or a store comes through here.

    Parameters
    ----------
    file : binary file
    limit : int
        The most bytes that are read.
    name : str
        What the file is called in a message.
    length : int, optional
        How long it is, if that is known: then no more memory is taken than it needs, and none for what is too long.

    Raises
    ------
    LimitExceeded
        When it has more bytes.
    InvalidRequest
        When it gives something else than bytes, such as text.

    Examples
    --------
    >>> import io
    >>> read_limited(io.BytesIO(b"picture"), 10, "tom.jpg")
    b'picture'
    """
    if length is not None and length > limit:
        raise _too_long(limit, name, length)
    left = (limit if length is None else length) + 1
    parts = []
    while left > 0 and (part := _read_part(file, left, name)):  # a pipe or a socket gives less at once than there is
        parts.append(part)
        left -= len(part)
    content = parts[0] if len(parts) == 1 else b"".join(parts)
    if len(content) > limit:
        raise _too_long(limit, name, len(content))
    return content


def _read_part(file: _Readable, count: int, name: str) -> bytes:
    part: object = file.read(count)
    if isinstance(part, bytes):
        return part
    if isinstance(part, bytearray | memoryview):
        return bytes(part)
    given = "text" if isinstance(part, str) else type(part).__name__
    message = f"a file needs to be open for reading bytes, but {name} gives {given}"
    raise InvalidRequest(message)


def _too_long(limit: int, name: str, length: int) -> LimitExceeded:
    return LimitExceeded(f"a picture may have at most {show_bytes(limit)}, but {name} has {show_bytes(length)} or more")


def reason_of(error: BaseException) -> str:
    """Return why a lower library failed, in one line."""
    reason = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
    return str(reason)[:_MAX_REASON]


def scheme_of(path: str) -> str | None:
    """Return the scheme of an address, None of a path.

    Examples
    --------
    >>> scheme_of("s3://bucket/cats"), scheme_of("file:///cats"), scheme_of("cats"), scheme_of("C://cats")
    ('s3', 'file', None, None)
    """
    found = _ADDRESS.match(path)
    return found[1] if found else None


def is_remote(address: str) -> bool:
    """Tell whether an address names a store: ``s3://bucket/prefix``.

    Examples
    --------
    >>> is_remote("s3://bucket/cats"), is_remote("cats"), is_remote("file:///cats")
    (True, False, False)
    """
    return "://" in address and not address.startswith(FILE)


def local_path(address: str) -> str:
    """Return the path that an address of this machine means; ``file://`` addresses are percent-encoded.

    Examples
    --------
    >>> local_path("file:///cats/tom%20cat.jpg"), local_path("cats/100%25.jpg")
    ('/cats/tom cat.jpg', 'cats/100%25.jpg')
    """
    if not address.startswith(FILE):
        return address
    return os.fsdecode(urllib.parse.unquote_to_bytes(address.removeprefix(FILE)))


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
