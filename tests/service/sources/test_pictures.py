"""What is known of a picture before it is decoded, and how often its bytes are read for it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

import pytest
from PIL import Image

from focalbox import Cropper
from focalbox.core.target import Size
from focalbox.errors import DecodeError
from focalbox.service.problems import NotAPicture
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.sources.content import Caching, Content
from focalbox.service.sources.locate import Location
from focalbox.service.sources.pictures import Pictures, SourceImage
from pictures import encoded


def picture() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    return encoded(Image.new("RGB", (40, 30), "red"), "JPEG", exif=exif)


class Place:
    """Somewhere a picture lies; counts how often it is read."""

    def __init__(self, data: bytes, identity: str | None) -> None:
        self.reads = 0
        self._data = data
        self.location = Location(identity, self._read)

    async def _read(self) -> Content:
        self.reads += 1
        return Content(self._data, "yesterday", Caching("private", 60))


def run(work: Callable[[Pictures], Awaitable[None]]) -> None:
    pool = Pool(1, 10)

    async def all_of_it() -> None:
        await work(Pictures(Cropper(model="classical"), pool, Metrics()))

    try:
        asyncio.run(all_of_it())
    finally:
        pool.close()


def test_the_header_says_size_and_digest_and_the_server_the_rest() -> None:
    place = Place(picture(), None)

    async def work(pictures: Pictures) -> None:
        facts = (await pictures.open(place.location)).facts
        assert facts.size == Size(30, 40)  # upright
        assert (facts.form, facts.frames) == ("JPEG", 1)
        assert facts.digest == hashlib.sha256(picture()).hexdigest()
        assert (facts.modified, facts.caching) == ("yesterday", Caching("private", 60))
        assert not facts.may_keep

    run(work)


def test_facts_of_a_known_file_are_remembered_and_its_bytes_read_when_needed() -> None:
    place = Place(picture(), "inode 7")

    async def work(pictures: Pictures) -> None:
        first = await pictures.open(place.location)
        assert await first.data() == picture()
        assert place.reads == 1
        second: SourceImage = await pictures.open(place.location)
        assert second.facts == first.facts
        assert place.reads == 1
        assert await second.data() == await second.data() == picture()
        assert place.reads == 2

    run(work)


def test_what_only_its_bytes_can_tell_is_read_each_time_unless_they_are_there() -> None:
    place = Place(picture(), None)

    async def work(pictures: Pictures) -> None:
        await pictures.open(place.location)
        await pictures.open(place.location)
        assert place.reads == 2
        await pictures.open(place.location, Content(picture()))
        assert place.reads == 2

    run(work)


@pytest.mark.parametrize(
    ("data", "kind"), [(b"no picture at all", NotAPicture), (b"", NotAPicture), (b"\x89PNG\r\n\x1a\n", DecodeError)]
)
def test_what_is_no_picture_is_refused(data: bytes, kind: type[Exception]) -> None:
    async def work(pictures: Pictures) -> None:
        with pytest.raises(kind):
            await pictures.open(Place(data, None).location)

    run(work)
