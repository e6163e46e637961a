"""Stores behind fsspec (S3, GCS, HTTP, memory ...), with faults retried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache, partial
from inspect import signature
from io import BytesIO
from pathlib import Path
from typing import IO, Any, TypeVar

from focalbox.errors import FetchError, InvalidRequest, OutputError
from focalbox.storage.base import FileInfo, ObjectHeaders, Unlisted, read_limited, reason_of
from focalbox.storage.retries import TRIES, retry

__all__ = ["FsspecStore"]

_STAMPS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated", "modified", "created")
"""The names that stores have for the tag of an object, and for the time of its last change; the tag is preferred."""

_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure"}
"""Extras that read addresses of a scheme beside fsspec; what is not named needs a package of its own."""

_S3, _GOOGLE, _WHOLE = {"s3", "s3a"}, {"gs", "gcs"}, {"http", "https"}
"""Schemes: of S3, of Google, and those whose paths are whole addresses."""

_CONNECTIONS = 256
"""Connections to all buckets of S3 together; botocore's 10 would let a bucket that hangs keep all others waiting."""

_T = TypeVar("_T")


class FsspecStore:
    """Any store that fsspec knows by the beginning of an address.

    Parameters
    ----------
    filesystem : fsspec filesystem, optional
        The store itself; without it, the one that an address names, with the credentials of the machine.
    tries : int
        How often a call is made before its fault counts.
    """

    def __init__(self, filesystem: Any = None, tries: int = TRIES) -> None:
        self._filesystem = filesystem
        self._tries = tries

    def list(self, address: str, unlisted: Unlisted | None = None) -> Iterator[FileInfo]:  # noqa: ARG002 - of folders
        """List every object below a prefix, a page at a time where the store has pages."""
        system, path = self._open(address)
        scheme, root = _scheme_of(address), path.rstrip("/")
        entries = self._keys if scheme in _S3 else self._files
        empty = True
        for entry in entries(system, address, root):
            name = str(entry["name"]).lstrip("/").removeprefix(root.lstrip("/")).lstrip("/")
            empty = False
            if name and not any(part.startswith(".") for part in name.split("/")):
                listed = _describe(scheme, str(entry["name"]), name, entry)
                # a page of links tells no lengths, but the server does when it is asked for one of them
                asked = self.find(listed.address) if listed.bytes < 0 else None
                yield listed if asked is None else replace(asked, name=name)
        if empty:
            found = self.find(address)
            if found is not None:
                yield found

    def find(self, address: str) -> FileInfo | None:
        """Describe one object."""
        system, path = self._open(address)
        try:
            entry = self._call(address, "found", InvalidRequest, lambda: system.info(path))
        except InvalidRequest as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise
        if entry["type"] == "directory":
            return None
        name = str(entry["name"])
        return _describe(_scheme_of(address), name, name.rsplit("/", 1)[-1], entry)

    def read(self, address: str, limit: int) -> tuple[bytes, str]:
        """Return an object's bytes; the stamp stays what the listing said."""
        system, path = self._open(address)
        try:
            content = self._call(address, "read", FetchError, lambda: system.cat_file(path, start=0, end=limit + 1))
        except FetchError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                message = f"there is no file {address}"
                raise FetchError(message) from error.__cause__
            if not self._is_empty(address):  # an empty object has no range of bytes, not even its first
                raise
            content = b""
        return read_limited(BytesIO(content), limit, address), ""

    def write(
        self,
        address: str,
        content: bytes,
        root: str,  # noqa: ARG002 - an object appears whole
        headers: ObjectHeaders | None = None,
    ) -> None:
        """Write an object with a single request: it is there whole or not at all."""
        system, path = self._open(address)
        arguments = _header_arguments(_scheme_of(address), headers) if headers else {}
        self._call(address, "written", OutputError, lambda: system.pipe_file(path, content, **arguments))

    def remove(self, address: str) -> None:
        """Remove an object, if it is there."""
        system, path = self._open(address)
        try:
            self._call(address, "removed", OutputError, lambda: system.rm_file(path))
        except OutputError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise

    def send(self, path: Path, address: str, root: str) -> None:  # noqa: ARG002 - an object appears whole
        """Upload a file of this machine."""
        system, remote = self._open(address)
        self._call(address, "written", OutputError, lambda: system.put_file(str(path), remote))

    def open(self, address: str) -> AbstractContextManager[IO[bytes]]:
        """Open an object for reading; its pieces are fetched as they are read."""
        system, path = self._open(address)
        opened: AbstractContextManager[IO[bytes]] = self._call(
            address, "read", InvalidRequest, lambda: system.open(path, "rb")
        )
        return opened

    def remove_folder(self, address: str) -> None:
        """Remove every object below a prefix."""
        for found in list(self.list(address)):
            self.remove(found.address)

    def clear(self, root: str) -> None:
        """Do nothing: stores show no half-written objects."""

    def _open(self, address: str) -> tuple[Any, str]:
        """Return the store of an address, and what it calls the object."""
        scheme, path = address.split("://", 1)
        system = filesystem_of(scheme) if self._filesystem is None else self._filesystem
        return system, address if scheme in _WHOLE else path

    def _is_empty(self, address: str) -> bool:
        """Tell whether an object is there and has no bytes."""
        system, path = self._open(address)
        try:
            entry = self._call(address, "found", InvalidRequest, lambda: system.info(path))
        except InvalidRequest:
            return False
        return bool(entry["type"] != "directory" and entry.get("size") == 0)  # of some, no size is known

    def _call(self, address: str, verb: str, kind: type[Exception], call: Callable[[], _T]) -> _T:
        return retry(call, f"{address} cannot be {verb}", kind, self._tries)

    def _keys(self, system: Any, address: str, root: str) -> Iterator[dict[str, Any]]:
        """Yield the objects of an S3 prefix, a thousand a request: a flat prefix may hold millions."""
        bucket, _, prefix = root.partition("/")
        token: dict[str, str] = {}
        while True:
            wanted = {"Bucket": bucket, "Prefix": f"{prefix}/" if prefix else "", **token}
            page = self._call(address, "listed", InvalidRequest, partial(system.call_s3, "list_objects_v2", **wanted))
            for entry in page.get("Contents", []):
                if not entry["Key"].endswith("/"):
                    yield {"name": f"{bucket}/{entry['Key']}", "size": entry["Size"], "ETag": entry["ETag"]}
            if not page.get("NextContinuationToken"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def _files(self, system: Any, address: str, root: str) -> Iterator[dict[str, Any]]:
        """Yield the files of any other store, a folder at a time."""
        if not self._call(address, "listed", InvalidRequest, partial(system.isdir, root)):
            return
        folders = [root]
        while folders:
            folder = folders.pop()
            entries = self._call(address, "listed", InvalidRequest, partial(system.ls, folder, detail=True))
            ordered = sorted(entries, key=lambda entry: str(entry["name"]))
            yield from (entry for entry in ordered if entry["type"] != "directory")
            inner = [str(entry["name"]).rstrip("/") for entry in ordered if entry["type"] == "directory"]
            folders += [name for name in reversed(inner) if name != folder]


@cache
def filesystem_of(scheme: str) -> Any:
    """Return the filesystem behind the addresses of a scheme, such as ``"s3"``; one for the whole process.

    Raises
    ------
    InvalidRequest
        When nothing installed reads such addresses, or what does needs more than the address, such as a host.
    """
    try:
        import fsspec  # noqa: PLC0415 - an extra that folders do not need

        options: dict[str, Any] = {"use_listings_cache": False}
        if scheme in _S3:
            # one try in botocore: faults are counted and waited for in one place, here
            options["config_kwargs"] = {
                "retries": {"total_max_attempts": 1},
                "connect_timeout": 5,
                "read_timeout": 30,
                "max_pool_connections": _CONNECTIONS,
            }
        # asked of the signature first: one that fails half made writes to standard error when it is deleted
        signature(fsspec.get_filesystem_class(scheme).__init__).bind(None, **options)
        system = fsspec.filesystem(scheme, **options)
        if hasattr(system, "retries"):
            system.retries = 1
    except ImportError as error:
        extras = ",".join(["batch", *([_EXTRAS[scheme]] if scheme in _EXTRAS else [])])
        message = f"addresses such as {scheme}://... need an extra: pip install 'focalbox[{extras}]' ({error})"
        raise InvalidRequest(message) from error
    except (OSError, ValueError) as error:  # no such scheme, no Java behind hdfs, no file behind zip
        message = f"nothing here reads {scheme}:// addresses: {reason_of(error)}"
        raise InvalidRequest(message) from error
    except (AttributeError, TypeError) as error:  # a host or the like is missing, as for ftp, github and webhdfs
        message = f"nothing here reads {scheme}:// addresses: they need settings beside the address"
        raise InvalidRequest(message) from error
    return system


def _scheme_of(address: str) -> str:
    return address.split("://", 1)[0]


def _header_arguments(scheme: str, headers: ObjectHeaders) -> dict[str, Any]:
    """Return headers as a store's library takes them: those of S3 and of Google know them, others have no place for them."""
    if scheme in _S3:
        named = {
            "ContentType": headers.content_type,
            "CacheControl": headers.cache_control,
            "StorageClass": headers.storage_class,
        }
        return {name: value for name, value in named.items() if value}
    if scheme in _GOOGLE:
        fixed = {"cache_control": headers.cache_control} if headers.cache_control else {}
        typed: dict[str, Any] = {"content_type": headers.content_type} if headers.content_type else {}
        return typed | ({"fixed_key_metadata": fixed} if fixed else {})
    return {}


def _describe(scheme: str, path: str, name: str, entry: dict[str, Any]) -> FileInfo:
    stamp = next((str(entry[key]).strip('"') for key in _STAMPS if entry.get(key)), "")
    address = path if "://" in path else f"{scheme}://{path}"
    size = entry.get("size")
    return FileInfo(address, name, -1 if size is None else int(size), stamp)
