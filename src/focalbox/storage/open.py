"""Chooses the storage for an address."""

from __future__ import annotations

from focalbox.storage.base import Storage, is_remote
from focalbox.storage.fsspec_store import FsspecStore
from focalbox.storage.local import LocalFolder

__all__ = ["storage_of"]


def storage_of(address: str) -> Storage:
    """Return the storage that reads and writes at an address.

    Examples
    --------
    >>> type(storage_of("cats")).__name__, type(storage_of("s3://bucket/cats")).__name__
    ('LocalFolder', 'FsspecStore')
    """
    return FsspecStore() if is_remote(address) else LocalFolder()
