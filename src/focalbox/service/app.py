"""The application: its parts, its routes, and how it starts and stops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from focalbox.analysis import Analysis
from focalbox.cropper import Cropper
from focalbox.errors import InvalidRequest
from focalbox.service.dialects.native import UPLOADS
from focalbox.service.endpoints import Endpoints
from focalbox.service.middleware import RequestLog
from focalbox.service.openapi import openapi
from focalbox.service.pages import Pages
from focalbox.service.problems import NotAllowed, NotFound, Unavailable
from focalbox.service.refusals import Refusals
from focalbox.service.render.analysis_cache import AnalysisCache, RedisCache
from focalbox.service.render.preparer import Preparer
from focalbox.service.render.renderer import Renderer
from focalbox.service.render.resources import Resources
from focalbox.service.runtime.gate import Gate
from focalbox.service.runtime.lru import ByteLruCache
from focalbox.service.runtime.memory import MemoryBudget
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.runtime.readiness import Readiness
from focalbox.service.runtime.threads import Threads
from focalbox.service.runtime.tracing import Tracing
from focalbox.service.settings import ServiceSettings
from focalbox.service.sources.buckets import Buckets
from focalbox.service.sources.disk_cache import DiskCache
from focalbox.service.sources.http_fetch import Remote
from focalbox.service.sources.locate import Sources
from focalbox.service.sources.pictures import Pictures
from focalbox.service.sources.root_folder import RootFolder
from focalbox.service.sources.upstreams import Upstreams

__all__ = ["build", "load_model"]

_NOT_SHARED = {"memory", "none"}


def build(
    settings: ServiceSettings,
    *,
    cropper: Cropper | None = None,
    bucket_filesystem: Any = None,
    readiness: Readiness | None = None,
    metrics_folder: Path | None = None,
    connections: Sized = (),
) -> RequestLog:
    """Return the service as an ASGI application.

    Parameters
    ----------
    settings : ServiceSettings
    cropper : Cropper, optional
        A cropper with a model of the caller's own.
    bucket_filesystem : fsspec filesystem, optional
        The file system of the buckets; by default S3.
    readiness : Readiness, optional
        The caller sets it to draining when the process is told to stop.
    metrics_folder : Path, optional
        The folder in which several processes count together.
    connections : sized
        The open connections, whose number is reported.

    Raises
    ------
    InvalidRequest
        When the settings need an extra that is not installed, or the fallback picture is not one that is served.
    """
    limits = settings.common.limits
    readiness = readiness or Readiness()
    metrics = Metrics(metrics_folder, Tracing(on=settings.traces))
    budget = MemoryBudget(settings.memory)
    metrics.watch("focalbox_memory_bytes", "Memory held for pictures at work.", lambda: budget.used + budget.received)
    metrics.watch("focalbox_connections", "Connections open.", lambda: len(connections))
    pool = Pool(settings.threads, settings.waiting)
    metrics.watch("focalbox_admitted", "Requests at work or waiting.", lambda: pool.admitted)
    cropper = cropper or Cropper(model=settings.common.model, limits=limits)
    shared_cache = None if settings.cache in _NOT_SHARED else RedisCache(settings.cache)
    keeps = settings.cache != "none"
    memory = ByteLruCache[Analysis](settings.cache_bytes if keeps else 0)
    metrics.watch("focalbox_cache_bytes", "Bytes of analyses kept in memory.", lambda: memory.used)
    analyses = AnalysisCache(cropper.model_name, memory, metrics, shared_cache)
    resources = Resources(cropper, pool, budget, metrics)
    preparer = Preparer(resources, analyses, picture_bytes=settings.picture_bytes if keeps else 0)
    renderer = Renderer(resources, preparer, result_pixels=settings.result_pixels)
    remote = Remote(settings.hosts, seconds=settings.fetch_seconds, allow_private=settings.allow_private, limits=limits)
    folder = RootFolder(settings.root) if settings.root is not None else None
    kept = _disk_cache(settings, metrics)
    gate = Gate("pictures from other servers", settings.upstreams, settings.host_upstreams)
    metrics.watch("focalbox_fetches", "Pictures being fetched.", lambda: len(gate))
    buckets = Buckets(
        settings.buckets, limits, bucket_filesystem, seconds=settings.fetch_seconds, most=settings.host_upstreams
    )
    upstreams = Upstreams(remote, buckets, gate, kept, settings.stale_seconds)
    sources = Sources(
        folder,
        upstreams,
        remote.allows,
        limits,
        seconds=settings.fetch_seconds,
        most=settings.threads + settings.waiting,
    )
    _check_fallback(sources, settings.fallback)
    endpoints = Endpoints(
        settings,
        limits,
        sources,
        renderer,
        pool,
        pictures=Pictures(cropper, pool, metrics),
        memory=budget,
        metrics=metrics,
        readiness=readiness,
    )
    pages = Pages(settings, folder, sources.ask_folder)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        thread = Threads(1, "starts")
        await thread.run(partial(load_model, cropper))
        readiness.started = True
        try:
            yield
        finally:
            readiness.draining = True
            await upstreams.close()
            await remote.close()
            if shared_cache is not None:
                await shared_cache.close()
            pool.close()
            await thread.run(metrics.tracing.close)

    async def document(_: Request) -> Response:
        return pages.json(openapi(settings))

    routes = [
        Route("/healthz", endpoints.healthz),
        Route("/readyz", endpoints.readyz),
        *([Route("/metrics", endpoints.metrics)] if settings.metrics else []),
        *([Route("/openapi.json", document)] if settings.docs else []),
        Route("/v1/{answer:str}", endpoints.upload, methods=["POST"]),
        *(Route(f"/v1/{answer}", _only_uploads) for answer in UPLOADS),
        *pages.routes(),
        Route("/{rest:path}", endpoints.picture, methods=["GET"]),
    ]
    router: ASGIApp = Router(routes, redirect_slashes=False, lifespan=lifespan)
    at_sight = None if settings.cors or settings.traces else pool.check  # these need more than the first bytes
    refusals = Refusals(metrics, at_sight, readiness=readiness)
    return RequestLog(router, metrics, settings.cors, readiness=readiness, refusals=refusals)


def load_model(cropper: Cropper) -> None:
    """Load the model now, by looking at a small black picture; raises `ModelError` when that fails."""
    cropper.analyze(np.zeros((64, 64, 3), dtype=np.uint8))


def _disk_cache(settings: ServiceSettings, metrics: Metrics) -> DiskCache | None:
    """Return the cache of fetched pictures on disk, if there is one; its bytes and its failures are reported."""
    if settings.fetched is None:
        return None
    kept = DiskCache(settings.fetched, settings.fetched_bytes, metrics.disk_failures.inc)
    metrics.watch(
        "focalbox_fetched_bytes", "Bytes of pictures kept on disk.", lambda: kept.used / (settings.workers or 1)
    )
    return kept


async def _only_uploads(_: Request) -> Response:
    """Answer that an address without a source is for uploads."""
    message = "this address takes POST, a picture that is sent along; one of its own address is /v1/crop/500x200/SOURCE"
    raise HTTPException(405, message, {"Allow": "POST"})


def _check_fallback(sources: Sources, fallback: str | None) -> None:
    """Refuse a missing fallback at the start; else it would only be noticed when another picture is missing."""
    try:
        if fallback:
            sources.locate(fallback)
    except (NotFound, NotAllowed) as error:
        message = f"FOCALBOX_SERVICE_FALLBACK is a picture that is served here, not {fallback!r}"
        raise InvalidRequest(message) from error
    except Unavailable:
        pass  # the disk may come later, as for all other pictures
