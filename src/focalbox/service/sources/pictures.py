"""What is known of a picture before it is decoded: the digest of its bytes and their format, remembered by where it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from focalbox.imaging.header import sniff
from focalbox.service.problems import NotAPicture
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.sources.locate import Located

__all__ = ["Facts", "Pictures", "SourceImage"]

_KEPT = 20_000
"""Files whose facts are remembered."""
_SIZE = 512
"""Bytes that remembering one takes, about."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bytes of a picture say of themselves.

    Parameters
    ----------
    digest : str
        Their SHA-256 in hexadecimal.
    form : str
        Their format, such as ``"JPEG"``.
    """

    digest: str
    form: str


class SourceImage:
    """A picture whose facts are known; its bytes are read when they are needed, once.

    Parameters
    ----------
    facts : Facts
    read : callable
    data : bytes, optional
    """

    def __init__(self, facts: Facts, read: Callable[[], Awaitable[bytes]], data: bytes | None = None) -> None:
        self.facts = facts
        self._read, self._data = read, data

    async def data(self) -> bytes:
        """Return its bytes."""
        if self._data is None:
            self._data = await self._read()
        return self._data


class Pictures:
    """Opens pictures; those whose facts are remembered without reading them.

    Parameters
    ----------
    pool : Pool
        Where digests are computed.
    metrics : Metrics
    """

    def __init__(self, pool: Pool, metrics: Metrics) -> None:
        self._pool, self._metrics = pool, metrics
        self._known = ByteLruCache[Facts](_KEPT * _SIZE)

    async def open(self, located: Located) -> SourceImage:
        """Learn the facts of a picture, reading it only when they are not known.

        Raises
        ------
        SourceError
            When it cannot be read.
        NotAPicture
            When its bytes begin like no picture.
        """
        if located.identity is not None:
            known = self._known.get(located.identity)
            if known is not None:
                return SourceImage(known, located.read)
        with self._metrics.stage("fetch"):
            data = await located.read()
        facts = await self._pool.run(partial(_facts, data))
        if located.identity is not None:
            self._known.put(located.identity, facts, _SIZE)
        return SourceImage(facts, located.read, data)


def _facts(data: bytes) -> Facts:
    form = sniff(data)
    if form is None:
        message = "the bytes do not begin like a picture: JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP and HEIC are read"
        raise NotAPicture(message)
    return Facts(hashlib.sha256(data).hexdigest(), form)
