"""Pictures in buckets: ``s3://bucket/key`` through fsspec."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from typing import Any

from focalbox.errors import InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed, NotFound, Unreachable

__all__ = ["Buckets"]

_SCHEME = "s3://"


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
        self._filesystem = filesystem
        if names and filesystem is None:
            try:
                self._filesystem = importlib.import_module("fsspec").filesystem("s3")
            except ImportError as error:
                message = "buckets need an extra: pip install 'focalbox[service,s3]'"
                raise InvalidRequest(message) from error

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
        data = await asyncio.to_thread(self._read, f"{bucket}/{key}")
        self._limits.check_bytes(len(data))
        return data

    def _read(self, path: str) -> bytes:
        try:
            data: bytes = self._filesystem.cat_file(path, start=0, end=self._limits.bytes + 1)
        except (FileNotFoundError, IsADirectoryError) as error:
            message = "there is no such picture"
            raise NotFound(message) from error
        except Exception as error:  # each store raises classes of its own
            message = "the picture could not be read from its bucket"
            raise Unreachable(message) from error
        return data
