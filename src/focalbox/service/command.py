"""The commands ``focalbox serve`` and ``focalbox sign``."""

from __future__ import annotations

import ctypes
import dataclasses
import logging
import os
import signal
import socket
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import click
import uvicorn

from focalbox.errors import InvalidRequest
from focalbox.service.app import build
from focalbox.service.dialects.signing import new_key, parse_key
from focalbox.service.dialects.signing import sign as signed
from focalbox.service.http11 import MOST_UNREAD, Protocol
from focalbox.service.middleware import JsonLines
from focalbox.service.settings import ServiceSettings

__all__ = ["serve", "sign"]

_DAY = 86_400
"""Seconds that the page's address, printed at the start, lets somebody in."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""What glibc's mallopt(3) calls the settings."""
_KEPT = 2**25
"""Bytes of freed memory that an arena keeps: the next request of the same size then gets no fresh pages to be zeroed."""
_MAPPED = 2**20
"""Bytes from which a piece of memory is mapped by itself: a working image of 600 x 600 pixels."""
_ARENAS = 2
"""Arenas that all threads share."""
_BACKLOG = 1024
"""Connections that the system may hold for the service to accept."""


@click.command()
@click.option("--root", type=click.Path(), help="The folder whose pictures are served.")
@click.option("--host", help="The address to listen at.  [default: 127.0.0.1]")
@click.option("--port", help="The port to listen at; 0 takes a free one.  [default: 8000]")
@click.option("--allow-unsigned", is_flag=True, help="Serve addresses without a signature.")
@click.option(
    "--key", "keys", multiple=True, help="ID:SECRET for signatures; repeats. Better set in FOCALBOX_SERVICE_KEYS."
)
@click.option("--allow-host", "hosts", multiple=True, help="A host to fetch pictures from; repeats.")
@click.option("--bucket", "buckets", multiple=True, help="An S3 bucket to read pictures from; repeats.")
@click.option("--size", "sizes", multiple=True, help="A size that may be asked for; repeats. All when none is named.")
@click.option("--cache", help="memory, none, or redis://HOST:PORT/DB that several processes share.  [default: memory]")
@click.option("--at-work", help="Threads that work on pictures.  [default: one a processor]")
@click.option("--waiting", help="Requests that may wait; beyond them the answer is 503.  [default: 64]")
@click.option("--no-page", is_flag=True, help="Serve no page to try it on.")
def serve(*, allow_unsigned: bool, no_page: bool, **options: Any) -> None:
    """Serve crops by address, and a page to try it on.

    Every option is also a setting, FOCALBOX_SERVICE_...; docs/settings.md lists them all.
    """
    given = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in options.items() if value}
    if allow_unsigned:
        given["allow_unsigned"] = "true"
    if no_page:
        given["page"] = "false"
    settings = ServiceSettings.of(os.environ, **given)
    if not settings.keys and not settings.allow_unsigned:
        settings = dataclasses.replace(settings, keys=(new_key(),))
    _log_to_standard_error()
    _give_memory_back()
    app = build(settings)
    listening = _listening(settings)
    _announce(settings, listening)
    config = uvicorn.Config(
        app,
        http=Protocol,
        h11_max_incomplete_event_size=MOST_UNREAD,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.stop_seconds,
        backlog=_BACKLOG,
    )
    signal.signal(signal.SIGTERM, _stopped)  # uvicorn stops at it, and sends it on when it has
    uvicorn.Server(config).run(sockets=[listening])


@click.command()
@click.argument("url")
@click.option("--key", help="ID:SECRET; the first of FOCALBOX_SERVICE_KEYS when left out.")
@click.option("--expires-in", type=click.IntRange(1), default=_DAY, show_default=True, help="Seconds that it lasts.")
def sign(url: str, key: str | None, expires_in: int) -> None:
    """Sign an address, so that the service answers it.

    An address is /v1/crop/500x200/cat.jpg, or all of it with https:// and the host.
    """
    keys = (parse_key(key),) if key else ServiceSettings.of(os.environ).keys
    if not keys:
        message = "a key is needed: --key ID:SECRET or FOCALBOX_SERVICE_KEYS"
        raise InvalidRequest(message)
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    before = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    if parts.fragment:
        message = "an address to sign has no # in it"
        raise InvalidRequest(message)
    click.echo(before + signed(path, keys[0], int(time.time()) + expires_in))


def _give_memory_back() -> None:
    """Let large pictures be mapped one by one, and small ones reuse what smaller ones before them left.

    By itself glibc learns from the first large picture to keep such pieces in its arenas, one for each thread, where they
    fall apart: five minutes of mixed load then grew from 306 to 388 MB (`make soak-service`). And it gives back every
    128 kB at the top of an arena, so that each request of 0.3 MP had 330 fresh pages zeroed: a sixth of its time. Other
    systems go without.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _MAPPED)
        mallopt(_ARENA_MAX, _ARENAS)
        mallopt(_TRIM_THRESHOLD, _KEPT)


def _stopped(*_: object) -> None:
    """End with exit code 0: to be told to stop, and to have stopped, is no failure."""


def _listening(settings: ServiceSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY on every connection; without, each answer waits 40 ms for the
    # client's acknowledgement of its header.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        message = f"cannot listen at {settings.host}:{settings.port}: {reason}"
        raise InvalidRequest(message) from error
    listening.listen(_BACKLOG)
    return listening


def _announce(settings: ServiceSettings, listening: socket.socket) -> None:
    """Print where the page is; with signatures, an address of it that lasts a day."""
    host, port = listening.getsockname()[:2]
    place = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    page = "/" if settings.allow_unsigned else signed("/", settings.keys[0], int(time.time()) + _DAY)
    example = "/v1/crop/500x200/PICTURE.jpg"
    if settings.page:
        click.echo(f"page:    {place}{page}")
    click.echo(f"crops:   {place}{example}" + ("" if settings.allow_unsigned else "  (signed: see `focalbox sign`)"))
    if settings.keys and settings.keys[0].id == "session":
        click.echo("key:     a new one for this run; set FOCALBOX_SERVICE_KEYS=ID:SECRET for one that lasts")
    sys.stdout.flush()


def _log_to_standard_error() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name, level in (("focalbox", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
