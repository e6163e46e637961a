"""Wraps every request: gives it an id, turns errors into problem documents, counts it, and logs one structured line."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from focalbox.errors import Overloaded
from focalbox.service.dialects.imgproxy import address as imgproxy
from focalbox.service.dialects.urls import check_characters
from focalbox.service.problems import Gone, Problem, Unavailable, problem_of
from focalbox.service.refusals import Refusals, kind_of
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.readiness import Readiness

__all__ = ["RequestLog", "without_secrets"]

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""The ids that a request may bring (X-Request-Id); any other is replaced by a new one."""
_AUTHORITY = re.compile(rb"https?://[^/?]*", re.IGNORECASE)
"""Scheme and host in front of the path, as proxies may send it: a server has to take that form too (RFC 9112, 3.2.2)."""
_PREFLIGHT = {b"origin", b"access-control-request-method"}
"""Fields of a browser's CORS-preflight request (Fetch standard)."""
_PREFLIGHTED = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Content-Type, X-Request-Id",
    "Access-Control-Max-Age": "3600",
}
_EXPOSED = (b"access-control-expose-headers", b"ETag, Focalbox-Notes, X-Request-Id")
"""Further fields of an answer that scripts of other origins may read."""
_MAX_ADDRESS = 45
"""Characters of an IPv6 address at most; a trusted proxy may pass on whatever it was sent."""
_METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
"""Methods that are logged and traced. Any other word, of up to 16 kB, is `_OTHER`, as OpenTelemetry calls it."""
_OTHER = "_OTHER"
_MAX_LOGGED = 500
"""Characters that are logged of a path, or of the message of another server's error."""
_SECRETS = (
    (re.compile(r"^/[A-Za-z0-9_-]{27}(?:=|%3[Dd])(?=/)"), "/SIGNATURE"),
    (re.compile(r"((?:/|%2[Ff])security(?:=|%3[Dd])).*?(?=/|%2[Ff]|\Z)"), r"\1..."),
    (re.compile(r"((?:/|%2[Ff])b64(?::|%3[Aa])?(?:/|%2[Ff])+).*?(?=/|%2[Ff]|\Z)"), r"\1..."),
    (re.compile(r"((?::|%3[Aa])(?:/|%2[Ff]){1,2})(?:(?!%2[Ff])[^/@])*(?:@|%40)"), r"\1...@"),
    (re.compile(r"(?:\?|%3[Ff]).*$", re.DOTALL), "?..."),
)
"""Parts of a path that grant access: signatures, policies, passwords and queries of sources, also in base64."""

_log = logging.getLogger("focalbox.service")


def without_secrets(path: str) -> str:
    """Return a path as it may be logged.

    Examples
    --------
    >>> without_secrets("/smart_crop=w:5,h:5/security=p:abc,s:def/cat.jpg")
    '/smart_crop=w:5,h:5/security=.../cat.jpg'
    """
    if imgproxy.is_imgproxy(path.encode("utf-8")):
        path = imgproxy.without_secrets(path)
    for pattern, instead in _SECRETS:
        path = pattern.sub(instead, path)
    return path[:_MAX_LOGGED]


class RequestLog:
    """The application with an id, a problem document, a count and a line of log for each request.

    Requests that are refused because there are too many share one line a second, with their number and the exceeded limit.

    Parameters
    ----------
    app : ASGI application
    metrics : Metrics
    origins : collection of str
        Whose scripts may read answers (CORS); ``*`` is all.
    readiness : Readiness, optional
        While it says that the service stops, every answer closes its connection: the next request goes elsewhere.
    refusals : Refusals, optional
        Counts such requests.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        origins: Collection[str] = (),
        *,
        readiness: Readiness | None = None,
        refusals: Refusals | None = None,
    ) -> None:
        self._app, self._metrics, self._origins = app, metrics, frozenset(origins)
        self._readiness, self.refusals = readiness or Readiness(), refusals or Refusals(metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = _in_origin_form(scope)
        if not self._metrics.tracing.on:
            await self._answer(scope, receive, send)
            return
        path = without_secrets((scope.get("raw_path") or b"").decode("ascii", "replace"))
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        with self._metrics.tracing.request(_method_of(scope), path, headers) as noted:
            noted["http.response.status_code"], noted["name"] = await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> tuple[int, str]:
        """Answer a request, count it and log it; return its status and the kind of answer."""
        scope["app"] = self  # so that starlette's router raises errors instead of answering in plain text
        start = time.perf_counter()
        name = _id_of(scope)
        status, sent = 0, 0

        async def send_noted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = self._cors_headers(scope)
                headers += [(b"connection", b"close")] if self._readiness.draining else []
                headers += [(b"x-request-id", name.encode("ascii")), (b"x-content-type-options", b"nosniff")]
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        self._metrics.refresh()
        failure: Exception | None = None
        level, more = logging.INFO, dict[str, Any]()
        try:
            check_characters(scope["path"])  # /metrics%0a would be answered too, and is not what a proxy keeps inside
            await _unless_stopped(_preflight if self._is_preflight(scope) else self._app)(scope, receive, send_noted)
        except Gone:
            status = 499
        except Exception as error:  # noqa: BLE001 - the last place where anything can become an answer
            problem = _problem(error)
            level, more = self._describe_error(error, problem)
            failure = error if level == logging.ERROR else None
            if failure is None:
                _forget_frames(error)
            if not status:
                await problem.response()(scope, receive, send_noted)
        seconds = time.perf_counter() - start
        raw = scope.get("raw_path") or b""
        dialect, known = kind_of(raw)
        self._metrics.requests.labels(dialect, known, str(status)).inc()
        self._metrics.seconds.observe(seconds)
        self._metrics.refresh()
        if more.get("refused") == 0:
            return status, known
        _log.log(
            level,
            "request",
            exc_info=failure,
            extra={
                "id": name,
                "address": scope["client"][0][:_MAX_ADDRESS] if scope.get("client") else "",
                "method": _method_of(scope),
                "path": without_secrets(raw.decode("ascii", "replace")),
                "dialect": dialect,
                "status": status,
                "bytes": sent,
                "milliseconds": round(seconds * 1000, 2),
                **more,
            },
        )
        return status, known

    def _describe_error(self, error: Exception, problem: Problem) -> tuple[int, dict[str, Any]]:
        """Return the level of an error's line of log, and the line's additional fields."""
        if problem.status == 502 or isinstance(error, Unavailable):  # noqa: PLR2004 - the fault of another server, or of a disk
            reason = {"reason": repr(error.__cause__)[:_MAX_LOGGED]} if error.__cause__ else {}
            return logging.WARNING, {"problem": problem.detail, **reason}
        if isinstance(error, Overloaded):
            return logging.INFO, {"problem": problem.detail, "refused": self.refusals.count()}
        own = problem.status >= 500 and problem.status != 503  # noqa: PLR2004 - the fault of this one
        return logging.ERROR if own else logging.INFO, {}

    def _is_preflight(self, scope: Scope) -> bool:
        """Tell whether this is a browser's CORS-preflight request."""
        names = {name for name, _ in scope["headers"]}
        return bool(self._origins) and scope["method"] == "OPTIONS" and names >= _PREFLIGHT

    def _cors_headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Return the fields that let a script of another origin read the answer; credentials are never allowed."""
        if "*" in self._origins:
            return [(b"access-control-allow-origin", b"*"), _EXPOSED]
        if not self._origins:
            return []
        origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
        allowed = origin.decode("latin-1").lower() in self._origins
        return [(b"vary", b"Origin"), *([(b"access-control-allow-origin", origin), _EXPOSED] if allowed else [])]


def _unless_stopped(app: ASGIApp) -> ASGIApp:
    """Return an application whose requests, when they take longer than stopping waits for them, end with an answer."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError as error:
            message = "the service is stopping: try again"
            raise Unavailable(message) from error

    return run


async def _preflight(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(status_code=204, headers=_PREFLIGHTED)(scope, receive, send)


def _in_origin_form(scope: Scope) -> Scope:
    """Return the request with a path that begins with a slash, whether or not the host stood before it."""
    found = _AUTHORITY.match(scope["raw_path"])
    if found is None:
        return scope
    raw = scope["raw_path"][found.end() :] or b"/"
    return {**scope, "raw_path": raw, "path": unquote_to_bytes(raw).decode("utf-8", "replace")}


def _problem(error: Exception) -> Problem:
    if isinstance(error, HTTPException):
        titles = {404: "Nothing here", 405: "Method not allowed"}
        title = titles.get(error.status_code, "Wrong request")
        headers = dict(error.headers or {})
        detail = f"this address takes {headers['Allow']}" if "Allow" in headers else title.lower()
        if error.detail != HTTPStatus(error.status_code).phrase:
            detail = error.detail  # our own words
        return Problem(error.status_code, title, detail, headers)
    return problem_of(error)


def _forget_frames(error: BaseException) -> None:
    """Release what an error's frames hold, such as the bytes of a picture that was refused.

    They hold the tasks that they wait for, and these hold the error: without this, all of it would stay in memory until the
    next garbage collection.
    """
    said: BaseException | None = error
    while said is not None:
        said.__traceback__ = None
        said = said.__cause__ or said.__context__


def _method_of(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else _OTHER


def _id_of(scope: Scope) -> str:
    given = next((value for key, value in scope["headers"] if key == b"x-request-id"), b"")
    return given.decode("ascii") if _ID.fullmatch(given) else secrets.token_hex(8)
