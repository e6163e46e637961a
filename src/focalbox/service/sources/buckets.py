"""Pictures in buckets of S3, Google and Azure, through fsspec."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from focalbox.errors import FetchError, FocalboxError, InvalidRequest, LimitExceeded
from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed, NotFound, Refused, TooSlow, Unreachable
from focalbox.service.runtime.threads import Threads
from focalbox.storage.fsspec_store import FsspecStore, filesystem_of

__all__ = ["BUCKETS", "Buckets"]

_T = TypeVar("_T")

BUCKETS = {"s3": ("s3fs", "s3"), "gs": ("gcsfs", "gcs"), "az": ("adlfs", "azure")}
"""For each scheme: the module that reads such buckets, and the extra that installs it."""
_OTHERS = re.compile(r"[/?#]\Z|\?versionid=|(?:\A|/)\.{1,2}(?:/|\Z)", re.IGNORECASE)
"""What the stores' libraries leave out of a name: one with it would be another address of the same picture. Azure's follows
``..`` out of the bucket."""
_DENIED = {401, 403}
_MISSING = "there is no such picture"
_TRIES = 3
"""Tries of one read. With their pauses they take some 0.6 s, since a client is waiting."""


class Buckets:
    """Reads pictures from allowed buckets.

    Parameters
    ----------
    names : sequence of str
        The buckets: ``photos`` or ``s3://photos``, ``gs://photos``, ``az://photos``.
    limits : Limits
    filesystem : fsspec filesystem, optional
        The store to read from. When left out, each name tells the store, with the credentials of the machine.
    seconds : float
        Time limit of one read: by themselves the stores' libraries retry for a minute and more.
    most : int
        How many reads of one bucket may run at once: one that hangs takes no thread from the others.

    Raises
    ------
    InvalidRequest
        When buckets are named and the extra for their kind is not installed, or the machine lacks settings for it.
    """

    def __init__(
        self, names: Sequence[str], limits: Limits, filesystem: Any = None, *, seconds: float, most: int
    ) -> None:
        self._seconds = seconds
        named = (name if "://" in name else f"s3://{name}" for name in names)
        self._threads = {name: Threads(most, "pictures of that bucket") for name in named}
        self._limits = limits
        self._store = FsspecStore(filesystem, _TRIES)
        for scheme in sorted({name.partition("://")[0] for name in self._threads}):
            module, extra = BUCKETS[scheme]
            if filesystem is None and importlib.util.find_spec(module) is None:
                message = f"buckets at {scheme}:// need an extra: pip install 'focalbox[service,{extra}]'"
                raise InvalidRequest(message)
            if filesystem is None:
                filesystem_of(scheme)  # now: loading its library takes seconds, in which a client would wait

    def check(self, address: str) -> None:
        """Raise `NotAllowed` when a picture's bucket is not one of those named, `NotFound` when none has such a name."""
        scheme, _, place = address.partition("://")
        bucket, _, key = place.partition("/")
        if f"{scheme}://{bucket}" not in self._threads or not key:
            message = "pictures are not fetched from that bucket"
            raise NotAllowed(message)
        if _OTHERS.search(key):
            raise NotFound(_MISSING)

    async def read(self, address: str) -> bytes:
        """Return the bytes of a picture at ``s3://bucket/key``.

        Raises
        ------
        NotAllowed
            When the bucket is not one of those named.
        FetchError
            When the picture is missing or cannot be read.
        LimitExceeded
            When it has more bytes than the limits allow, or takes too long.
        """
        self.check(address)
        return await self._run_in_time(address, partial(self._read, address))

    async def stamp(self, address: str) -> str:
        """Return the store's tag of a picture's content, or ``""``; errors as in `read`."""
        self.check(address)
        return await self._run_in_time(address, partial(self._stamp, address))

    async def _run_in_time(self, address: str, work: Callable[[], _T]) -> _T:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._threads["/".join(address.split("/")[:3])].run(work)
        except TimeoutError as error:
            message = f"a picture may take at most {self._seconds:g} seconds to fetch"
            raise TooSlow(message) from error

    def _stamp(self, address: str) -> str:
        try:
            found = self._store.find(address)
        except FocalboxError as error:
            raise _failure(error) from error
        if found is None:
            raise NotFound(_MISSING)
        return found.stamp

    def _read(self, address: str) -> bytes:
        try:
            data, _ = self._store.read(address, self._limits.bytes)
        except LimitExceeded as error:  # whose message names the address
            raise LimitExceeded(str(error).replace(address, "this one")) from error
        except FetchError as error:
            if isinstance(error.__cause__, FileNotFoundError | IsADirectoryError):
                raise NotFound(_MISSING) from error
            raise _failure(error) from error
        return data


def _failure(error: FocalboxError) -> Unreachable:
    """Return the error of a read that failed: a bucket that refuses is told apart from one that cannot be reached."""
    cause = error.__cause__
    status = getattr(cause, "status_code", None)  # of Azure's library
    denied = isinstance(cause, PermissionError) or status in _DENIED or str(cause).startswith("Forbidden")  # gcsfs
    return (Refused if denied else Unreachable)("the picture could not be read from its bucket")
