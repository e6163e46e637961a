"""From a image_request and the bytes of a picture to the finished answer, with what is known of the picture reused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from focalbox.analysis import Analysis
from focalbox.core.crop import Crop
from focalbox.core.geometry import Size
from focalbox.cropper import Cropper
from focalbox.errors import FocalboxError, InvalidRequest
from focalbox.explain.strip import draw_map
from focalbox.imaging.encoding import encode
from focalbox.imaging.formats import FORMATS
from focalbox.imaging.limits import Limits
from focalbox.options import CropOptions
from focalbox.prepared import Prepared
from focalbox.service.render.analysis_cache import AnalysisCache
from focalbox.service.render.thumbor_meta import thumbor_meta
from focalbox.service.request import AUTO, SAME, ImageRequest
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.runtime.single_flight import SingleFlight
from focalbox.service.sources.pictures import SourceImage
from focalbox.version import __version__

__all__ = ["Finished", "Renderer"]

_MAP_SIDE = 512
"""Longest side in pixels of a map drawn as a picture: 8 pixels a cell of a 64-cell map."""
_JSON = "application/json"
_ONE_IN = 4
"""A working image larger than this part of the memory for them is not kept: it would push out all the others."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer, ready to be sent."""

    content: bytes
    media_type: str


Finish = Callable[[Prepared], Finished]


@dataclass(frozen=True, slots=True)
class _Worked:
    """A picture that was decoded, and what became of it for the image_request whose turn it was.

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
    limits : Limits
    pool : Pool
    analyses : AnalysisCache
    pictures : ByteLruCache
        Working images that are kept, so that a second size needs no second decode.
    picture_bytes : int
        How many bytes ``pictures`` may keep.
    metrics : Metrics
    """

    def __init__(
        self,
        cropper: Cropper,
        limits: Limits,
        pool: Pool,
        analyses: AnalysisCache,
        *,
        picture_bytes: int,
        metrics: Metrics,
    ) -> None:
        self._cropper, self._limits, self._pool = cropper, limits, pool
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
        return await self._pool.run(partial(_planned, analysis, image_request))

    async def _made(self, image_request: ImageRequest, picture: SourceImage, format: str) -> Finished:  # noqa: A002
        if image_request.answer in {"plan", "map"}:
            analysis = await self._analysis(picture, image_request.options)
            if image_request.answer == "plan":
                return await self.plan(analysis, image_request)
            return await self._pool.run(partial(_drawn, analysis))
        if image_request.answer == "explain":
            data = await picture.data()
            return await self._pool.run(partial(self._explained, data, image_request))
        return await self._cut(
            image_request,
            picture,
            partial(self._finished, image_request=image_request, form=picture.facts.form, format=format),
        )

    async def _analysis(self, picture: SourceImage, options: CropOptions) -> Analysis:
        looked = CropOptions(trim=options.trim, animate=options.animate)
        known = await self._analyses.get(_seen(picture, looked))
        if known is not None and (known.trimmed is None) == (looked.trim is None):  # others write to a shared_cache too
            return known
        image_request = ImageRequest("", targets=(), options=looked)
        return (await self._looked(image_request, picture, None)).prepared.analysis

    async def _cut(self, image_request: ImageRequest, picture: SourceImage, finish: Finish) -> Finished:
        """Finish the picture as it is kept, or decoded large enough, and looked at when nobody has yet."""
        seen = _seen(picture, image_request.options)
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
        """Look at a picture, once however many ask for it meanwhile; the first one's image_request is finished with it."""
        seen = _seen(picture, image_request.options)
        return await self._shared.run(f"look {seen}", partial(self._decoded, image_request, picture, None, finish))

    async def _decoded(
        self, image_request: ImageRequest, picture: SourceImage, known: Analysis | None, finish: Finish | None
    ) -> _Worked:
        data = await picture.data()
        worked = await self._pool.run(partial(self._work, data, image_request, known, finish))
        prepared, seen = worked.prepared, _seen(picture, image_request.options)
        if known is not prepared.analysis:
            await self._analyses.put(seen, prepared.analysis)
        image = prepared.working.image
        size = image.width * image.height * len(image.getbands()) + len(data) * (prepared.view.film is not None)
        if size <= self._largest and not image_request.options.keep_metadata:
            self._pictures.put(seen, prepared, size)
        return worked

    def _work(self, data: bytes, image_request: ImageRequest, known: Analysis | None, finish: Finish | None) -> _Worked:
        """Prepare and finish in one go.

        What is decoded does not wait for another turn: no more large pictures are in memory than there are threads. Prepared
        and finished in two turns, five minutes of mixed load grew from 245 to 350 MB.
        """
        prepared = self._prepare(data, image_request, known)
        if finish is None:
            return _Worked(prepared, None, None)
        try:
            return _Worked(prepared, finish, finish(prepared))
        except FocalboxError as error:
            return _Worked(prepared, finish, error)  # the picture is fine for others

    def _prepare(self, data: bytes, image_request: ImageRequest, known: Analysis | None) -> Prepared:
        with self._metrics.stage("prepare"):
            opened, options = self._cropper.open(data), image_request.options
            sizes = (
                image_request.sizes(opened.size) if options.trim is None else []
            )  # of what is left, nobody knows yet
            prepared = self._cropper.prepare(opened, sizes, analysis=known, options=options)
        self._metrics.pixels.labels("decoded").inc(prepared.working.image.width * prepared.working.image.height)
        return prepared

    def _finished(self, prepared: Prepared, image_request: ImageRequest, form: str, format: str) -> Finished:  # noqa: A002
        with self._metrics.stage("finish"):
            analysis = prepared.analysis
            options = image_request.settled(analysis.source, analysis.trimmed)
            (target,) = image_request.sizes(analysis.looked_at)
            if image_request.answer != "crop":
                crop = analysis.plan(target, options=options)
                found = (
                    _coordinates(crop)
                    if image_request.answer == "coordinates"
                    else thumbor_meta(crop, image_request.source)
                )
                return _json(found)
            (result,) = self._cropper.finish(prepared, [target], options=options)
            name = format
            if image_request.format == SAME:
                name = form.lower() if form.lower() in FORMATS else "jpeg"
            elif image_request.format == AUTO and format == "jpeg" and result.image.mode == "RGBA":
                name = "png"  # what is transparent stays so
            elif image_request.format == AUTO and format == "jpeg" and result.film is not None:
                name = "gif"  # what moves does so everywhere
            content = result.encode(name, quality=image_request.quality)
        self._metrics.pixels.labels("made").inc(result.image.width * result.image.height)
        return Finished(content, FORMATS[name].mime)

    def _explained(self, data: bytes, image_request: ImageRequest) -> Finished:
        with self._metrics.stage("explain"):
            (target,) = image_request.targets
            strip = self._cropper.explain(data, _plain(target), options=image_request.options)
            return Finished(encode(strip, "png"), FORMATS["png"].mime)


def _seen(picture: SourceImage, options: CropOptions) -> str:
    """Return the name of a picture as it is looked at: with another border off, or as a film, it is another."""
    name = picture.facts.digest if options.trim is None else f"{picture.facts.digest}:{options.trim}"
    return name if options.animate == "keep" else f"{name}:{options.animate}"


def _serves(prepared: Prepared, image_request: ImageRequest) -> bool:
    return prepared.serves(image_request.sizes(prepared.analysis.looked_at), options=image_request.options)


def _planned(analysis: Analysis, image_request: ImageRequest) -> Finished:
    options = image_request.settled(analysis.source, analysis.trimmed)
    found = analysis.plans(image_request.sizes(analysis.looked_at), options=options).to_dict()
    return _json(
        {**analysis.to_dict(), **found, "salient": analysis.salient_box.to_dict()}
        if image_request.with_saliency
        else found
    )


def _drawn(analysis: Analysis) -> Finished:
    shown = analysis.looked_at
    scale = _MAP_SIDE / max(shown.width, shown.height)
    size = Size(max(1, int(shown.width * scale)), max(1, int(shown.height * scale)))
    return Finished(encode(draw_map(analysis.saliency, size), "png"), FORMATS["png"].mime)


def _coordinates(crop: Crop) -> dict[str, int]:
    return {"x": crop.box.left, "y": crop.box.top, "width": crop.box.width, "height": crop.box.height}


def _json(found: dict[str, Any]) -> Finished:
    return Finished(json.dumps(found).encode("utf-8"), _JSON)


def _plain(target: Any) -> Any:
    """Return a target that needs no picture to be known."""
    if hasattr(target, "enlarge"):
        message = "a size leaves no side open here"
        raise InvalidRequest(message)
    return target
