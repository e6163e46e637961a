"""Making answers: how much is decoded at once, and that a failed request leaves nothing behind."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from focalbox import Cropper
from focalbox.errors import InvalidRequest, LimitExceeded
from focalbox.imaging.source import Limits, Picture
from focalbox.options import CropOptions, parse_target
from focalbox.prepared import PreparedPicture
from focalbox.service.render.analysis_cache import AnalysisCache
from focalbox.service.render.preparer import Preparer
from focalbox.service.render.renderer import Answer, Renderer
from focalbox.service.render.resources import Resources
from focalbox.service.request import AUTO, ImageRequest
from focalbox.service.routing import read_address
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.memory import MemoryBudget
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.settings import ServiceSettings
from focalbox.service.sources.content import Content
from focalbox.service.sources.locate import Location
from focalbox.service.sources.pictures import Pictures, SourceImage
from focalbox.sources import Source
from pictures import encoded
from service.servers import Service

THREADS, REQUESTS = 2, 12


class _Counting(Cropper):
    """Counts how many decoded pictures are alive."""

    def __init__(self) -> None:
        super().__init__()
        self.alive, self.most = 0, 0

    def prepare(self, *args: Any, **options: Any) -> PreparedPicture:
        prepared = super().prepare(*args, **options)
        self.alive += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(prepared.working, self._gone)
        return prepared

    def _gone(self) -> None:
        self.alive -= 1


def _file(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    return encoded(Image.fromarray(noise).resize((400, 300)), "jpeg")


def _asked(work: Callable[[Renderer, Pictures], Awaitable[None]], cropper: Cropper) -> None:
    pool, metrics = Pool(THREADS, REQUESTS), Metrics()
    analyses = AnalysisCache(cropper.model_name, ByteLruCache(0), metrics)
    resources = Resources(cropper, pool, MemoryBudget(2**30), metrics)
    renderer = Renderer(resources, Preparer(resources, analyses, picture_bytes=0), result_pixels=10**6)

    async def all_of_it() -> None:
        await work(renderer, Pictures(cropper, pool, metrics))

    try:
        asyncio.run(all_of_it())
    finally:
        pool.close()


async def _opened(pictures: Pictures, data: bytes) -> SourceImage:
    async def read() -> Content:
        return Content(data)

    return await pictures.open(Location(None, read))


def _request(size: str, **options: Any) -> ImageRequest:
    return ImageRequest("", targets=(parse_target(size),), options=CropOptions.of(options))


def test_no_more_pictures_are_decoded_than_there_are_threads() -> None:
    """Requests that waited between decoding and cutting held a large picture each: memory grew with the queue."""
    cropper = _Counting()

    async def work(renderer: Renderer, pictures: Pictures) -> None:
        opened = [await _opened(pictures, _file(seed)) for seed in range(REQUESTS)]
        await asyncio.gather(*(renderer.answer(_request("90x60", zoom=0.5), one, "jpeg") for one in opened))

    _asked(work, cropper)
    # One more a thread: it begins the next while the last result is still on its way to the event loop.
    assert 0 < cropper.most <= 2 * THREADS


class _Opening(Cropper):
    """Counts how often the header of a picture is read."""

    opened = 0

    def open(self, source: Source | Picture) -> Picture:
        self.opened += not isinstance(source, Picture)
        return super().open(source)


def test_a_picture_is_opened_once_an_answer() -> None:
    cropper = _Opening()

    async def work(renderer: Renderer, pictures: Pictures) -> None:
        await renderer.answer(_request("90x60"), await _opened(pictures, _file(0)), "jpeg")

    _asked(work, cropper)
    assert cropper.opened == 1


def test_the_options_of_an_address_are_checked_once() -> None:
    checked: list[str] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is CropOptions.__post_init__.__code__:
            checked.append(frame.f_back.f_code.co_name if frame.f_back else "")

    async def work(renderer: Renderer, pictures: Pictures) -> None:
        settings = ServiceSettings(allow_unsigned=True)
        asked = read_address(b"/v1/crop/90x60/cat.jpg", b"zoom=0.5&fill=white&focus=0.5,0.5", settings)
        found = await renderer.answer(asked, await _opened(pictures, _file(0)), "jpeg")
        assert Image.open(io.BytesIO(found.content)).size == (90, 60)

    cropper = Cropper()
    sys.setprofile(profile)
    threading.setprofile(profile)
    try:
        _asked(work, cropper)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert len(checked) == 1, checked


def test_a_request_that_cannot_be_finished_does_not_harm_the_others_of_the_same_picture() -> None:
    async def work(renderer: Renderer, pictures: Pictures) -> None:
        picture = await _opened(pictures, _file(0))
        asked = [("90x60", "no format"), ("90x60", "jpeg"), ("60x90", "png")]
        bad, *good = await asyncio.gather(
            *(renderer.answer(_request(size), picture, form) for size, form in asked), return_exceptions=True
        )
        assert isinstance(bad, InvalidRequest)
        for found, size in zip(good, ((90, 60), (60, 90)), strict=True):
            assert not isinstance(found, BaseException), found
            assert Image.open(io.BytesIO(found.content)).size == size

    _asked(work, Cropper())


@pytest.mark.slow
def test_what_is_too_large_for_one_is_not_refused_to_others() -> None:
    noise = np.random.default_rng(5).integers(0, 255, (150, 200, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(noise).resize((4000, 3000)).save(written, "jpeg", progressive=True)

    async def work(renderer: Renderer, pictures: Pictures) -> None:
        picture = [await _opened(pictures, written.getvalue()) for _ in range(3)]
        requests = [_request("100x50", zoom=1.0), _request("100x50"), _request("50x100")]
        found = await asyncio.gather(
            *(renderer.answer(request, one, "jpeg") for request, one in zip(requests, picture, strict=True)),
            return_exceptions=True,
        )
        assert isinstance(found[0], LimitExceeded)  # all pixels of it
        assert all(isinstance(answer, Answer) for answer in found[1:])

    _asked(work, Cropper(limits=Limits(memory=80_000_000)))


def _film() -> bytes:
    first, *rest = (Image.open(io.BytesIO(_file(seed))) for seed in range(4))
    return encoded(first, "webp", save_all=True, append_images=rest, duration=50)


@pytest.mark.parametrize("most", [3, 4])
def test_a_film_shows_its_first_frame_in_a_still_format_however_long_it_is(most: int) -> None:
    def ask(format: str, **more: Any) -> ImageRequest:  # noqa: A002 - as in `ImageRequest`
        return ImageRequest("", targets=(parse_target("90x60"),), format=format, **more)

    async def work(renderer: Renderer, pictures: Pictures) -> None:
        picture = await _opened(pictures, _film())
        assert picture.facts.frames == (4 if most == 4 else 1)
        still = await renderer.answer(ask("jpeg"), picture, "jpeg")
        assert "jpeg shows the first of them" in still.notes[-1]
        scans = await renderer.answer(ask("jpeg", progressive=True), picture, "jpeg")
        assert ["progressive" in Image.open(io.BytesIO(one.content)).info for one in (still, scans)] == [False, True]
        for asked, agreed in (
            (ask("gif"), "gif"),
            (ask(AUTO), "jpeg"),
            (ask(AUTO), "webp"),
        ):  # what moves does so, or not at all
            if most == 4:
                answer = await renderer.answer(asked, picture, agreed)
                assert Image.open(io.BytesIO(answer.content)).n_frames == 4  # type: ignore[attr-defined]
            else:
                with pytest.raises(LimitExceeded, match="animate=first"):
                    await renderer.answer(asked, picture, agreed)

    _asked(work, Cropper(limits=Limits(frames=most)))


@pytest.mark.parametrize(
    "address",
    [
        "/resize=w:480,h:480,fit:scale/rotate=deg:45/rotate=deg:45/coffee.jpg",
        "/resize=w:40,h:40,fit:scale/" + "rotate=deg:45/" * 20 + "coffee.jpg",
        "/resize=w:400,h:400,fit:scale/rotate=deg:30/border=w:200/coffee.jpg",
    ],
)
def test_turns_make_pictures_larger_and_are_refused_before_they_are_made(
    opened: Callable[..., Service], pictures: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def done(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Image.Image, "rotate", done)
    answer = opened(root=pictures, allow_unsigned="true", result_pixels="500000").ask(address)
    assert answer.status == 413
    assert "a result may have" in answer.problem() or "a picture and its results may take" in answer.problem()


def test_a_bound_of_bytes_that_cannot_be_kept_is_told(service: Service) -> None:
    for address in ("/unsafe/300x200/filters:max_bytes(1)/coffee.jpg", "/unsafe/mb:1/w:200/plain/coffee.jpg@jpg"):
        answer = service.ask(address)
        told = f"the answer has {len(answer.content)} bytes: no quality makes it at most 1"
        assert told in answer.headers["focalbox-notes"]
    assert "focalbox-notes" not in service.ask("/unsafe/300x200/filters:max_bytes(90000)/coffee.jpg").headers


def test_effects_are_bounded_by_the_pixels_that_they_touch(opened: Callable[..., Service], pictures: Path) -> None:
    service = opened(root=pictures, allow_unsigned="true", result_pixels="240000")
    assert service.ask(f"/unsafe/60x40/filters:{':'.join(['blur(2)'] * 300)}/coffee.jpg").status == 200
    for address in (
        f"/unsafe/600x400/filters:{':'.join(['blur(2)'] * 5)}/coffee.jpg",
        f"/{'blur=a:2/' * 5}coffee.jpg",
        "/unsafe/600x400/filters:rotate(90):rotate(90):rotate(90):rotate(90):rotate(90)/coffee.jpg",
    ):
        answer = service.ask(address)
        assert answer.status == 413, address
        assert "effects on a result of" in answer.problem()
    assert service.ask("/unsafe/600x400/filters:blur(2):grayscale():sharpen(1,1,true)/coffee.jpg").status == 200
