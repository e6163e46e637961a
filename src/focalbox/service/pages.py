"""The page to try the service on: static files, and photographs to try."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial
from importlib import resources
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from focalbox.imaging.output.encoding import encode
from focalbox.imaging.source import Limits, open_picture
from focalbox.service.dialects import signing
from focalbox.service.endpoints import page_query
from focalbox.service.negotiation import check_conditions, field_of, matches
from focalbox.service.problems import NotFound, Unavailable
from focalbox.service.routing import PAGE_PATH
from focalbox.service.settings import ServiceSettings
from focalbox.service.sources.root_folder import RootFolder, is_servable

__all__ = ["Pages"]

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the page: nothing from anywhere else; styles in place move the boxes."""
_PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")
"""Free photographs that scikit-image brings along (CC0 and public domain); of the first the middle cuts the head, which
shows at once what this is about."""
_MAX_DEMOS = 4


class Pages:
    """Serves the page.

    Parameters
    ----------
    settings : ServiceSettings
    folder : RootFolder, optional
        Whose pictures are shown to try when scikit-image is not installed.
    ask_folder : callable
        Does work that reads the folder, in a thread.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        folder: RootFolder | None,
        ask_folder: Callable[[Callable[[], Any]], Awaitable[Any]],
    ) -> None:
        self._settings, self._folder, self._ask_folder = settings, folder, ask_folder
        off = (*(() if settings.docs else ("docs", "openapi.json")), *(() if settings.metrics else ("metrics",)))
        self._home_page = _without_links(_content("index.html"), off)

    def routes(self) -> list[Route]:
        """Return the page's routes: none when it is switched off, but for the description of the service."""
        described = [Route("/docs", self._docs)] if self._settings.docs else []
        if self._settings.docs or self._settings.page:
            described.append(Route("/page/{name:str}", self._static))
        if not self._settings.page:
            return described
        return [Route("/", self._home), Route("/page/demo/{name:str}", self._demo), *described]

    def json(self, found: Any) -> Response:
        """Return a document."""
        return Response(json.dumps(found), media_type="application/json", headers={"Cache-Control": "no-cache"})

    async def _home(self, request: Request) -> Response:
        return _answer(request, self._home_page, "index.html")

    async def _docs(self, request: Request) -> Response:
        return _answer(request, _content("docs.html"), "docs.html")

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == "demos.json" and self._settings.page:
            self._check(request)
            return self.json(await self._ask_folder(self._demos))
        if name == "place.json" and self._settings.page:
            self._check(request)
            asked = request.query_params
            name = asked.get("name", "")
            there = await self._ask_folder(partial(self._is_there, name, asked.get("bytes", "")))
            found = {"folder": self._folder is not None, "servable": is_servable(name), "there": there}
            return self.json({**found, "sizes": self._settings.sizes})
        return _answer(request, _content(name), name)

    async def _demo(self, request: Request) -> Response:
        self._check(request)
        content = await self._ask_folder(partial(self._photograph, request.path_params["name"]))
        return Response(
            content, media_type="application/octet-stream", headers={"Cache-Control": "private, max-age=3600"}
        )

    def _check(self, request: Request) -> None:
        if not self._settings.allow_unsigned:
            signing.check(PAGE_PATH, page_query(request) or b"", self._settings.keys, time.time())

    def _demos(self) -> list[str]:
        if _has_photographs():
            return list(_PHOTOGRAPHS)
        return self._folder.pictures(_MAX_DEMOS) if self._folder is not None else []

    def _is_there(self, name: str, length: str) -> bool:
        """Tell whether a picture of that name and length lies in the root folder, where addresses find it."""
        if self._folder is None:
            return False
        try:
            return str(self._folder.find(name).path.stat().st_size) == length
        except (NotFound, Unavailable, OSError):
            return False

    def _photograph(self, name: str) -> bytes:
        if name not in self._demos():
            message = "there is no such picture to try"
            raise NotFound(message)
        if _has_photographs():
            return _photograph_file(name)
        folder = self._folder
        if folder is None:
            message = "there is no such picture to try"
            raise NotFound(message)
        return folder.read(folder.find(name), Limits()).data


def _has_photographs() -> bool:
    return importlib.util.find_spec("skimage") is not None


@cache
def _photograph_file(name: str) -> bytes:
    picture = getattr(importlib.import_module("skimage.data"), name)()
    return encode(open_picture(picture).decode(open_picture(picture).size).image, "jpeg", quality=90)


@cache
def _content(name: str) -> bytes:
    files = {file.name: file for file in (resources.files("focalbox.service") / "page").iterdir() if file.is_file()}
    if name not in files:
        message = "there is nothing at this address"
        raise NotFound(message)
    return files[name].read_bytes()


def _without_links(page: bytes, addresses: Sequence[str]) -> bytes:
    """Return a page without its links to what is switched off."""
    for address in addresses:
        page = re.sub(rb' ?<a href="%b">[^<]*</a>' % re.escape(address.encode()), b"", page)
    return page


def _answer(request: Request, content: bytes, name: str) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    check_conditions(request.headers, tag)
    if matches(field_of(request.headers, "if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    ending = name[name.rfind(".") :]
    headers |= {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
    return Response(content, 200, headers, _TYPES.get(ending, "application/octet-stream"))
