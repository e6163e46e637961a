"""From a request and the bytes of a picture to the finished answer, with what is known of the picture reused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from focalbox.analysis import Analysis
from focalbox.core.geometry import Size, Target
from focalbox.cropper import Cropper
from focalbox.errors import FocalboxError, InvalidRequest, LimitExceeded
from focalbox.imaging.effects import Effect, apply_effects
from focalbox.imaging.encoding import encode
from focalbox.imaging.formats import FORMATS
from focalbox.imaging.source import Picture
from focalbox.options import CropOptions
from focalbox.prepared import Prepared
from focalbox.service.render.analysis_cache import AnalysisCache
from focalbox.service.render.answers import (
    Finished,
    choose_format,
    coordinates,
    face_boxes,
    json_answer,
    map_answer,
    plan_answer,
)
from focalbox.service.render.estimate import memory_at_work
from focalbox.service.render.max_bytes import encode_within
from focalbox.service.render.thumbor_meta import thumbor_meta
from focalbox.service.request import AUTO, ImageRequest
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.memory import MemoryBudget
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.runtime.single_flight import SingleFlight
from focalbox.service.sources.pictures import SourceImage
from focalbox.version import __version__

__all__ = ["Finished", "Renderer"]

_ONE_IN = 4
"""A working image larger than this part of the memory for them is not kept: it would push out all the others."""


Finish = Callable[[Prepared], Finished]


@dataclass(frozen=True, slots=True)
class _Worked:
    """A picture that was decoded, and what became of it for the request whose turn it was.

    Parameters
    ----------
    prepared : Prepared
    finish : callable, optional
        What was done with it besides.
    result : Finished or FocalboxError, optional
        What that led to.
    """

    prepared: Prepared
    finish: Finish | None
    result: Finished | FocalboxError | None

    def outcome(self) -> Finished:
        """Return the answer, or raise what stood in its way."""
        if isinstance(self.result, FocalboxError):
            raise self.result
        assert self.result is not None  # noqa: S101 - asked for by those who gave a finish
        return self.result


class Renderer:
    """Makes answers.

    Parameters
    ----------
    cropper : Cropper
    pool : Pool
    memory : MemoryBudget
    analyses : AnalysisCache
    pictures : ByteLruCache
        Working images that are kept, so that a second size needs no second decode.
    picture_bytes : int
        How many bytes ``pictures`` may keep.
    metrics : Metrics
    result_pixels : int
        Largest result.
    """

    def __init__(
        self,
        cropper: Cropper,
        pool: Pool,
        memory: MemoryBudget,
        analyses: AnalysisCache,
        *,
        picture_bytes: int,
        metrics: Metrics,
        result_pixels: int,
    ) -> None:
        self._cropper, self._pool, self._memory = cropper, pool, memory
        self._result_pixels = result_pixels
        self._analyses, self._metrics = analyses, metrics
        self._pictures = ByteLruCache[Prepared](picture_bytes)
        self._largest = picture_bytes // _ONE_IN
        self._shared = SingleFlight()

    def tag(self, image_request: ImageRequest, picture: SourceImage, format: str) -> str:  # noqa: A002 - the word of imaging/
        """Return the entity tag of an answer: the same bytes, options and version give the same answer."""
        parts = (picture.facts.digest, image_request.identity(), format, self._analyses.model, __version__)
        return f'"{hashlib.sha256(repr(parts).encode("utf-8")).hexdigest()[:32]}"'

    async def answer(self, image_request: ImageRequest, picture: SourceImage, format: str) -> Finished:  # noqa: A002
        """Make an answer, or wait for the same one when it is being made already.

        Raises
        ------
        FocalboxError
            As the parts of the path do.
        """
        return await self._shared.run(
            self.tag(image_request, picture, format), partial(self._made, image_request, picture, format)
        )

    async def plan(self, analysis: Analysis, image_request: ImageRequest) -> Finished:
        """Plan for an analysis."""
        return await self._pool.run(partial(plan_answer, analysis, image_request))

    async def _made(self, image_request: ImageRequest, picture: SourceImage, format: str) -> Finished:  # noqa: A002
        if image_request.answer == "imagesize":
            return json_answer({"width": picture.facts.size.width, "height": picture.facts.size.height})
        if image_request.answer in {"plan", "map", "faces"}:
            analysis = await self._analysis(picture, image_request)
            if image_request.answer == "plan":
                return await self.plan(analysis, image_request)
            if image_request.answer == "faces":
                return json_answer(face_boxes(analysis))
            return await self._pool.run(partial(map_answer, analysis))
        if image_request.answer == "explain":
            data = await picture.data()
            async with self._memory.hold(_memory(picture, image_request)):
                return await self._pool.run(partial(self._explained, picture.take_opened(data), image_request))
        return await self._cut(
            image_request,
            picture,
            partial(self._finished, image_request=image_request, form=picture.facts.form, format=format),
        )

    async def _analysis(self, picture: SourceImage, image_request: ImageRequest) -> Analysis:
        trim = image_request.options.trim
        known = await self._analyses.get(_seen(picture, image_request))
        if known is not None and (known.trimmed is None) == (trim is None):  # others write to a shared_cache too
            return known
        look = ImageRequest(
            "",
            targets=(),
            options=CropOptions(trim=trim, animate=image_request.options.animate),
            window=image_request.window,
        )
        return (await self._looked(look, picture, None)).prepared.analysis

    async def _cut(self, image_request: ImageRequest, picture: SourceImage, finish: Finish) -> Finished:
        """Finish the picture as it is kept, or decoded large enough, and looked at when nobody has yet."""
        seen = _seen(picture, image_request)
        kept = None if image_request.options.keep_metadata else self._pictures.get(seen)
        self._metrics.cached("pictures", hit=kept is not None)
        if kept is not None and _serves(kept, image_request):
            return await self._pool.run(partial(finish, kept))
        known = kept.analysis if kept is not None else await self._analyses.get(seen)
        if known is None:
            looked = await self._looked(image_request, picture, finish)
            if looked.finish is finish:
                return looked.outcome()
            if _serves(looked.prepared, image_request):
                return await self._pool.run(partial(finish, looked.prepared))
            known = looked.prepared.analysis
        return (await self._decoded(image_request, picture, known, finish)).outcome()

    async def _looked(self, image_request: ImageRequest, picture: SourceImage, finish: Finish | None) -> _Worked:
        """Look at a picture, once however many ask for it meanwhile; the first one's request is finished with it."""
        seen = _seen(picture, image_request)
        return await self._shared.run(f"look {seen}", partial(self._decoded, image_request, picture, None, finish))

    async def _decoded(
        self, image_request: ImageRequest, picture: SourceImage, known: Analysis | None, finish: Finish | None
    ) -> _Worked:
        data = await picture.data()
        async with self._memory.hold(_memory(picture, image_request)):
            work = partial(self._work, picture.take_opened(data), image_request, known, finish)
            worked = await self._pool.run(work)
        prepared, seen = worked.prepared, _seen(picture, image_request)
        if known is not prepared.analysis:
            await self._analyses.put(seen, prepared.analysis)
        image = prepared.working.image
        size = image.width * image.height * len(image.getbands()) + len(data) * (prepared.view.film is not None)
        if size <= self._largest and not image_request.options.keep_metadata:
            self._pictures.put(seen, prepared, size)
        return worked

    def _work(
        self, source: Picture | bytes, image_request: ImageRequest, known: Analysis | None, finish: Finish | None
    ) -> _Worked:
        """Prepare and finish in one go.

        What is decoded does not wait for another turn: no more large pictures are in memory than there are threads. Prepared
        and finished in two turns, five minutes of mixed load grew from 245 to 350 MB.
        """
        prepared = self._prepare(source, image_request, known)
        if finish is None:
            return _Worked(prepared, None, None)
        try:
            return _Worked(prepared, finish, finish(prepared))
        except FocalboxError as error:
            return _Worked(prepared, finish, error)  # the picture is fine for others

    def _prepare(self, source: Picture | bytes, image_request: ImageRequest, known: Analysis | None) -> Prepared:
        with self._metrics.stage("prepare"):
            opened, options = self._part(self._cropper.open(source), image_request), image_request.options
            sizes = (
                image_request.sizes(opened.size) if options.trim is None else []
            )  # of what is left, nobody knows yet
            prepared = self._cropper.prepare(opened, sizes, analysis=known, options=options)
        self._metrics.pixels.labels("decoded").inc(prepared.working.image.width * prepared.working.image.height)
        return prepared

    def _part(self, opened: Picture, image_request: ImageRequest) -> Picture:
        """Return the part of a picture that is taken for the whole, as a picture of its own."""
        if image_request.window is None:
            return opened
        corners = image_request.clipped(opened.size).corners
        return self._cropper.open(opened.decode(opened.size).image.crop(corners))

    def _finished(self, prepared: Prepared, image_request: ImageRequest, form: str, format: str) -> Finished:  # noqa: A002
        with self._metrics.stage("finish"):
            analysis = prepared.analysis
            options = image_request.settled(analysis.source, analysis.trimmed)
            (target,) = image_request.sizes(analysis.looked_at)
            if image_request.answer != "crop":
                crop = analysis.plan(target, options=options)
                found = (
                    coordinates(crop)
                    if image_request.answer == "coordinates"
                    else thumbor_meta(crop, image_request.source)
                )
                return json_answer(found)
            self._check_result(analysis, target, image_request.effects)
            (result,) = self._cropper.finish(prepared, [target], options=options)
            image = apply_effects(result.image, image_request.effects)
            name = choose_format(image_request.format, format, form, transparent=image.mode == "RGBA")
            if result.film is not None and image_request.format == AUTO and name in {"jpeg", "png"}:
                name = "gif"  # what moves does so everywhere
            if result.film is not None and not image_request.effects and not image_request.max_bytes:
                content = result.encode(name, quality=image_request.quality)
            else:
                content = encode_within(image, name, image_request.quality, image_request.max_bytes, result.metadata)
        self._metrics.pixels.labels("made").inc(image.width * image.height)
        return Finished(content, FORMATS[name].mime)

    def _check_result(self, analysis: Analysis, target: Target | None, effects: Sequence[Effect]) -> None:
        """Refuse a result of too many pixels; one without a size in pixels has at most those of the picture."""
        stretched = [
            Size(int(effect.values[0]), int(effect.values[1])) for effect in effects if effect.name == "resize"
        ]
        for size in (target if isinstance(target, Size) else analysis.looked_at, *stretched):
            if size.pixels > self._result_pixels:
                message = f"a result may have at most {self._result_pixels} pixels, not {size.pixels} ({size})"
                raise LimitExceeded(message)

    def _explained(self, source: Picture | bytes, image_request: ImageRequest) -> Finished:
        with self._metrics.stage("explain"):
            (target,) = image_request.targets
            strip = self._cropper.explain(source, _plain(target), options=image_request.options)
            return Finished(encode(strip, "png"), FORMATS["png"].mime)


def _seen(picture: SourceImage, image_request: ImageRequest) -> str:
    """Return the name of a picture as it is looked at: with another border off, or another part taken, it is another."""
    trim, window = image_request.options.trim, image_request.window
    more = ([] if trim is None else [str(trim)]) + ([] if window is None else [repr(window)])
    more += [] if image_request.options.animate == "keep" else [image_request.options.animate]
    return ":".join([picture.facts.digest, *more])


def _memory(picture: SourceImage, image_request: ImageRequest) -> int:
    size = picture.facts.size
    targets = [None] if image_request.window is not None else image_request.sizes(size)
    return memory_at_work(picture.facts.form, size, targets, image_request.options)


def _serves(prepared: Prepared, image_request: ImageRequest) -> bool:
    return prepared.serves(image_request.sizes(prepared.analysis.looked_at), options=image_request.options)


def _plain(target: Any) -> Any:
    """Return a target that needs no picture to be known."""
    if hasattr(target, "enlarge"):
        message = "a size leaves no side open here"
        raise InvalidRequest(message)
    return target
