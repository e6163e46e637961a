"""Stores behind fsspec (S3, GCS, HTTP, memory ...), with faults retried."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path
from typing import IO, Any, TypeVar

from focalbox.errors import FetchError, InvalidRequest
from focalbox.storage.local import FileInfo, Unwritable, check_length, reason_of

__all__ = ["FsspecStore"]

_TRIES = 5
"""How often a call is made before its fault counts: with the pauses below, a store may be away for about 3 s."""
_PAUSE = 0.2
"""Seconds before the second try; twice as long before each further one, times a random 0.5 to 1.5 so that a thousand
workers do not come back at once."""
_FINAL = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError)
"""Faults that stay what they are however often one asks."""
_STAMPS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated", "modified", "created")
"""What stores call the tag of a content, or the time of its last change: the tag first, it says more."""

_S3 = {"s3", "s3a"}

_T = TypeVar("_T")


class FsspecStore:
    """Any store that fsspec knows by the beginning of an address."""

    def list(self, address: str) -> Iterator[FileInfo]:
        """List every object below a prefix, a page at a time where the store has pages."""
        system, path = _system(address)
        scheme, root = address.split("://", 1)[0], path.rstrip("/")
        empty = True
        for entry in _keys(system, address, root) if scheme in _S3 else _files(system, address, root):
            name = str(entry["name"])[len(root) :].lstrip("/")
            empty = False
            if name and not any(part.startswith(".") for part in name.split("/")):
                yield _found(scheme, str(entry["name"]), name, entry)
        if empty:
            found = self.find(address)
            if found is not None:
                yield found

    def find(self, address: str) -> FileInfo | None:
        """Describe one object."""
        system, path = _system(address)
        try:
            entry = _asked(address, "found", InvalidRequest, lambda: system.info(path), missing=True)
        except FileNotFoundError:
            return None
        if entry["type"] == "directory":
            return None
        name = str(entry["name"])
        return _found(address.split("://", 1)[0], name, name.rsplit("/", 1)[-1], entry)

    def read(self, address: str, most: int) -> tuple[bytes, str]:
        """Return an object's bytes; the stamp stays what the listing said."""
        system, path = _system(address)
        try:
            content: bytes = _asked(
                address, "read", FetchError, lambda: system.cat_file(path, start=0, end=most + 1), missing=True
            )
        except FileNotFoundError as error:
            message = f"there is no file {address}"
            raise FetchError(message) from error
        check_length(address, len(content), most)
        return content, ""

    def write(self, address: str, content: bytes, root: str) -> None:  # noqa: ARG002 - an object appears whole
        """Write an object with a single request: it is there whole or not at all."""
        system, path = _system(address)
        _asked(address, "written", Unwritable, lambda: system.pipe_file(path, content))

    def remove(self, address: str) -> None:
        """Remove an object, if it is there."""
        system, path = _system(address)
        try:
            _asked(address, "removed", Unwritable, lambda: system.rm_file(path), missing=True)
        except FileNotFoundError:
            return

    def send(self, path: Path, address: str, root: str) -> None:  # noqa: ARG002 - an object appears whole
        """Upload a file of this machine."""
        system, remote = _system(address)
        _asked(address, "written", Unwritable, lambda: system.put_file(str(path), remote))

    def open(self, address: str) -> AbstractContextManager[IO[bytes]]:
        """Open an object for reading; its pieces are fetched as they are read."""
        system, path = _system(address)
        opened: AbstractContextManager[IO[bytes]] = _asked(
            address, "read", InvalidRequest, lambda: system.open(path, "rb")
        )
        return opened

    def remove_folder(self, address: str) -> None:
        """Remove every object below a prefix."""
        for found in list(self.list(address)):
            self.remove(found.address)

    def clear(self, root: str) -> None:
        """Do nothing: stores show no half-written objects."""


def _keys(system: Any, address: str, root: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of an S3 prefix, a thousand a request: a flat prefix may hold millions."""
    bucket, _, prefix = root.partition("/")
    token: dict[str, str] = {}
    while True:
        wanted = {"Bucket": bucket, "Prefix": f"{prefix}/" if prefix else "", **token}
        page = _asked(address, "listed", InvalidRequest, partial(system.call_s3, "list_objects_v2", **wanted))
        for entry in page.get("Contents", []):
            if not entry["Key"].endswith("/"):
                yield {"name": f"{bucket}/{entry['Key']}", "size": entry["Size"], "ETag": entry["ETag"]}
        if not page.get("NextContinuationToken"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def _files(system: Any, address: str, root: str) -> Iterator[dict[str, Any]]:
    """Yield the files of any other store, a folder at a time."""
    if not _asked(address, "listed", InvalidRequest, partial(system.isdir, root)):
        return
    folders = [root]
    while folders:
        folder = folders.pop()
        entries = _asked(address, "listed", InvalidRequest, partial(system.ls, folder, detail=True))
        ordered = sorted(entries, key=lambda entry: str(entry["name"]))
        yield from (entry for entry in ordered if entry["type"] != "directory")
        inner = [str(entry["name"]).rstrip("/") for entry in ordered if entry["type"] == "directory"]
        folders += [name for name in reversed(inner) if name != folder]


@cache
def _opened(scheme: str) -> Any:
    try:
        import fsspec  # noqa: PLC0415 - an extra

        options: dict[str, Any] = {"use_listings_cache": False}
        if scheme in _S3:
            # one try in botocore: faults are counted and waited for in one place, here
            options["config_kwargs"] = {"retries": {"total_max_attempts": 1}, "connect_timeout": 5, "read_timeout": 30}
        system = fsspec.filesystem(scheme, **options)
        if hasattr(system, "retries"):
            system.retries = 1
    except ImportError as error:
        message = f"addresses such as {scheme}://... need an extra: pip install 'focalbox[batch]' ({error})"
        raise InvalidRequest(message) from error
    except ValueError as error:
        message = f"nothing here reads {scheme}:// addresses: {reason_of(error)}"
        raise InvalidRequest(message) from error
    return system


def _system(address: str) -> tuple[Any, str]:
    scheme, path = address.split("://", 1)
    if scheme in {"http", "https"}:
        path = address
    return _opened(scheme), path


def _found(scheme: str, path: str, name: str, entry: dict[str, Any]) -> FileInfo:
    stamp = next((str(entry[key]).strip('"') for key in _STAMPS if entry.get(key)), "")
    address = path if "://" in path else f"{scheme}://{path}"
    return FileInfo(address, name, int(entry.get("size") or 0), stamp)


def _asked(address: str, verb: str, kind: type[Exception], call: Callable[[], _T], *, missing: bool = False) -> _T:
    """Call a store, and again when it fails for a reason that may pass."""
    for attempt in range(1, _TRIES + 1):
        try:
            return call()
        except FileNotFoundError as error:
            if missing:
                raise
            message = f"{address} cannot be {verb}: {reason_of(error)}"
            raise kind(message) from error
        except Exception as error:  # every store has errors of its own
            hopeless = isinstance(error, _FINAL) or type(error).__name__ in {
                "NoCredentialsError",
                "PartialCredentialsError",
            }
            if hopeless or attempt == _TRIES:
                message = f"{address} cannot be {verb}: {reason_of(error)}"
                raise kind(message) from error
            time.sleep(_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    raise AssertionError
