"""Makes the answer to a request from the bytes of a picture, reusing what is known of the picture."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from focalbox.analysis import Analysis
from focalbox.core.choice.faces import FaceFrame
from focalbox.core.target import Size, Target
from focalbox.errors import InvalidRequest, LimitExceeded
from focalbox.imaging.animation.encoding import CAN_ANIMATE
from focalbox.imaging.output.effects import Effect, apply_effects, size_after
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.formats import FORMATS
from focalbox.imaging.source import Picture
from focalbox.options import CropOptions
from focalbox.prepared import PreparedPicture
from focalbox.service.render.answers import (
    Answer,
    choose_format,
    coordinates,
    face_boxes,
    json_answer,
    map_answer,
    plan_answer,
)
from focalbox.service.render.estimate import result_size
from focalbox.service.render.max_bytes import encode_within
from focalbox.service.render.preparer import Preparer, memory_for
from focalbox.service.render.resources import Resources
from focalbox.service.render.thumbor_meta import thumbor_meta
from focalbox.service.request import AUTO, ImageRequest
from focalbox.service.runtime.single_flight import SingleFlight
from focalbox.service.sources.pictures import SourceImage
from focalbox.version import __version__

__all__ = ["Answer", "Renderer"]

_EFFECTS = 4
"""The pixels that all effects of an answer may process together, in multiples of the largest result."""
_FIRST = "effects and a bound of bytes are for pictures that stand still: the first frame was taken"
_LARGER = "the answer has {} bytes: no quality makes it at most {}"


class Renderer:
    """Makes the answers to requests.

    Parameters
    ----------
    resources : Resources
    preparer : Preparer
        Decodes pictures, looks at them and keeps both.
    result_pixels : int
        Largest result.
    """

    def __init__(self, resources: Resources, preparer: Preparer, *, result_pixels: int) -> None:
        self._resources, self._preparer, self._result_pixels = resources, preparer, result_pixels
        self._answers = SingleFlight()

    def tag(self, image_request: ImageRequest, picture: SourceImage, format: str) -> str:  # noqa: A002 - the word of imaging/
        """Return the entity tag of an answer: the same bytes, options and version give the same answer."""
        parts = (
            picture.facts.digest,
            image_request.identity(),
            format,
            self._resources.cropper.model_name,
            __version__,
        )
        return f'"{hashlib.sha256(repr(parts).encode("utf-8")).hexdigest()[:32]}"'

    async def answer(self, image_request: ImageRequest, picture: SourceImage, format: str) -> Answer:  # noqa: A002
        """Make an answer, or wait for the same one when it is being made already.

        Raises
        ------
        FocalboxError
            Any error of the steps.
        """
        return await self._answers.run(
            self.tag(image_request, picture, format), partial(self._make, image_request, picture, format)
        )

    async def plan(self, analysis: Analysis, image_request: ImageRequest) -> Answer:
        """Plan for an analysis."""
        return await self._resources.pool.run(partial(plan_answer, analysis, image_request))

    async def _make(self, image_request: ImageRequest, picture: SourceImage, format: str) -> Answer:  # noqa: A002
        if image_request.must_look_for_window:  # in the whole picture, so that the window is decided once
            analysis = await self._preparer.analyze(picture, image_request.whole())
            image_request = await self._resources.pool.run(partial(image_request.settle_window, analysis))
        if image_request.answer == "imagesize":
            return json_answer({"width": picture.facts.size.width, "height": picture.facts.size.height})
        if image_request.answer in {"plan", "map", "faces"}:
            analysis = await self._preparer.analyze(picture, image_request)
            if image_request.answer == "plan":
                return await self.plan(analysis, image_request)
            if image_request.answer == "faces":
                return json_answer(face_boxes(analysis, image_request.faces or FaceFrame()))
            return await self._resources.pool.run(partial(map_answer, analysis))
        if image_request.answer == "explain":
            data = await picture.data()
            async with self._resources.memory.hold(memory_for(picture, image_request)):
                return await self._resources.pool.run(partial(self._explain, picture.take_opened(data), image_request))
        return await self._preparer.finish(
            image_request,
            picture,
            partial(self._finish, image_request=image_request, form=picture.facts.form, format=format),
            format,
        )

    def _finish(self, prepared: PreparedPicture, image_request: ImageRequest, form: str, format: str) -> Answer:  # noqa: A002
        with self._resources.metrics.stage("finish"):
            analysis = prepared.analysis
            (target,), options, told = _settle(image_request, analysis)
            effects = image_request.finish(analysis.visible.size)
            if image_request.answer != "crop":
                crop = analysis.plan(target, options=options)
                found = (
                    coordinates(crop)
                    if image_request.answer == "coordinates"
                    else thumbor_meta(crop, image_request.source)
                )
                return json_answer(found)
            self._check_result(result_size(analysis.visible.size, target, options), effects)
            (result,) = self._resources.cropper.finish(prepared, [target], options=options)
            ratio = result.image.width / result.crop.box.width
            image = apply_effects(result.image, [effect.scale(ratio) for effect in effects])
            name = choose_format(image_request.format, format, form, transparent=image.mode == "RGBA")
            if result.film is not None and image_request.format == AUTO and name in {"jpeg", "png"}:
                name = "gif"  # a moving picture moves in every client
            notes = (*told, *result.notes_for(name))
            scans: dict[str, Any] = {
                "progressive": image_request.progressive and name == "jpeg",
                "compress": image_request.compress,
            }
            quality = image_request.quality_of(name)
            plain = not effects and not image_request.max_bytes
            moves = result.film is not None and name in CAN_ANIMATE
            if plain and (moves or not any(scans.values())):
                content = result.encode(name, quality=quality)
            else:
                writer = {**scans, "metadata": result.metadata, "memory": result.memory}
                most = image_request.max_bytes
                content = encode_within(image, name, quality, most, **writer)
                notes += (_FIRST,) if result.film is not None and notes == (*told, *result.crop.notes) else ()
                notes += (_LARGER.format(len(content), most),) if most and len(content) > most else ()
        self._resources.metrics.pixels.labels("made").inc(image.width * image.height)
        return Answer(content, FORMATS[name].mime, notes)

    def _check_result(self, result: Size, effects: Sequence[Effect]) -> None:
        """Refuse a result of too many pixels, and too many effects on many pixels: each takes up to 0.2 s a megapixel."""
        touched = 0
        for size in accumulate(effects, size_after, initial=result):
            touched += size.pixels
            if size.pixels > self._result_pixels:
                message = f"a result may have at most {self._result_pixels:,} pixels, not {size.pixels:,} ({size})"
                raise LimitExceeded(message)
        if touched > _EFFECTS * self._result_pixels:
            message = f"{len(effects)} effects on a result of {result} are too many: it may be smaller, or they fewer"
            raise LimitExceeded(message)

    def _explain(self, source: Picture | bytes, image_request: ImageRequest) -> Answer:
        with self._resources.metrics.stage("explain"):
            (target,) = image_request.targets
            strip = self._resources.cropper.explain(source, _plain(target), options=image_request.options)
            return Answer(encode(strip, "png"), FORMATS["png"].mime)


def _settle(
    image_request: ImageRequest, analysis: Analysis
) -> tuple[list[Target | None], CropOptions, tuple[str, ...]]:
    """Return targets and options for what was found, and notes about them."""
    if image_request.faces is not None:
        return image_request.settle_faces(analysis)
    return image_request.sizes(analysis.visible.size), image_request.settle_options(analysis.visible), ()


def _plain(target: Any) -> Any:
    """Return a target that does not depend on the picture."""
    if hasattr(target, "enlarge"):
        message = "a size leaves no side open here"
        raise InvalidRequest(message)
    return target
