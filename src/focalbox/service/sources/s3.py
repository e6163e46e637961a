"""Pictures in buckets: ``s3://bucket/key`` through fsspec."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Sequence
from typing import Any

from focalbox.errors import FetchError, InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed, NotFound, Unreachable
from focalbox.storage.fsspec_store import FsspecStore

__all__ = ["Buckets"]

_SCHEME = "s3://"
_TRIES = 3
"""How often a bucket is asked: with the pauses between, some 0.6 s, while somebody waits for the answer."""


class Buckets:
    """Reads pictures from allowed buckets.

    Parameters
    ----------
    names : sequence of str
        The buckets.
    limits : Limits
    filesystem : fsspec filesystem, optional
        Where the buckets are; S3 with the credentials of the machine when left out.

    Raises
    ------
    InvalidRequest
        When buckets are named and the extra for S3 is not installed.
    """

    def __init__(self, names: Sequence[str], limits: Limits, filesystem: Any = None) -> None:
        self._names, self._limits = frozenset(names), limits
        self._store = FsspecStore(filesystem, _TRIES)
        if names and filesystem is None and importlib.util.find_spec("s3fs") is None:
            message = "buckets need an extra: pip install 'focalbox[service,s3]'"
            raise InvalidRequest(message)

    async def read(self, address: str) -> bytes:
        """Return the bytes of a picture at ``s3://bucket/key``.

        Raises
        ------
        NotAllowed
            When the bucket is not one of those named.
        FetchError
            When the picture is missing or cannot be read.
        LimitExceeded
            When it has more bytes than the limits allow.
        """
        bucket, _, key = address.removeprefix(_SCHEME).partition("/")
        if bucket not in self._names or not key:
            message = "pictures are not fetched from that bucket"
            raise NotAllowed(message)
        return await asyncio.to_thread(self._read, address)

    def _read(self, address: str) -> bytes:
        try:
            data, _ = self._store.read(address, self._limits.bytes)
        except FetchError as error:
            if isinstance(error.__cause__, FileNotFoundError | IsADirectoryError):
                message = "there is no such picture"
                raise NotFound(message) from error
            message = "the picture could not be read from its bucket"
            raise Unreachable(message) from error
        return data
