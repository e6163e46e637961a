"""One process that serves: uvicorn with draining, and with one line of log when the system has no files left."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from focalbox.cli.signals import ignored_signals
from focalbox.cropper import Cropper
from focalbox.errors import InvalidRequest
from focalbox.service.app import build, load_model
from focalbox.service.runtime.allocator import give_memory_back
from focalbox.service.runtime.readiness import Readiness
from focalbox.service.runtime.threads import Loop
from focalbox.service.server.balance import Share
from focalbox.service.server.closing import stop_accepting
from focalbox.service.server.connections import Connections
from focalbox.service.server.forwarded import ForwardedClient
from focalbox.service.server.http11 import MAX_UNREAD, Deadlines, protocol_with
from focalbox.service.server.listening import BACKLOG, Listening
from focalbox.service.server.peers import is_unix
from focalbox.service.settings import ServiceSettings

__all__ = ["serve_on"]

_OTHER_FILES = 128
"""Files that are open besides connections: pictures, connections to upstreams, libraries, logs."""
_MAX_FILES = 65_536
"""The limit of open files to ask the system for: enough for the most connections that make sense."""
_SELDOM = 10.0
"""Seconds between two lines about connections that could not be accepted."""

_log = logging.getLogger("focalbox.service")


class _Server(uvicorn.Server):
    """Takes requests for a while after a signal to stop, and says so at ``/readyz``."""

    def __init__(
        self,
        config: uvicorn.Config,
        readiness: Readiness,
        connections: Connections,
        *,
        drain: float,
        listening: Listening,
        all_stop: Callable[[], bool],
        announce: Callable[[], None],
        share: Share | None,
    ) -> None:
        super().__init__(config)
        self._readiness, self._connections = readiness, connections
        self._listening, self._all_stop, self._announce, self._share = listening, all_stop, announce, share
        self._drain, self._until, self._warned = drain, 0.0, 0.0
        self._ignored = ignored_signals()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until the end; uvicorn would take another loop, and wait for its threads."""
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(self.serve(sockets))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first SIGTERM or SIGHUP; stop at control-C, at a second signal, and when there is no drain."""
        if sig in self._ignored:
            return
        self._readiness.draining = True
        if self._drain and not self._until and sig != signal.SIGINT:
            self._until = time.monotonic() + self._drain
            return
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept, one connection a turn, so that processes on one socket share them; then say so."""
        asyncio.get_running_loop().set_exception_handler(self._handle_error)
        if self._share is not None:
            self._share.enter()
            await self._share.wait_for_all(lambda: self.should_exit)
            self._listening.may_accept = self._share.may_accept
        await super().startup(sockets)
        self._listening.listen(BACKLOG)  # asyncio listened with the backlog that bounds its turns
        if not self.should_exit:  # such as when the application could not start
            self._announce()

    async def on_tick(self, counter: int) -> bool:
        """Tell whether to stop."""
        if self._until and time.monotonic() >= self._until:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept the connections that have begun, unless others go on accepting, so that none is reset; then stop."""
        if self._share is not None:
            self._share.leave()
        if self._all_stop() and not self.force_exit:
            await stop_accepting(self._listening)
        await super().shutdown(sockets)

    def _handle_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Make room when there are no files left for a connection, and say so once in a while; log all else."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and "accept" in context.get("message", "")):
            loop.default_exception_handler(context)
            return
        self._connections.make_room()
        if time.monotonic() - self._warned >= _SELDOM:
            self._warned = time.monotonic()
            _log.warning("a connection could not be accepted", extra={"reason": error.strerror})


def serve_on(
    listening: Listening,
    settings: ServiceSettings,
    *,
    metrics_folder: Path | None = None,
    all_stop: Callable[[], bool] = lambda: True,
    announce: Callable[[], None] = lambda: None,
    share: Share | None = None,
) -> None:
    """Serve on a socket until the process is told to stop.

    Parameters
    ----------
    listening : socket
        Bound and listening; other processes may accept from it too.
    settings : ServiceSettings
        Of this process.
    metrics_folder : Path, optional
        The folder in which several processes count together.
    all_stop : callable
        Tells, when this process stops, whether all others that accept from the socket stop too.
    announce : callable
        Called once it serves.
    share : Share, optional
        Of the connections that several processes accept.

    Raises
    ------
    InvalidRequest
        When an extra is missing that the settings need, or the fallback picture is not one that is served.
    ModelError
        When the model cannot be loaded.
    """
    give_memory_back()
    readiness = Readiness()
    files = _files()
    if files <= _OTHER_FILES:
        message = (
            f"the service needs more than {_OTHER_FILES} files and connections, and the system lets it open {files} "
            "(ulimit -n)"
        )
        raise InvalidRequest(message)
    most = min(settings.connections, files - _OTHER_FILES)
    of_address = 0 if is_unix(listening) else settings.address_connections  # there, all have the same one
    changed = {} if share is None else {"changed": share.count}
    connections = Connections(most, of_address or most, **changed)
    deadlines = Deadlines(settings.header_seconds, settings.body_seconds, settings.send_seconds)
    cropper = Cropper(model=settings.common.model, limits=settings.common.limits)
    load_model(cropper)
    application = build(
        settings, cropper=cropper, readiness=readiness, metrics_folder=metrics_folder, connections=connections
    )
    trusted = settings.trusted_proxies
    config = uvicorn.Config(
        ForwardedClient(application, trusted, settings.proxy_header) if trusted else application,
        http=protocol_with(deadlines, connections, application.refusals.at_sight, application.refusals.report_broken),
        h11_max_incomplete_event_size=MAX_UNREAD,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=settings.stop_seconds,
        backlog=1,
    )
    server = _Server(
        config,
        readiness,
        connections,
        drain=settings.drain,
        listening=listening,
        all_stop=all_stop,
        announce=announce,
        share=share,
    )
    # From now on, and not only once uvicorn listens to signals: one that comes in between would be lost. When it has
    # stopped, uvicorn sends the signal on, which then changes nothing: a requested stop is not a failure.
    signal.signal(signal.SIGTERM, server.handle_exit)
    with contextlib.suppress(AttributeError):  # Windows has no SIGHUP
        signal.signal(signal.SIGHUP, server.handle_exit)
    server.run(sockets=[listening])


def _files() -> int:
    """Raise the limit of open files of this process as far as allowed, and return it."""
    try:
        import resource  # noqa: PLC0415 - Unix alone has it
    except ImportError:
        return _MAX_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
    return soft if soft != resource.RLIM_INFINITY else _MAX_FILES
