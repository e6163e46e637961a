"""Where a picture comes from: the root folder, another server or a bucket, told by how its name begins."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed, NotFound, Unavailable
from focalbox.service.runtime.threads import Threads
from focalbox.service.sources.buckets import BUCKETS
from focalbox.service.sources.content import Content
from focalbox.service.sources.root_folder import RootFolder
from focalbox.service.sources.upstreams import Upstreams

__all__ = ["Location", "Sources"]

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):/+", re.IGNORECASE)
"""A scheme, with one slash or more after it: proxies make one of two in a path."""
_CHECKS, _CHECK_SECONDS = 16, 1.0
"""How many checks of the root folder run at once, and for how long one is waited for: `focalbox serve --health` and the
probes of orchestrators wait a little longer for the answer."""
_SILENT = "the folder of the pictures does not answer at the moment"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Location:
    """A picture that is known to be allowed, its bytes not read yet.

    Parameters
    ----------
    identity : str or None
        Changes when its bytes do; None when only they can tell.
    read : callable
        Reads them.
    elsewhere : bool
        Whether another machine decides how long reading takes.
    """

    identity: str | None
    read: Callable[[], Awaitable[Content]]
    elsewhere: bool = False


class Sources:
    """All the places that pictures may come from.

    Parameters
    ----------
    folder : RootFolder or None
    upstreams : Upstreams
    allows : callable
        Tells whether pictures are fetched from a host: then a source may begin with it, without a scheme.
    limits : Limits
    seconds : float
        How long a disk may take to find or to read a picture.
    most : int
        How many pieces of work may wait for the disk of the root folder at once.
    """

    def __init__(
        self,
        folder: RootFolder | None,
        upstreams: Upstreams,
        allows: Callable[[str], bool],
        limits: Limits,
        *,
        seconds: float,
        most: int,
    ) -> None:
        self._folder, self._upstreams, self._allows, self._limits = folder, upstreams, allows, limits
        self._seconds = seconds
        # Of their own each, and none of asyncio's: the disk of a network whose server is away keeps them for ever.
        self._threads, self._checks = Threads(most, "pictures of the folder"), Threads(_CHECKS, "checks of the folder")

    async def check(self) -> None:
        """Raise `Unavailable` when the root folder is gone, or its disk does not answer."""
        if self._folder is not None:
            await _in_time(self._checks, self._folder.check, min(_CHECK_SECONDS, self._seconds))

    async def ask_folder(self, work: Callable[[], _T]) -> _T:
        """Do work that reads the root folder, in a thread.

        Raises
        ------
        Unavailable
            When its disk does not answer.
        Overloaded
            When too much work waits for it already.
        """
        return await _in_time(self._threads, work, self._seconds)

    def is_quick(self, source: str) -> bool:
        """Tell whether finding a picture waits for no other machine: no disk is asked, or one of this machine."""
        return self._folder is None or self._folder.local or _SCHEME.match(source) is not None

    def locate(self, source: str, *, changing: bool = False) -> Location:
        """Find a picture.

        Parameters
        ----------
        source : str
        changing : bool
            Whether it is being changed, so that only its bytes tell which one it is.

        Raises
        ------
        NotFound
            When it is not under the root.
        Unavailable
            When the root folder is gone, or its disk fails.
        NotAllowed
            When it lies in a place that pictures are not fetched from.
        """
        scheme = _SCHEME.match(source)
        if scheme is None:
            if self._folder is None and self._allows(source.partition("/")[0]):
                return self.locate(f"https://{source}")
            if self._folder is None:
                message = "there is no such picture"
                raise NotFound(message)
            try:
                file = self._folder.find(source)
            except NotFound:
                if self._allows(source.partition("/")[0]):
                    return self.locate(f"https://{source}")
                raise
            folder, limits = self._folder, self._limits
            if changing:
                file = replace(file, identity="")
            read = partial(self.ask_folder, partial(folder.read, file, limits))
            return Location(file.identity or None, read, elsewhere=not folder.local)
        kind = scheme[1].lower()
        address = f"{kind}://{source[scheme.end() :]}"
        host = address.split("/", 3)[2].lower()
        if kind in {"http", "https", *BUCKETS}:
            self._upstreams.check(address)
        if kind in {"http", "https"}:
            return Location(None, lambda: self._upstreams.read(address, host), elsewhere=True)
        if kind in BUCKETS:
            return Location(None, lambda: self._upstreams.read_bucket(address, host), elsewhere=True)
        message = "a source is a path, or an address with http, https, s3, gs or az"
        raise NotAllowed(message)


async def _in_time(threads: Threads, work: Callable[[], _T], seconds: float) -> _T:
    try:
        async with asyncio.timeout(seconds):
            return await threads.run(work)
    except TimeoutError as error:
        raise Unavailable(_SILENT) from error
