"""The endpoints of the service: pictures by address, uploads, health, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive

from focalbox.core.target import Ratio
from focalbox.errors import Overloaded, SourceError
from focalbox.imaging.source import Limits
from focalbox.service.cache_control import cache_control, never_stale
from focalbox.service.disposition import disposition
from focalbox.service.negotiation import check_conditions, field_of, is_current, negotiate, pixel_ratio, width_ratio
from focalbox.service.problems import Changed, Gone, NotAPicture, Unavailable
from focalbox.service.render.analysis_cache import MAX_SAVED, load_analysis
from focalbox.service.render.renderer import Renderer
from focalbox.service.request import AUTO, ImageRequest
from focalbox.service.routing import read_address, read_upload_address
from focalbox.service.runtime.gate import Gate
from focalbox.service.runtime.memory import MemoryBudget
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.runtime.readiness import Readiness
from focalbox.service.settings import ServiceSettings
from focalbox.service.sources.content import Content
from focalbox.service.sources.locate import Location, Sources
from focalbox.service.sources.pictures import Pictures
from focalbox.service.sources.uploads import check_encoding, is_json, read_small, read_upload

__all__ = ["PAGE_HEADER", "Endpoints", "page_query"]

PAGE_HEADER = "x-focalbox-page"
"""Carries the query of the page's own signed address."""

_T = TypeVar("_T")

_HINTS = "Sec-CH-DPR, Sec-CH-Width"
"""The client hints that are read when the settings say so."""
_FALLBACK_SECONDS = 60
"""Seconds that a fallback may be kept in place of the picture that could not be read."""

_INSTEAD = "the fallback is shown: the picture that was asked for cannot be read"


class Endpoints:
    """Answers requests.

    Parameters
    ----------
    settings : ServiceSettings
    limits : Limits
    sources : Sources
    renderer : Renderer
    pool : Pool
    pictures : Pictures
    memory : MemoryBudget
    metrics : Metrics
    readiness : Readiness
    """

    def __init__(
        self,
        settings: ServiceSettings,
        limits: Limits,
        sources: Sources,
        renderer: Renderer,
        pool: Pool,
        *,
        pictures: Pictures,
        memory: MemoryBudget,
        metrics: Metrics,
        readiness: Readiness,
    ) -> None:
        self._settings, self._limits, self._sources = settings, limits, sources
        self._renderer, self._pool, self._metrics = renderer, pool, metrics
        self._pictures, self._memory, self._readiness = pictures, memory, readiness
        self._uploads = Gate("uploads", settings.uploads)
        metrics.watch("focalbox_uploads", "Uploads being received.", lambda: len(self._uploads))

    async def picture(self, request: Request) -> Response:
        """Answer an address of any dialect, or refuse it at next to no cost when there is too much to do."""
        self._pool.check()
        image_request = read_address(request.scope["raw_path"], request.scope["query_string"], self._settings)
        if self._settings.client_hints:
            image_request = image_request.scale(_screen_ratio(request.headers, image_request))
        fallback = image_request.fallback or self._settings.fallback
        try:
            return await self._answer_picture(request, image_request)
        except SourceError:
            if not fallback or image_request.answer != "crop":  # the numbers of another picture would be wrong
                raise
            seconds = _FALLBACK_SECONDS if image_request.fallback_seconds is None else image_request.fallback_seconds
            again = replace(image_request, source=fallback, max_age=seconds)
            answered = await self._answer_picture(request, again)
            notes = filter(None, (_INSTEAD, answered.headers.get("Focalbox-Notes")))
            answered.headers["Focalbox-Notes"] = "; ".join(notes)
            answered.headers["Cache-Control"] = never_stale(answered.headers["Cache-Control"])
            return answered

    async def _answer_picture(self, request: Request, image_request: ImageRequest) -> Response:
        for changing in (False, True, True):  # again, where somebody else waited for the one before it changed
            with suppress(Changed):
                return await self._answer_source(request, image_request, changing=changing)
        message = "the picture is being changed at the moment"
        raise Changed(message)

    async def _answer_source(self, request: Request, image_request: ImageRequest, *, changing: bool) -> Response:
        locate = partial(self._sources.locate, image_request.source, changing=changing)
        quick = self._sources.is_quick(image_request.source)  # then changing threads would take longer than the look-up
        if quick:
            located = locate()
        else:
            located = await until_gone(request.receive, self._sources.ask_folder(locate))
        if not located.elsewhere or self._pictures.knows(located):
            with self._pool.admission():
                return await until_gone(request.receive, self._answer(request, image_request, located))
        return await until_gone(request.receive, self._fetch_and_answer(request, image_request, located))

    async def _fetch_and_answer(self, request: Request, image_request: ImageRequest, located: Location) -> Response:
        """Answer for a picture of another machine, without holding a place in the pool while waiting for it."""
        with self._memory.receiving() as received:
            with self._metrics.stage("fetch"):
                content = await located.read()
            if located.identity is None:  # files of the folder are as few as those who may be at work
                received.add(len(content.data))
            with self._pool.admission():
                return await self._answer(request, image_request, located, content)

    async def upload(self, request: Request) -> Response:
        """Answer for an uploaded picture."""
        image_request = read_upload_address(
            request.path_params["answer"],
            request.scope["raw_path"],
            request.scope["query_string"],
            page_query(request),
            self._settings,
        )
        check_encoding(request.headers)
        try:
            if is_json(request.headers):
                with self._uploads.enter():
                    return await self._answer_plan(request, image_request)
            with self._memory.receiving() as received:
                with self._uploads.enter():
                    data = await read_upload(request.headers, request.stream(), self._limits, received.add)
                with self._pool.admission():
                    answered = self._answer(request, image_request, Location(None, _never), Content(data))
                    return await until_gone(request.receive, answered)
        except ClientDisconnect as error:
            message = "the client hung up"
            raise Gone(message) from error

    async def _answer_plan(self, request: Request, image_request: ImageRequest) -> Response:
        """Plan for a saved analysis that is sent instead of a picture."""
        if image_request.answer != "plan":
            message = "a saved analysis can be planned for; crops need the picture"
            raise NotAPicture(message)
        analysis = load_analysis(await read_small(request.stream(), MAX_SAVED))
        with self._pool.admission():
            finished = await self._renderer.plan(analysis, image_request)
        return Response(finished.content, 200, {"Cache-Control": "no-store"}, finished.media_type)

    async def _answer(
        self, request: Request, image_request: ImageRequest, located: Location, content: Content | None = None
    ) -> Response:
        picture = await self._pictures.open(located, content)
        accepted = field_of(request.headers, "accept") or ""
        chosen = negotiate(accepted) if image_request.format == AUTO else image_request.format
        tag = self._renderer.tag(image_request, picture, chosen)
        headers = {"ETag": tag, "Accept-Ranges": "none", "Cache-Control": "no-store"}
        if request.method != "POST":
            headers["Cache-Control"] = cache_control(self._settings, image_request.max_age, picture.facts.caching)
        if picture.facts.modified:
            headers["Last-Modified"] = picture.facts.modified
        if image_request.format == AUTO and image_request.answer == "crop":
            headers["Vary"] = "Accept"
        if self._settings.client_hints:
            headers["Vary"] = ", ".join(filter(None, (headers.get("Vary"), _HINTS)))
            headers["Accept-CH"] = _HINTS
        if request.method != "POST":
            check_conditions(request.headers, tag, picture.facts.modified)
            if is_current(request.headers, tag, picture.facts.modified):
                return Response(status_code=304, headers=headers)
        finished = await self._renderer.answer(image_request, picture, chosen)
        if finished.notes:
            headers["Focalbox-Notes"] = "; ".join(finished.notes)
        named = disposition(image_request, finished.media_type)
        headers |= {"Content-Disposition": named} if named else {}
        return Response(finished.content, 200, headers, finished.media_type)

    async def healthz(self, _: Request) -> Response:
        """Say that the process answers."""
        return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})

    async def readyz(self, _: Request) -> Response:
        """Say whether the model is loaded, the root folder is there and the service is not stopping."""
        state = self._readiness.state
        if state == "ready":
            try:
                await self._sources.check()
            except (Unavailable, Overloaded):
                state = "no pictures"
        return JSONResponse({"status": state}, 200 if state == "ready" else 503, {"Cache-Control": "no-store"})

    async def metrics(self, _: Request) -> Response:
        """Return the metrics in Prometheus' text format."""
        headers = {"Cache-Control": "no-store"}
        return Response(self._metrics.text(), 200, headers, "text/plain; version=0.0.4; charset=utf-8")


def _screen_ratio(headers: Mapping[str, str], image_request: ImageRequest) -> float:
    """Return by how much sizes are multiplied: how wide the picture is shown says more than how dense the screen is."""
    target = image_request.targets[0] if image_request.targets else None
    width = getattr(target, "width", 0)
    if "sec-ch-width" in headers and width and not isinstance(target, Ratio):
        return width_ratio(headers["sec-ch-width"], width)
    return pixel_ratio(headers.get("sec-ch-dpr", ""))


async def _never() -> Content:
    message = "the bytes of an upload are there already"
    raise AssertionError(message)


def page_query(request: Request) -> bytes | None:
    """Return the query of the page's own address when the page asks."""
    given = request.headers.get(PAGE_HEADER)
    return None if given is None else given.encode("latin-1")


async def until_gone(receive: Receive, work: Awaitable[_T]) -> _T:
    """Wait for work, and drop it when the client hangs up.

    Raises
    ------
    Gone
        When it did.
    """
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_hung_up(receive))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            message = "the client hung up"
            raise Gone(message)
        return task.result()
    finally:
        for other in (task, watch):
            other.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
