"""Pictures of other servers and buckets, fetched within limits, and cached on disk as far as their servers allow."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from focalbox.errors import FocalboxError, Overloaded
from focalbox.service.negotiation import read_date
from focalbox.service.problems import NotFound, Refused, TooSlow, Unreachable
from focalbox.service.runtime.gate import Gate
from focalbox.service.runtime.single_flight import SingleFlight
from focalbox.service.runtime.threads import Threads
from focalbox.service.sources.buckets import Buckets
from focalbox.service.sources.content import Content, date_of
from focalbox.service.sources.disk_cache import DiskCache
from focalbox.service.sources.freshness import Freshness
from focalbox.service.sources.http_fetch import Remote

__all__ = ["Upstreams"]

_RESPITE = 30.0
"""Seconds after a slow answer for which a server is asked in the background, where a kept picture may be served instead."""
_MAX_SLOW = 100
"""Servers that are remembered as slow; a wildcard may stand for any number."""
_MAX_LATER = 16
"""Pictures that are revalidated in the background at once; others wait for their next request."""
_CACHE_SECONDS = 5.0
"""Seconds that the cache may take: SQLite waits for 2 seconds of them while another process writes."""

_T = TypeVar("_T")
_Fetch = Callable[[Freshness | None], Awaitable[tuple[Freshness, bytes | None]]]
"""Fetches a picture; given the headers of a cached one, no bytes come when it has not changed."""


class Upstreams:
    """Reads pictures from other machines; requests for the same picture at the same time share one fetch.

    Parameters
    ----------
    remote : Remote
    buckets : Buckets
    gate : Gate
        Limits how many are fetched at once, in all and from one host; cached pictures do not count.
    cache : DiskCache, optional
    stale : int
        For how many seconds a stale picture is served when its server fails and has not said for how long.
    """

    def __init__(self, remote: Remote, buckets: Buckets, gate: Gate, cache: DiskCache | None, stale: int) -> None:
        self._remote, self._buckets, self._gate = remote, buckets, gate
        self._cache, self._stale = cache, stale
        self._cache_thread, self._cache_hangs = Threads(1, "uses of the cache", waits=True), False
        self._shared = SingleFlight()
        self._later: dict[str, asyncio.Task[Content]] = {}
        self._slow: dict[str, float] = {}

    def check(self, address: str) -> None:
        """Raise `NotAllowed` when an address is of a host or a bucket that is not one of those named."""
        (self._remote if address.startswith("http") else self._buckets).check(address)

    async def read(self, address: str, host: str) -> Content:
        """Return a picture of another server; errors as in `Remote.fetch`, and `Overloaded` when too many are fetched."""
        self._remote.check(address)
        name = f"private {address}" if self._remote.allow_private else address  # not found once they are refused

        async def fetch(known: Freshness | None) -> tuple[Freshness, bytes | None]:
            return await self._remote.fetch(address, [] if known is None else known.validators)

        return await self._read(name, host, fetch)

    async def read_bucket(self, address: str, host: str) -> Content:
        """Return a picture of a bucket; errors as in `Buckets.read`, and `Overloaded` as in `read`."""
        self._buckets.check(address)

        async def fetch(known: Freshness | None) -> tuple[Freshness, bytes | None]:
            if self._cache is None:
                return Freshness({}, time.time()), await self._buckets.read(address)
            stamp = await self._buckets.stamp(address)
            said = Freshness({"etag": stamp} if stamp else {}, time.time())
            if known is not None and known.fields.get("etag") == stamp:
                return said, None
            return said, await self._buckets.read(address)

        return await self._read(address, host, fetch)

    async def close(self) -> None:
        """Cancel the work in the background, and close the cache."""
        for task in tuple(self._later.values()):
            task.cancel()
        await asyncio.gather(*self._later.values(), return_exceptions=True)
        await self._ask_cache(lambda cache: cache.close(), None)

    async def _read(self, address: str, host: str, fetch: _Fetch) -> Content:
        known = await self._find(address)
        now = time.time()
        if known is not None and (
            known.is_fresh(now)
            or known.may_renew_later(now)
            or (self._is_slow(host) and known.may_serve_errors(now, self._stale))
        ):
            data = await self._data(address)
            if data is not None:
                if not known.is_fresh(now):
                    self._renew_later(address, partial(self._fetch, address, host, fetch, known))
                return _content(known, data)
        return await self._shared.run(address, partial(self._fetch, address, host, fetch, known))

    async def _fetch(self, address: str, host: str, fetch: _Fetch, known: Freshness | None) -> Content:
        """Fetch a picture, or learn that the cached one has not changed."""
        try:
            with self._gate.enter(host):
                said, data = await fetch(known)
            self._slow.pop(host, None)
        except NotFound:
            self._slow.pop(host, None)
            if known is not None:
                await self._ask_cache(lambda cache: cache.drop(address), None)
            raise
        except (Unreachable, TooSlow, Overloaded) as error:
            if isinstance(error, TooSlow):
                self._slow = {**dict(list(self._slow.items())[-_MAX_SLOW:]), host: time.monotonic()}
            if known is None or isinstance(error, Refused) or not known.may_serve_errors(time.time(), self._stale):
                raise
            kept = await self._data(address)
            if kept is None:
                raise
            return _content(known, kept)
        if data is not None:
            await self._keep(address, said, data)
            return _content(said, data)
        kept = await self._data(address)
        if known is None or kept is None or not known.is_confirmed_by(said):  # removed meanwhile, or the server errs
            return await self._fetch(address, host, fetch, None)
        said, before = known.renew(said), known
        await self._ask_cache(lambda cache: cache.confirm(address, before, said), None)
        return _content(said, kept)

    def _is_slow(self, host: str) -> bool:
        """Tell whether a server was too slow a moment ago; requests that the cache can serve then do not wait for it."""
        return time.monotonic() - self._slow.get(host, -math.inf) < _RESPITE

    async def _keep(self, address: str, said: Freshness, data: bytes) -> None:
        if said.may_keep:
            await self._ask_cache(lambda cache: cache.put(address, said, data), None)
        else:
            await self._ask_cache(lambda cache: cache.drop(address), None)

    async def _find(self, address: str) -> Freshness | None:
        return await self._ask_cache(lambda cache: cache.find(address), None)

    async def _data(self, address: str) -> bytes | None:
        return await self._ask_cache(lambda cache: cache.data(address), None)

    async def _ask_cache(self, work: Callable[[DiskCache], _T], otherwise: _T) -> _T:
        """Return what the cache says, or ``otherwise``: when there is none, or when its disk does not answer.

        Once a disk has not answered, nobody waits for it until it does.
        """
        if self._cache is None:
            return otherwise
        self._cache_hangs = self._cache_hangs and self._cache_thread.hang
        if not self._cache_hangs:
            with suppress(TimeoutError, Overloaded):
                async with asyncio.timeout(_CACHE_SECONDS):
                    return await self._cache_thread.run(partial(work, self._cache))
            self._cache_hangs = True
        self._cache.fail("the disk does not answer")
        return otherwise

    def _renew_later(self, address: str, work: Callable[[], Awaitable[Content]]) -> None:
        if address in self._later or len(self._later) >= _MAX_LATER:
            return
        task = asyncio.ensure_future(self._shared.run(address, work))
        self._later[address] = task

        def forget(done: asyncio.Task[Content]) -> None:
            self._later.pop(address, None)
            if not done.cancelled():
                with suppress(FocalboxError):
                    done.result()

        task.add_done_callback(forget)


def _content(said: Freshness, data: bytes) -> Content:
    changed = read_date(said.modified)  # in whichever of its forms HTTP allows; we send the one form that it asks for
    return Content(data, "" if changed is None else date_of(changed), said.caching(time.time()))
