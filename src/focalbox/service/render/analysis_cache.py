"""The cache of analyses: in the memory of this process, and in Redis when several processes share it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from dataclasses import dataclass
from typing import Any, Protocol

from focalbox.amounts import show_bytes
from focalbox.analysis import Analysis
from focalbox.errors import FocalboxError, InvalidRequest
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.metrics import Metrics
from focalbox.version import __version__

__all__ = ["MAX_SAVED", "AnalysisCache", "RedisCache", "SharedCache", "load_analysis"]

_TIMEOUT = 0.1
"""Seconds that Redis may take: looking again takes less than ten times as long."""
_FAILURES = 3
"""Failures in a row after which Redis is left alone for `_PAUSE`."""
_PAUSE = 5.0
"""Seconds for which Redis is then not asked."""
_KEPT = 7 * 86_400
"""Seconds that Redis keeps an analysis: a week, so that those of unused models disappear by themselves."""
MAX_SAVED = 2**20
"""Bytes of a saved analysis: two maps of 256 x 256 cells take 350,000."""
_MAX_SUBJECTS = 100
"""Subjects of a saved analysis: each adds places where a window is tried, and a crowd has fewer faces that count."""
_PARTS, _MAX_PARTS = b"[{,", 100_000
"""Signs that begin a part of JSON, and the most of them: a megabyte of nothing else takes a tenth of a second, in which no
other thread runs. A hundred subjects with all the crops of a plan have some thousands."""
_MAX_SIDE = 1_000_000
"""Largest side in a saved analysis, pixels: far more than any limit allows, few enough to count exactly."""
_OBJECTS = 4096
"""Bytes that an analysis takes besides its map."""

_log = logging.getLogger("focalbox.service")


class SharedCache(Protocol):
    """A cache that several processes share."""

    async def get(self, name: str) -> bytes | None:
        """Return what was put under a name; None when it is not there or the cache cannot be reached."""

    async def put(self, name: str, content: bytes) -> None:
        """Keep content under a name, when the cache can be reached."""

    async def close(self) -> None:
        """Close the cache."""


class RedisCache:
    """Redis, with short timeouts and a circuit breaker: without it the service is slower, but its answers are the same.

    Parameters
    ----------
    url : str
        ``redis://host:6379/0``.

    Raises
    ------
    InvalidRequest
        When the extra for Redis is not installed or ``url`` is not an address of Redis.
    """

    def __init__(self, url: str) -> None:
        try:
            from redis.asyncio import Redis  # noqa: PLC0415 - an extra that most do without
        except ImportError as error:
            message = "a cache in Redis needs an extra: pip install 'focalbox[service,redis]'"
            raise InvalidRequest(message) from error
        try:
            self._redis: Any = Redis.from_url(
                url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=None, decode_responses=False
            )
        except ValueError as error:
            message = "a cache is memory, none, or an address such as redis://localhost:6379/0"
            raise InvalidRequest(message) from error
        self._failures, self._closed_until = 0, 0.0

    async def get(self, name: str) -> bytes | None:
        """Return what was put under a name."""
        found = await self._ask("get", name)
        return found if isinstance(found, bytes) else None

    async def put(self, name: str, content: bytes) -> None:
        """Keep content under a name for a week."""
        await self._ask("set", name, content, ex=_KEPT)

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    async def _ask(self, command: str, *arguments: Any, **options: Any) -> object:
        if time.monotonic() < self._closed_until:
            return None
        try:
            async with asyncio.timeout(2 * _TIMEOUT):
                answer: object = await getattr(self._redis, command)(*arguments, **options)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Redis, pictures are cropped without it
            self._failures += 1
            if self._failures >= _FAILURES:
                self._closed_until = time.monotonic() + _PAUSE
                self._failures = 0
                _log.warning("redis does not answer", extra={"reason": type(error).__name__})
            return None
        self._failures = 0
        return answer


@dataclass(frozen=True, slots=True)
class AnalysisCache:
    """Finds and keeps analyses by the name of the picture: the digest of its bytes, and how its border is trimmed.

    Parameters
    ----------
    model : str
        The name of the model; analyses of another, or of another version of focalbox, are not found.
    memory : ByteLruCache
    metrics : Metrics
    shared_cache : SharedCache, optional
    """

    model: str
    memory: ByteLruCache[Analysis]
    metrics: Metrics
    shared_cache: SharedCache | None = None

    async def get(self, picture: str) -> Analysis | None:
        """Return the analysis of a picture, if it is kept and sound."""
        found = self.memory.get(picture)
        self.metrics.count_cache("memory", hit=found is not None)
        if found is not None or self.shared_cache is None:
            return found
        saved = await self.shared_cache.get(self._name(picture))
        found = self._load(saved)
        self.metrics.count_cache("redis", hit=found is not None)
        if found is not None:
            self.memory.put(picture, found, _weight(found))
        return found

    async def put(self, picture: str, analysis: Analysis) -> None:
        """Keep an analysis."""
        self.memory.put(picture, analysis, _weight(analysis))
        if self.shared_cache is not None:
            await self.shared_cache.put(self._name(picture), json.dumps(analysis.to_dict()).encode("ascii"))

    def _name(self, picture: str) -> str:
        return f"focalbox:{__version__}:{self.model}:{picture}"

    def _load(self, saved: bytes | None) -> Analysis | None:
        """Return a saved analysis if it is sound; other programs may write to the same cache."""
        if saved is None:
            return None
        try:
            found = load_analysis(saved)
        except InvalidRequest:
            return None
        return found if (found.model, found.version) == (self.model, __version__) else None


def load_analysis(saved: bytes) -> Analysis:
    """Read a saved analysis that may come from anywhere.

    Raises
    ------
    InvalidRequest
        When it is not a saved analysis, or has more subjects than any picture would.
    """
    message = f"a saved analysis is JSON of at most {show_bytes(MAX_SAVED)} and {_MAX_SUBJECTS} subjects"
    if len(saved) > MAX_SAVED or sum(map(saved.count, _PARTS)) > _MAX_PARTS:
        raise InvalidRequest(message)
    try:
        found = Analysis.from_dict(json.loads(saved))
    except InvalidRequest:
        raise
    except (FocalboxError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise InvalidRequest(message) from error
    if len(found.subjects) > _MAX_SUBJECTS or max(found.source.width, found.source.height) > _MAX_SIDE:
        raise InvalidRequest(message)
    return found


def _weight(analysis: Analysis) -> int:
    """Return about how many bytes an analysis takes: the cells and their summed-area table."""
    maps = [analysis.saliency] if analysis.keep is None else [analysis.saliency, analysis.keep]
    return _OBJECTS + sum(2 * saliency.cells.nbytes for saliency in maps)
