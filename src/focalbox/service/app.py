"""The service put together: what is made once, the routes, and starting and stopping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from focalbox.analysis import Analysis
from focalbox.cropper import Cropper
from focalbox.service.analyses import Analyses, RedisShelf
from focalbox.service.buckets import Buckets
from focalbox.service.endpoints import Endpoints
from focalbox.service.folder import Folder
from focalbox.service.keeping import Memory
from focalbox.service.measures import Measures
from focalbox.service.observing import Observed
from focalbox.service.openapi import openapi
from focalbox.service.pages import Pages
from focalbox.service.pool import Pool
from focalbox.service.remote import Remote
from focalbox.service.settings import ServiceSettings
from focalbox.service.sources import Sources
from focalbox.service.studio import Studio

__all__ = ["build"]

_NOT_SHELVES = {"memory", "none"}


def build(settings: ServiceSettings, *, cropper: Cropper | None = None, bucket_filesystem: Any = None) -> ASGIApp:
    """Return the service as an ASGI application.

    Parameters
    ----------
    settings : ServiceSettings
    cropper : Cropper, optional
        One with a model of the caller's own.
    bucket_filesystem : fsspec filesystem, optional
        Where buckets are; S3 when left out.

    Raises
    ------
    InvalidRequest
        When an extra is missing that the settings need.
    """
    limits = settings.common.limits
    measures = Measures()
    pool = Pool(settings.threads, settings.waiting)
    measures.watch("focalbox_admitted", "Requests at work or waiting.", lambda: pool.admitted)
    cropper = cropper or Cropper(model=settings.common.model, limits=limits)
    shelf = None if settings.cache in _NOT_SHELVES else RedisShelf(settings.cache)
    keeps = settings.cache != "none"
    memory = Memory[Analysis](settings.cache_bytes if keeps else 0)
    measures.watch("focalbox_cache_bytes", "Bytes of analyses kept in memory.", lambda: memory.used)
    analyses = Analyses(cropper.model_name, memory, measures, shelf)
    picture_bytes = settings.picture_bytes if keeps else 0
    studio = Studio(cropper, limits, pool, analyses, picture_bytes=picture_bytes, measures=measures)
    remote = Remote(settings.hosts, seconds=settings.fetch_seconds, allow_private=settings.allow_private, limits=limits)
    folder = Folder(settings.root) if settings.root is not None else None
    sources = Sources(folder, remote, Buckets(settings.buckets, limits, bucket_filesystem), limits)
    endpoints = Endpoints(settings, limits, sources, studio, pool, measures=measures)
    pages = Pages(settings, folder)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        await asyncio.to_thread(cropper.analyze, np.zeros((64, 64, 3), dtype=np.uint8))  # loads the model
        endpoints.ready = True
        try:
            yield
        finally:
            endpoints.stopping = True
            await remote.close()
            if shelf is not None:
                await shelf.close()
            pool.close()

    async def document(_: Request) -> Response:
        return pages.json(openapi(settings))

    routes = [
        Route("/healthz", endpoints.healthz),
        Route("/readyz", endpoints.readyz),
        Route("/metrics", endpoints.metrics),
        Route("/openapi.json", document),
        Route("/v1/{answer:str}", endpoints.upload, methods=["POST"]),
        *pages.routes(),
        Route("/{rest:path}", endpoints.picture, methods=["GET"]),
    ]
    return Observed(Router(routes, redirect_slashes=False, lifespan=lifespan), measures)
