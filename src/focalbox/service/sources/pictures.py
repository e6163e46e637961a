"""Pictures before they are decoded: the digest of the bytes and their format, remembered by the picture's location."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from focalbox.core.target import Size
from focalbox.cropper import Cropper
from focalbox.imaging.headers.header import drop_blanks, say_what_it_is, sniff
from focalbox.imaging.memory import Need
from focalbox.imaging.source import Picture
from focalbox.service.problems import NotAPicture
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.sources.content import Caching, Content
from focalbox.service.sources.locate import Location

__all__ = ["Facts", "Pictures", "SourceImage"]

_KEPT = 20_000
"""How many pictures' facts are remembered."""
_SIZE = 512
"""Bytes that the facts of one take, about."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The header of a picture, and what its server says about caching.

    Parameters
    ----------
    digest : str
        Their SHA-256 in hexadecimal.
    form : str
        Their format, such as ``"JPEG"``.
    size : Size
        Pixels of the upright picture.
    need : Need
        What decides how much memory its decode takes.
    frames : int
        The number of frames of an animation; 1 for still pictures.
    clear : bool
        Whether parts may be transparent.
    modified, caching
        As in `Content`.
    """

    digest: str
    form: str
    size: Size
    need: Need
    frames: int = 1
    clear: bool = False
    modified: str = ""
    caching: Caching = field(default_factory=Caching)

    @property
    def may_keep(self) -> bool:
        """Whether its pixels and its analysis may be cached for other requests."""
        return "no-store" not in self.caching.directive and "private" not in self.caching.directive


_MAX_COPIED = 2**20
"""Bytes of a file without what no pixel needs up to which it is kept for the decode; it may have to wait for memory."""


class SourceImage:
    """A picture whose facts are known; its bytes are read when they are needed, once.

    Parameters
    ----------
    facts : Facts
    read : callable
    data : bytes, optional
    opened : Picture, optional
        What their header says, when it was read just now.
    """

    def __init__(
        self,
        facts: Facts,
        read: Callable[[], Awaitable[Content]],
        data: bytes | None = None,
        opened: Picture | None = None,
    ) -> None:
        self.facts = facts
        self._read, self._data, self._opened = read, data, opened

    def take_opened(self, data: bytes) -> Picture | bytes:
        """Return what the header says, to be decoded once, or else the bytes."""
        opened, self._opened = self._opened, None
        return opened or data

    async def data(self) -> bytes:
        """Return its bytes."""
        if self._data is None:
            self._data = (await self._read()).data
        return self._data


class Pictures:
    """Opens pictures; those whose facts are remembered are not read again.

    Parameters
    ----------
    cropper : Cropper
        Reads headers, within its limits.
    pool : Pool
        Where headers are read and digests computed.
    metrics : Metrics
    """

    def __init__(self, cropper: Cropper, pool: Pool, metrics: Metrics) -> None:
        self._cropper, self._pool, self._metrics = cropper, pool, metrics
        self._known = ByteLruCache[Facts](_KEPT * _SIZE)

    def knows(self, located: Location) -> bool:
        """Tell whether the facts of a picture are remembered, so that it need not be read to learn them."""
        return located.identity is not None and self._known.get(located.identity) is not None

    async def open(self, located: Location, content: Content | None = None) -> SourceImage:
        """Learn the facts of a picture, reading it only when they are not known and its bytes are not given.

        Raises
        ------
        SourceError
            When it cannot be read.
        NotAPicture
            When its bytes do not begin like a picture.
        """
        if located.identity is not None:
            known = self._known.get(located.identity)
            if known is not None:
                return SourceImage(known, located.read)
        if content is None:
            with self._metrics.stage("fetch"):
                content = await located.read()
        facts, opened = await self._pool.run(partial(self._learn, content))
        if located.identity is not None:
            self._known.put(located.identity, facts, _SIZE)
        copied = opened.need.bytes - len(content.data)
        return SourceImage(facts, located.read, content.data, opened if copied <= _MAX_COPIED else None)

    def _learn(self, content: Content) -> tuple[Facts, Picture]:
        form = _sniff(content.data)
        opened = self._cropper.open(content.data)
        digest = hashlib.sha256(content.data).hexdigest()
        facts = Facts(
            digest,
            form,
            opened.size,
            opened.need,
            opened.frames if opened.animated and not opened.film_refusal else 1,
            opened.clear,
            content.modified,
            content.caching,
        )
        return facts, opened


def _sniff(data: bytes) -> str:
    form = sniff(drop_blanks(data))
    if form is None:
        message = f"the picture {say_what_it_is(drop_blanks(data))}" if data else "the picture is empty"
        raise NotAPicture(message)
    return form
