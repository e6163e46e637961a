"""Pictures prepared for their crops: how often one is decoded and looked at, and the memory that it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from focalbox import Cropper, SaliencyMap
from focalbox.core.geometry import PixelBox
from focalbox.options import CropOptions, parse_target
from focalbox.prepared import PreparedPicture
from focalbox.service.render.analysis_cache import AnalysisCache
from focalbox.service.render.answers import Answer
from focalbox.service.render.preparer import Preparer, memory_for
from focalbox.service.render.resources import Resources
from focalbox.service.request import ImageRequest
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.memory import MemoryBudget
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.sources.content import Caching, Content
from focalbox.service.sources.locate import Location
from focalbox.service.sources.pictures import Pictures, SourceImage
from pictures import encoded

BYTES = 2**26


class Counting(Cropper):
    """Counts how often a picture is decoded, and how often it is looked at."""

    def __init__(self) -> None:
        self.decodes, self.looks = 0, 0
        super().__init__(model=self.count_look)

    def count_look(self, rgb: NDArray[np.uint8]) -> SaliencyMap:
        self.looks += 1
        return SaliencyMap(rgb[:8, :8, 0])

    def prepare(self, *args: Any, **options: Any) -> PreparedPicture:
        self.decodes += 1
        return super().prepare(*args, **options)


def picture() -> bytes:
    noise = np.random.default_rng(7).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    return encoded(Image.fromarray(noise).resize((1600, 1200)), "jpeg")


def asked(size: str = "400x290", **changes: Any) -> ImageRequest:
    return ImageRequest("", targets=(parse_target(size),), **changes)


def run(
    work: Callable[[Preparer, SourceImage], Awaitable[None]], *, picture_bytes: int = BYTES, directive: str = ""
) -> Counting:
    """Do something with a preparer and a picture, and return the counts."""
    cropper, pool, metrics = Counting(), Pool(2, 20), Metrics()
    resources = Resources(cropper, pool, MemoryBudget(2**30), metrics)
    preparer = Preparer(resources, AnalysisCache("counting", ByteLruCache(BYTES), metrics), picture_bytes=picture_bytes)

    async def read() -> Content:
        return Content(picture(), caching=Caching(directive))

    async def all_of_it() -> None:
        await work(preparer, await Pictures(cropper, pool, metrics).open(Location(None, read)))

    try:
        asyncio.run(all_of_it())
    finally:
        pool.close()
    return cropper


def side(prepared: PreparedPicture) -> Answer:
    return Answer(str(prepared.working.image.width).encode(), "text/plain")


def test_a_second_size_needs_no_second_decode_where_the_kept_picture_is_large_enough() -> None:
    async def work(preparer: Preparer, source: SourceImage) -> None:
        for size in ("400x290", "200x100", "300x300"):
            await preparer.finish(asked(size), source, side)

    counts = run(work)
    assert (counts.decodes, counts.looks) == (1, 1)


def test_a_larger_size_is_decoded_again_and_not_looked_at_again() -> None:
    async def work(preparer: Preparer, source: SourceImage) -> None:
        small = await preparer.finish(asked("40x31"), source, side)
        large = await preparer.finish(asked("1600x1190"), source, side)
        assert int(small.content) < int(large.content)

    counts = run(work)
    assert (counts.decodes, counts.looks) == (2, 1)


def test_without_room_for_pictures_each_is_decoded_and_still_looked_at_once() -> None:
    async def work(preparer: Preparer, source: SourceImage) -> None:
        for _ in range(3):
            await preparer.finish(asked(), source, side)
        await preparer.analyze(source, asked())

    counts = run(work, picture_bytes=0)
    assert (counts.decodes, counts.looks) == (3, 1)


def test_a_picture_that_nobody_looked_at_is_kept_for_those_who_need_no_look_alone() -> None:
    async def work(preparer: Preparer, source: SourceImage) -> None:
        for size in ("400x300", "200x150", "400x290", "400x300", "400x290"):
            await preparer.finish(asked(size), source, side)

    counts = run(work)
    assert (counts.decodes, counts.looks) == (2, 1)


def test_requests_at_the_same_time_share_one_look() -> None:
    async def work(preparer: Preparer, source: SourceImage) -> None:
        await asyncio.gather(*(preparer.finish(asked(size), source, side) for size in ("90x60", "60x90", "80x80")))

    assert run(work).looks == 1


@pytest.mark.parametrize("options", [CropOptions(trim="top-left"), CropOptions(animate="first")])
def test_another_border_or_only_the_first_frame_is_another_look(options: CropOptions) -> None:
    async def work(preparer: Preparer, source: SourceImage) -> None:
        await preparer.analyze(source, asked())
        await preparer.analyze(source, asked(options=options))

    assert run(work).looks == 2


def test_a_part_of_a_picture_is_looked_at_by_itself() -> None:
    async def work(preparer: Preparer, source: SourceImage) -> None:
        whole = await preparer.analyze(source, asked())
        part = await preparer.analyze(source, asked(window=PixelBox(100, 50, 200, 100)))
        assert ((whole.source.width, whole.source.height), (part.source.width, part.source.height)) == (
            (1600, 1200),
            (200, 100),
        )

    assert run(work).looks == 2


@pytest.mark.parametrize("directive", ["no-store", "private"])
def test_what_its_server_forbids_to_keep_is_not_kept(directive: str) -> None:
    async def work(preparer: Preparer, source: SourceImage) -> None:
        for _ in range(2):
            await preparer.finish(asked(), source, side)

    counts = run(work, directive=directive)
    assert (counts.decodes, counts.looks) == (2, 2)


def test_more_pixels_need_more_memory() -> None:
    async def work(_: Preparer, source: SourceImage) -> None:
        need = memory_for(source, asked("40x30"))
        assert need < memory_for(source, asked("1600x1200"))
        assert need < memory_for(source, asked("4000x3000"))
        assert memory_for(source, asked(window=PixelBox(0, 0, 10, 10))) < memory_for(
            source, asked(window=PixelBox(0, 0, 1600, 1200))
        )

    run(work)
