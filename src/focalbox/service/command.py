"""The commands ``focalbox serve`` and ``focalbox sign``."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from focalbox.amounts import show_bytes
from focalbox.cli.messages import FAILED_PICTURE, WRONG_CALL, print_error
from focalbox.cli.options import WholeNumber
from focalbox.errors import FocalboxError, InvalidRequest
from focalbox.machine import machine_memory
from focalbox.options.addresses import MAX_ADDRESS
from focalbox.service.dialects.signing import new_key, parse_key
from focalbox.service.dialects.signing import sign as signed
from focalbox.service.dialects.urls import check_characters, decode_percent, fields_of
from focalbox.service.runtime import shared_metrics
from focalbox.service.runtime.logs import log_to_standard_error
from focalbox.service.server.activation import take_socket
from focalbox.service.server.health import why_not_ready
from focalbox.service.server.listening import Listening, UnixSocket, listen
from focalbox.service.server.peers import is_unix
from focalbox.service.settings import ServiceSettings
from focalbox.service.settings.variables import SERVICE_PREFIX

__all__ = ["serve", "sign"]

_DAY = 86_400
"""Seconds for which the page's address, which is printed at the start, is valid."""
_PACKAGES = ("h11", "httpcore", "httpx", "multipart", "prometheus_client", "starlette", "uvicorn")
"""The packages of the extra, by the names that Python imports."""
_PLACES = ("host", "port", "unix_socket", "unix_socket_mode")
"""The settings that say where to listen, and how."""

_log = logging.getLogger("focalbox.service")


@click.command()
@click.option("--root", type=click.Path(), help="The folder whose pictures are served.")
@click.option("--host", help="The IP address to listen at.  [default: 127.0.0.1]")
@click.option("--port", help="The port to listen at; 0 takes a free one.  [default: 8000]")
@click.option("--unix-socket", type=click.Path(), help="A unix socket to listen at, instead of an address and a port.")
@click.option("--allow-unsigned", is_flag=True, help="Serve addresses without a signature.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="ID:SECRET with which addresses are signed; repeats. FOCALBOX_SERVICE_KEYS is a safer place for it.",
)
@click.option("--allow-host", "hosts", multiple=True, help="A host to fetch pictures from; repeats.")
@click.option(
    "--bucket",
    "buckets",
    multiple=True,
    help="A bucket to read pictures from, such as photos, gs://photos or az://photos; repeats.",
)
@click.option(
    "--size",
    "sizes",
    multiple=True,
    help="A size that may be asked for, such as 500x200, 1:1 or 500x0; repeats.  [default: all sizes]",
)
@click.option(
    "--cache", help="Where analyses are kept: memory, none, or redis://HOST:PORT/DB to share them.  [default: memory]"
)
@click.option("--workers", help="How many processes serve.  [default: one for each processor, as far as memory allows]")
@click.option("--drain", help="Seconds after SIGTERM in which requests are still taken.  [default: 0]")
@click.option(
    "--at-work", help="How many threads of each process work on pictures.  [default: as many as its processors]"
)
@click.option("--waiting", help="How many requests may wait; further ones are answered with 503.  [default: 64]")
@click.option("--no-page", is_flag=True, help="Do not serve the page at /.")
@click.option(
    "--health",
    is_flag=True,
    help="Serve nothing: ask the service that listens there whether it is ready, and exit with 0 or 1.",
)
def serve(*, allow_unsigned: bool, no_page: bool, health: bool, **options: Any) -> None:
    """Serve crops by address, and a page on which to try it.

    Every option but --health is also a setting, FOCALBOX_SERVICE_...; docs/settings.md lists them all.
    """
    flags = {option.name: option.opts[0] for option in serve.params if option.name}
    empty = next((flags[name] for name, value in options.items() if isinstance(value, tuple) and "" in value), None)
    if empty:  # such as a variable that is not set: it would silently allow everything
        message = f"{empty} needs a value, not ''"
        raise InvalidRequest(message)
    given = {
        name: ",".join(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value not in (None, ())
    }
    if allow_unsigned:
        given["allow_unsigned"] = "true"
    if no_page:
        given["page"] = "false"
    settings = ServiceSettings.of(os.environ, flags, **given)
    if health:
        _exit_unless_ready(settings)
        return
    if not settings.keys and not settings.allow_unsigned:
        settings = dataclasses.replace(settings, keys=(new_key(),))
    _check_installed()
    os.environ.pop(shared_metrics.VARIABLE, None)  # that of another program
    places = [flags[name] for name in _PLACES if name in given]
    places += [name for name in (f"{SERVICE_PREFIX}{place.upper()}" for place in _PLACES) if name in os.environ]
    with take_socket(os.environ, places) or listen(settings) as listening, _withdrawn(listening):
        log_to_standard_error()  # which opens a file: systemd's socket is one of a known number
        if settings.memory > machine_memory():  # of a container or a unit, perhaps: the system would end the processes
            reason = f"{show_bytes(settings.memory)} are more than the {show_bytes(machine_memory())} that may be used"
            _log.warning("FOCALBOX_MEMORY is too much", extra={"reason": reason})
        announce = partial(_announce, settings, listening)
        shared = settings.share()  # while this process still sees all processors
        if shared.workers == 1:
            _exit_unless_started(partial(_serve, listening, shared, announce=announce))
            return
        with shared_metrics.common_folder() as folder:
            code = _serve_with_workers(listening, shared, folder, announce)
        sys.exit(code)


@contextlib.contextmanager
def _withdrawn(listening: socket.socket) -> Iterator[None]:
    """Leave no file of a unix socket behind, however serving ends."""
    try:
        yield
    finally:
        if isinstance(listening, UnixSocket):
            listening.withdraw()


def _exit_unless_ready(settings: ServiceSettings) -> None:
    """Exit with 1, and say why, when the service that runs with these settings takes no requests."""
    reason = why_not_ready(settings)
    if reason:
        print_error(reason)
        sys.exit(FAILED_PICTURE)


def _exit_unless_started(start: Callable[[], None]) -> None:
    try:
        start()
    except FocalboxError as error:  # such as a model that cannot be loaded
        print_error(str(error))
        sys.exit(WRONG_CALL)


def _serve(listening: Listening, settings: ServiceSettings, **more: Any) -> None:
    """Serve in this process; the server is imported only here, so that help and signing start quickly."""
    from focalbox.service.server.process import serve_on  # noqa: PLC0415

    serve_on(listening, settings, **more)


def _serve_with_workers(
    listening: Listening, settings: ServiceSettings, metrics_folder: Path | None, announce: Callable[[], None]
) -> int:
    """Serve with several processes that accept from one socket and count in one folder."""
    from focalbox.service.server.balance import Balance  # noqa: PLC0415 - for several processes alone
    from focalbox.service.server.workers import Starts, supervise  # noqa: PLC0415 - Windows has no fork

    starts, balance = Starts(settings.workers), Balance(settings.workers)

    def work(place: int, all_stop: Callable[[], bool]) -> int:
        def serves() -> None:
            if starts.serve(place):
                announce()

        try:
            folder = metrics_folder and shared_metrics.join(metrics_folder)
            share = balance.share(place)
            _serve(listening, settings, metrics_folder=folder, all_stop=all_stop, announce=serves, share=share)
        except FocalboxError as error:
            starts.fail(str(error))
            return WRONG_CALL
        return 0

    def forget(worker: int, place: int) -> bool:
        balance.share(place).leave()
        if metrics_folder:
            shared_metrics.forget(metrics_folder, worker)
        return starts.end(place)

    code = supervise(settings.workers, work, forget, listening.close)  # the last worker to close it ends it
    for reason in starts.reasons():
        print_error(reason)
    return code


def _check_installed() -> None:
    """Raise `InvalidRequest` when a package of the extra is missing."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        message = f"the service needs an extra (missing: {', '.join(missing)}): pip install 'focalbox[service]'"
        raise InvalidRequest(message)


@click.command()
@click.argument("url")
@click.option("--key", help="ID:SECRET; the first of FOCALBOX_SERVICE_KEYS when left out.")
@click.option(
    "--expires-in", type=WholeNumber(1), default=_DAY, show_default=True, help="Seconds until the address expires."
)
def sign(url: str, key: str | None, expires_in: int) -> None:
    """Sign an address, so that the service answers it.

    An address is /v1/crop/500x200/cat.jpg, or all of it with https:// and the host; / is the page's own. The addresses of
    thumbor, imgproxy and Filestack are signed by their own clients, with keys of their own.
    """
    keys = (parse_key(key),) if key else ServiceSettings.of(os.environ).keys
    if not keys:
        message = "a key is needed: --key ID:SECRET or FOCALBOX_SERVICE_KEYS"
        raise InvalidRequest(message)
    check_characters(url)  # some of which urlsplit leaves out
    try:
        parts = urlsplit(url)
    except ValueError as error:  # such as http://[
        message = "an address to sign has a host that is one"
        raise InvalidRequest(message) from error
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    before = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    if parts.fragment:
        message = "an address to sign has no # in it"
        raise InvalidRequest(message)
    if not path.startswith("/v1/") and path != "/":
        message = (
            f"an address to sign begins with /v1/ behind its host, not with {path[:20]!r}; "
            "those of thumbor, imgproxy and Filestack have keys of their own"
        )
        raise InvalidRequest(message)
    address = signed(path, keys[0], int(time.time()) + expires_in)
    decode_percent(parts.path.encode("ascii"))
    fields_of(parts.query.encode("ascii"))
    length = len(address.replace("?", "", 1))
    if length > MAX_ADDRESS:
        message = f"an address has at most {show_bytes(MAX_ADDRESS)} with its signature, not {show_bytes(length)}"
        raise InvalidRequest(message)
    click.echo(before + address)


def _path_of(listening: socket.socket) -> str:
    """Return the path of a unix socket, to be printed.

    A name that is no path (of an abstract socket) has an @ in place of its NUL, and bytes that are no text are escaped.
    """
    name = os.fsencode(listening.getsockname())
    return name.decode("utf-8", "backslashreplace").replace("\0", "@")


def _announce(settings: ServiceSettings, listening: socket.socket) -> None:
    """Print where the page is; with signatures, an address of it that lasts a day."""
    place, lines = "", list[str]()
    if is_unix(listening):
        lines.append(f"socket:  {_path_of(listening)}")
    else:
        host, port = listening.getsockname()[:2]
        place = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    page = "/" if settings.allow_unsigned else signed("/", settings.keys[0], int(time.time()) + _DAY)
    example = "/v1/crop/500x200/PICTURE.jpg"
    lines += [f"page:    {place}{page}"] if settings.page else []
    if settings.root or settings.hosts or settings.buckets:
        how = "" if settings.allow_unsigned else "  (signed: see `focalbox sign`)"
        lines.append(f"crops:   {place}{example}{how}")
    else:
        lines.append("crops:   of uploads only; --root, --allow-host and --bucket say where addresses find pictures")
    if settings.keys and settings.keys[0].id == "session":
        lines.append("key:     a new one for this run; set FOCALBOX_SERVICE_KEYS=ID:SECRET for one that lasts")
    try:
        click.echo("\n".join(lines))
        sys.stdout.flush()
    except OSError:  # closed from the start, or no longer read: no reason not to serve
        sys.stdout = None
