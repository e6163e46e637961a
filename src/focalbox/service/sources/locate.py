"""Where a picture comes from: the root folder, another server or a bucket, told by how its name begins."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed, NotFound
from focalbox.service.sources.http_fetch import Remote
from focalbox.service.sources.root_folder import RootFolder
from focalbox.service.sources.s3 import Buckets

__all__ = ["Located", "Sources"]

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):/+", re.IGNORECASE)
"""A scheme, with one slash or more after it: proxies make one of two in a path."""


@dataclass(frozen=True, slots=True)
class Located:
    """A picture that is known to be allowed, its bytes not read yet.

    Parameters
    ----------
    identity : str or None
        Changes when its bytes do; None when only they can tell.
    read : callable
        Reads them.
    host : str, optional
        Whoever decides how long reading takes, when it is not this machine.
    """

    identity: str | None
    read: Callable[[], Awaitable[bytes]]
    host: str | None = None


class Sources:
    """All the places that pictures may come from.

    Parameters
    ----------
    folder : RootFolder or None
    remote : Remote
    buckets : Buckets
    limits : Limits
    """

    def __init__(self, folder: RootFolder | None, remote: Remote, buckets: Buckets, limits: Limits) -> None:
        self._folder, self._remote, self._buckets, self._limits = folder, remote, buckets, limits

    def check(self) -> None:
        """Raise `Unavailable` when the root folder is gone."""
        if self._folder is not None:
            self._folder.check()

    def locate(self, source: str) -> Located:
        """Find a picture.

        Raises
        ------
        NotFound
            When it is not under the root.
        Unavailable
            When the root folder is gone.
        NotAllowed
            When it lies in a place that pictures are not fetched from.
        """
        scheme = _SCHEME.match(source)
        if scheme is None:
            if self._folder is None and self._remote.allows(source.partition("/")[0]):
                return self.locate(f"https://{source}")
            if self._folder is None:
                message = "there is no such picture"
                raise NotFound(message)
            try:
                file = self._folder.find(source)
            except NotFound:
                if self._remote.allows(source.partition("/")[0]):
                    return self.locate(f"https://{source}")
                raise
            folder = self._folder
            return Located(file.identity, lambda: asyncio.to_thread(folder.read, file, self._limits))
        kind = scheme[1].lower()
        address = f"{kind}://{source[scheme.end() :]}"
        if kind in {"http", "https"}:
            host = address.partition("://")[2].partition("/")[0].lower()
            return Located(None, lambda: self._remote.read(address), host)
        if kind == "s3":
            return Located(None, lambda: self._buckets.read(address), address.split("/", 3)[2])
        message = "a source is a path, or an address with http, https or s3"
        raise NotAllowed(message)
