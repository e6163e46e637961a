"""Prepares pictures for their crops: each is decoded and looked at once, however many requests ask, and kept for more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial

from focalbox.analysis import Analysis
from focalbox.core.target import Size
from focalbox.core.visible import Visible
from focalbox.errors import FocalboxError, LimitExceeded
from focalbox.imaging.source import Picture
from focalbox.options import CropOptions
from focalbox.prepared import PreparedPicture, is_settled
from focalbox.service.render.analysis_cache import AnalysisCache
from focalbox.service.render.answers import Answer
from focalbox.service.render.estimate import memory_at_work, memory_of_results, result_size, with_effects
from focalbox.service.render.resources import Resources
from focalbox.service.request import SAME, ImageRequest
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.single_flight import SingleFlight
from focalbox.service.sources.pictures import SourceImage

__all__ = ["Preparer", "memory_for"]

_ONE_IN = 4
"""Divisor: a working image larger than this part of their cache is not kept, since it would displace all others."""

_AT_ONCE = 2**24
"""Bytes of a result up to which it is made from a kept picture without waiting for memory."""
_PIXEL = 4
"""Bytes of a pixel, as Pillow keeps RGB and RGBA."""
_ROOM = {"pad", "contain"}
"""Fits that may leave room, which may be transparent."""

Finish = Callable[[PreparedPicture], Answer]


@dataclass(frozen=True, slots=True)
class _Work:
    """A decoded picture, with the answer to the request for which it was decoded.

    Parameters
    ----------
    prepared : PreparedPicture
    finish : callable, optional
        How the answer was made from it.
    result : Answer or FocalboxError, optional
        The answer, or the error that prevented it.
    """

    prepared: PreparedPicture
    finish: Finish | None
    result: Answer | FocalboxError | None

    def outcome(self) -> Answer:
        """Return the answer, or raise the error that prevented it."""
        if isinstance(self.result, FocalboxError):
            raise self.result
        assert self.result is not None  # noqa: S101 - asked for by those who gave a finish
        return self.result


class Preparer:
    """Decodes pictures and looks at them, and keeps both for further requests.

    Parameters
    ----------
    resources : Resources
    analyses : AnalysisCache
    picture_bytes : int
        Bytes of working images that are kept, so that a second size needs no second decode.
    """

    def __init__(self, resources: Resources, analyses: AnalysisCache, *, picture_bytes: int) -> None:
        self._resources, self._analyses = resources, analyses
        self._pictures = ByteLruCache[PreparedPicture](picture_bytes)
        self._largest = picture_bytes // _ONE_IN
        self._looks = SingleFlight()

    async def analyze(self, picture: SourceImage, image_request: ImageRequest) -> Analysis:
        """Return the analysis of a picture, kept or new."""
        trim = image_request.options.trim
        known = await self._analyses.get(_analysis_key(picture, image_request))
        if known is not None and (known.visible.trimmed is None) == (trim is None):
            return known  # with the same border: other programs may write to a shared cache
        look = ImageRequest(
            "",
            targets=(),
            options=CropOptions(trim=trim, animate=image_request.options.animate),
            window=image_request.window,
        )
        return (await self._look_once(look, picture, None)).prepared.analysis

    async def finish(
        self,
        image_request: ImageRequest,
        picture: SourceImage,
        finish: Finish,
        format: str = "jpeg",  # noqa: A002 - the word of imaging/
    ) -> Answer:
        """Finish the kept picture if it is large enough, else decode it, and look at it if no analysis is kept.

        The picture is not looked at when that could not change the answer.
        """
        unseen = _unless_it_matters(picture, image_request)
        seen = _analysis_key(picture, image_request)
        kept = None if image_request.options.keep_metadata else self._pictures.get(seen)
        if unseen is not None:
            kept = replace(kept, analysis=unseen) if kept is not None else self._pictures.get(_unseen_key(seen))
        self._resources.metrics.count_cache("pictures", hit=kept is not None)
        if kept is not None and _serves(kept, image_request):
            need = _memory_for_result(kept, image_request, format)
            async with self._resources.memory.hold(need) if need > _AT_ONCE else nullcontext():
                with self._resources.memory.occupy(need if need <= _AT_ONCE else 0):
                    return await self._resources.pool.run(partial(finish, kept))
        known = unseen or (kept.analysis if kept is not None else await self._analyses.get(seen))
        if known is None:
            try:
                looked = await self._look_once(image_request, picture, finish, format)
            except LimitExceeded:  # perhaps because of another request, which takes more
                return (await self._decode(image_request, picture, None, finish, format)).outcome()
            if looked.finish is finish:
                return looked.outcome()
            if _serves(looked.prepared, image_request):  # counted already: no memory to wait for
                with self._resources.memory.occupy(_memory_for_result(looked.prepared, image_request, format)):
                    return await self._resources.pool.run(partial(finish, looked.prepared))
            known = looked.prepared.analysis
            del looked
        return (await self._decode(image_request, picture, known, finish, format)).outcome()

    async def _look_once(
        self,
        image_request: ImageRequest,
        picture: SourceImage,
        finish: Finish | None,
        format: str = "jpeg",  # noqa: A002
    ) -> _Work:
        """Look at a picture once, however many requests ask meanwhile, and finish the first of them."""
        seen = _analysis_key(picture, image_request)
        return await self._looks.run(
            f"look {seen}", partial(self._decode, image_request, picture, None, finish, format)
        )

    async def _decode(
        self,
        image_request: ImageRequest,
        picture: SourceImage,
        known: Analysis | None,
        finish: Finish | None,
        format: str,  # noqa: A002
    ) -> _Work:
        data, seen = await picture.data(), _analysis_key(picture, image_request)
        async with self._resources.memory.hold(memory_for(picture, image_request, format)):
            work = partial(self._work, picture.take_opened(data), image_request, known, finish)
            worked = await self._resources.pool.run(work)
            del work
            prepared = worked.prepared
            image = prepared.working.image
            size = image.width * image.height * _PIXEL + len(data) * (prepared.view.film is not None)
            if size <= self._largest and picture.facts.may_keep and not image_request.options.keep_metadata:
                self._pictures.put(seen if prepared.analysis.model else _unseen_key(seen), prepared, size)
            else:
                self._resources.memory.occupy_while(image, size)  # other requests may be waiting for it
        if known is not prepared.analysis and picture.facts.may_keep:
            await self._analyses.put(seen, prepared.analysis)
        return worked

    def _work(
        self, source: Picture | bytes, image_request: ImageRequest, known: Analysis | None, finish: Finish | None
    ) -> _Work:
        """Prepare and finish in one turn.

        A decoded picture does not wait for another turn, so that no more large pictures are in memory than there are
        threads. With two turns, memory grew from 245 to 350 MB in five minutes of mixed load.
        """
        prepared = self._prepare(source, image_request, known)
        if finish is None:
            prepared.view.drop_held()
            return _Work(prepared, None, None)
        try:
            return _Work(prepared, finish, finish(prepared))
        except FocalboxError as error:
            return _Work(prepared, finish, error)  # the picture is fine for other requests
        finally:
            prepared.view.drop_held()  # the memory for it is given back now

    def _prepare(self, source: Picture | bytes, image_request: ImageRequest, known: Analysis | None) -> PreparedPicture:
        with self._resources.metrics.stage("prepare"):
            opened, options = self._part(self._resources.cropper.open(source), image_request), image_request.options
            # The size of what a trim leaves is not known yet.
            sizes = image_request.sizes(opened.size) if options.trim is None else []
            prepared = self._resources.cropper.prepare(opened, sizes, analysis=known, options=options)
        self._resources.metrics.pixels.labels("decoded").inc(
            prepared.working.image.width * prepared.working.image.height
        )
        return prepared

    def _part(self, opened: Picture, image_request: ImageRequest) -> Picture:
        """Return the part of a picture that stands for the whole, as a picture of its own."""
        if image_request.window is None:
            return opened
        part = image_request.clip(opened.size)
        if (part.width, part.height) == (opened.size.width, opened.size.height):
            return opened
        return self._resources.cropper.open(opened.decode(opened.size).image.crop(part.corners))


def _analysis_key(picture: SourceImage, image_request: ImageRequest) -> str:
    """Return the cache key of an analysis: picture, trimmed border, part, and whether all frames are looked at."""
    trim, window = image_request.options.trim, image_request.window
    more = ([] if trim is None else [str(trim)]) + ([] if window is None else [repr(window)])
    more += [] if image_request.options.animate == "keep" else [image_request.options.animate]
    return ":".join([picture.facts.digest, *more])


def _unless_it_matters(picture: SourceImage, image_request: ImageRequest) -> Analysis | None:
    """Return a blank analysis when a look could not change the answer; else None."""
    if image_request.answer != "crop" or len(image_request.targets) != 1 or image_request.options.trim is not None:
        return None
    size = image_request.part(picture.facts.size)
    (target,) = image_request.sizes(size)
    settled = is_settled(size, target, image_request.settle_options(Visible(size)))
    return Analysis.blank(size) if settled else None


def _unseen_key(seen: str) -> str:
    """Return the cache key of a working image without an analysis; it serves only requests that need none."""
    return f"{seen}:unseen"


def memory_for(
    picture: SourceImage,
    image_request: ImageRequest,
    format: str = "jpeg",  # noqa: A002
) -> int:
    """Estimate the bytes that a picture takes while it is prepared, cropped and written."""
    facts, options, size = picture.facts, image_request.options, picture.facts.size
    asked = facts.form.lower() if format == SAME else format
    part = None if image_request.window is None else image_request.part(size)
    return memory_at_work(
        facts.need,
        size,
        image_request.largest_sizes(part or size),
        options,
        frames=facts.frames,
        format=asked,
        several=image_request.progressive or image_request.compress,
        clear=facts.clear or _clears(image_request, part or size),
        part=part,
        effects=image_request.finish(part or size),
    )


def _memory_for_result(prepared: PreparedPicture, image_request: ImageRequest, format: str) -> int:  # noqa: A002
    """Estimate the bytes that a result takes besides a picture that is in memory already."""
    image, targets = prepared.working.image, image_request.largest_sizes(prepared.analysis.visible.size)
    working = Size(image.width, image.height)
    results = [result_size(working, target, image_request.options) for target in targets]
    results = with_effects(results, image_request.finish(prepared.analysis.visible.size))
    several = image_request.progressive or image_request.compress
    clear = image.mode == "RGBA" or _clears(image_request, prepared.analysis.visible.size)
    film = prepared.view.film is not None and not prepared.view.film.refusal
    return memory_of_results(working, results, format, several=several, clear=clear, film=film)


def _clears(image_request: ImageRequest, size: Size) -> bool:
    """Tell whether a request may make parts transparent, by room, turns or round corners."""
    return image_request.options.fit in _ROOM or bool(image_request.finish(size))


def _serves(prepared: PreparedPicture, image_request: ImageRequest) -> bool:
    return prepared.serves(image_request.sizes(prepared.analysis.visible.size), options=image_request.options)
