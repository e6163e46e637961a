"""How the service runs: one frozen value, read from ``FOCALBOX_SERVICE_*`` and the command, all mistakes at once."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from focalbox.errors import InvalidRequest
from focalbox.machine import machine_memory, machine_processors
from focalbox.service.dialects.signing import Key
from focalbox.service.runtime.memory import capacity_for
from focalbox.service.settings import values
from focalbox.service.settings.variables import SERVICE_PREFIX, read_value, read_variables
from focalbox.settings import Settings

__all__ = ["ServiceSettings"]

_MAX_WORKERS = 64
"""Processes at most: their limits, divided, would come close to nothing."""


def _setting(default: Any, read: Callable[[str], Any], help_: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"read": read, "help": help_, "secret": secret})


@dataclass(frozen=True)
class ServiceSettings:
    """How the service runs; the variable of a field is ``FOCALBOX_SERVICE_`` and the field's name in capitals.

    Where the field is a secret, the variable that also ends with ``_FILE`` may name a file that holds it.

    Examples
    --------
    >>> ServiceSettings.of({"FOCALBOX_SERVICE_SIZES": "500x200,1:1"}).sizes
    ('500x200', '1:1')
    """

    root: Path | None = _setting(None, values.folder, "The folder whose pictures are served.")  # noqa: RUF009 - makes a field
    hosts: tuple[str, ...] = _setting(
        (),
        values.each(values.is_host, "host names such as images.example.com"),
        "Hosts that pictures are fetched from: `img.example.com`, `*.example.com`.",
    )
    buckets: tuple[str, ...] = _setting(
        (),
        values.each(values.BUCKET.fullmatch, "buckets such as photos or gs://photos"),
        "Buckets that pictures are read from: `photos` of S3, `gs://photos` of Google, `az://photos` of Azure.",
    )
    keys: tuple[Key, ...] = _setting(
        (), values.keys, "Keys for native addresses, `ID:SECRET`; the first signs, all are accepted.", secret=True
    )
    filestack_secret: str | None = _setting(None, values.secret, "Secret of Filestack's policies.", secret=True)
    filestack_api_key: str | None = _setting(
        None, values.filled("an API key"), "The API key that Filestack's addresses must name."
    )
    thumbor_key: str | None = _setting(None, values.secret, "Key of thumbor's signatures.", secret=True)
    thumbor_auto: bool = _setting(
        default=False,
        read=values.truth,
        help_="Whether Accept decides the format of thumbor's addresses that name none.",
    )
    imgproxy_key: tuple[bytes, ...] = _setting(
        (), values.hexadecimal, "Keys of imgproxy's signatures, hexadecimal; all are accepted.", secret=True
    )
    imgproxy_salt: tuple[bytes, ...] = _setting((), values.hexadecimal, "Their salts, one for each key.", secret=True)
    imgproxy_auto: bool = _setting(
        default=False,
        read=values.truth,
        help_="Whether Accept decides the format of imgproxy's addresses that name none.",
    )
    imgproxy_presets: tuple[tuple[str, str], ...] = _setting(
        (),
        values.imgproxy_presets,
        "Named options: `card=rs:fill:500:200/g:sm,hero=w:1600`; those of `default` are applied before all others.",
    )
    allow_unsigned: bool = _setting(
        default=False, read=values.truth, help_="Whether addresses without a signature are served."
    )
    sizes: tuple[str, ...] = _setting(
        (),
        values.sizes,
        "The only sizes that are served, besides those of presets, such as `500x200,1:1,free,500x0` (a side left open, "
        "which only the addresses of thumbor, imgproxy and Filestack can ask for); all if empty.",
    )
    host: str = _setting("127.0.0.1", values.filled("an address such as 127.0.0.1"), "The address to listen at.")
    port: int = _setting(8000, values.whole_number(0, 65_535), "The port to listen at; 0 takes a free one.")
    unix_socket: Path | None = _setting(  # noqa: RUF009 - makes a field
        None,
        values.socket_path,
        "A unix socket to listen at, instead of an address and a port, such as `/run/focalbox/http`.",
    )
    unix_socket_mode: str = _setting(
        "660",
        values.permissions,
        "Permissions of the unix socket, octal: who may write to it may connect.",
    )
    workers: int = _setting(
        0,
        values.whole_number(0, _MAX_WORKERS),
        "Processes that share the socket, and divide limits and memory among them; 0 is one for each processor, as far as "
        "the memory of each then holds the largest picture that the limits allow.",
    )
    at_work: int = _setting(
        0,
        values.whole_number(0, 256),
        "Threads of each process that work on pictures; 0 is one for each of its processors.",
    )
    waiting: int = _setting(
        64, values.whole_number(0, 10_000), "Requests that may wait for a thread; beyond them the answer is 503."
    )
    cache: str = _setting(
        "memory",
        values.matching(
            values.CACHE, "memory, none, or an address such as redis://localhost:6379/0, whose path is a number"
        ),
        "Where analyses are kept: `memory`, `none`, or `redis://...` that several processes share.",
        secret=True,
    )
    cache_bytes: int = _setting(
        32 * 2**20, values.amount(0, 2**40), "Bytes of analyses that each process keeps in memory, such as `64M`."
    )
    picture_bytes: int = _setting(
        64 * 2**20,
        values.amount(0, 2**40),
        "Bytes of decoded pictures that each process keeps in memory, such as `256M`.",
    )
    max_age: int = _setting(
        86_400, values.whole_number(0, 31_536_000), "Seconds that answers may be kept (Cache-Control)."
    )
    stale_while_revalidate: int = _setting(
        0,
        values.whole_number(0, 31_536_000),
        "Seconds after `max-age` in which caches may show an answer while they ask for it again (RFC 5861).",
    )
    stale_if_error: int = _setting(
        0,
        values.whole_number(0, 31_536_000),
        "Seconds after `max-age` in which caches may show an answer when the service fails (RFC 5861).",
    )
    fetch_seconds: int = _setting(10, values.whole_number(1, 300), "Seconds that fetching a picture may take.")
    fetched: Path | None = _setting(  # noqa: RUF009 - makes a field
        None, values.open_folder, "A folder of this machine where fetched pictures are kept."
    )
    fetched_bytes: int = _setting(
        2**30, values.amount(2**20, 2**44), "Bytes of fetched pictures kept there, such as `10G`."
    )
    stale_seconds: int = _setting(
        86_400,
        values.whole_number(0, 31_536_000),
        "Seconds for which a kept picture is served when its server fails, unless that server says otherwise.",
    )
    allow_private: bool = _setting(
        default=False, read=values.truth, help_="Whether hosts may have private addresses, for a network of your own."
    )
    connections: int = _setting(
        1000,
        values.whole_number(1, 100_000),
        "Connections open at once; a new one replaces the one that has been idle longest.",
    )
    address_connections: int = _setting(
        0,
        values.whole_number(0, 100_000),
        "Connections of one client's address; 0 is no limit. Set it where clients connect directly, not through a proxy.",
    )
    header_seconds: int = _setting(
        10, values.whole_number(1, 300), "Seconds in which the header of a request has to arrive."
    )
    body_seconds: int = _setting(
        15, values.whole_number(1, 300), "Seconds in which a body has to arrive, and one more for each 16 kB of it."
    )
    send_seconds: int = _setting(
        15, values.whole_number(1, 300), "Seconds in which a client has to read an answer, and one more for each 16 kB."
    )
    idle_seconds: int = _setting(
        5, values.whole_number(1, 3600), "Seconds that a connection waits for its next request."
    )
    uploads: int = _setting(64, values.whole_number(1, 10_000), "Uploads that are received at once.")
    upstreams: int = _setting(64, values.whole_number(1, 10_000), "Pictures that are fetched at once.")
    host_upstreams: int = _setting(
        16, values.whole_number(1, 10_000), "Pictures that are fetched from one host at once."
    )
    result_pixels: int = _setting(50_000_000, values.whole_number(1, 10**9), "Largest result, pixels.")
    drain: int = _setting(
        0, values.whole_number(0, 3600), "Seconds after SIGTERM or SIGHUP in which requests are still taken."
    )
    stop_seconds: int = _setting(
        30, values.whole_number(1, 3600), "Seconds that running requests get to finish when stopping."
    )
    presets: tuple[tuple[str, str], ...] = _setting(
        (),
        values.presets,
        "Named sizes and options: `card=500x200?fit=tight;hero=16:9` for `/v1/p/card/...`; they are "
        "served whatever sizes are allowed.",
    )
    fallback: str | None = _setting(
        None,
        values.filled("a source such as fallback.jpg"),
        "A source that is shown when another one cannot be read.",
    )
    cors: tuple[str, ...] = _setting(
        (),
        values.each(values.is_origin, "origins such as https://www.example.com"),
        "Origins whose scripts may read answers and send pictures; `*` is all.",
    )
    client_hints: bool = _setting(
        default=False,
        read=values.truth,
        help_="Whether sizes in pixels follow Sec-CH-Width or Sec-CH-DPR, up to 3 times as large.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        values.each(values.is_proxy, "addresses or networks such as 10.0.0.0/8, or unix"),
        "Proxies that are believed, in the log, as to whose request they pass on: `10.0.0.0/8`; `unix` is whoever comes by "
        "the unix socket.",
    )
    proxy_header: str = _setting(
        "x-forwarded-for",
        values.one_of("x-forwarded-for", "forwarded"),
        "The header in which trusted proxies name the client, `x-forwarded-for` or `forwarded` (RFC 7239); the other one "
        "is never read.",
    )
    docs: bool = _setting(default=True, read=values.truth, help_="Whether `/docs` and `/openapi.json` are served.")
    metrics: bool = _setting(default=True, read=values.truth, help_="Whether `/metrics` is served.")
    traces: bool = _setting(
        default=False,
        read=values.truth,
        help_="Whether traces are sent, to where OpenTelemetry's `OTEL_...` variables say (extra `otel`).",
    )
    page: bool = _setting(
        default=True, read=values.truth, help_="Whether the page at `/`, on which to try the service, is served."
    )
    common: Settings = field(default_factory=Settings)  # of every command

    @classmethod
    def of(
        cls, environment: Mapping[str, str], flags: Mapping[str, str] = MappingProxyType({}), **given: Any
    ) -> ServiceSettings:
        """Read the settings from environment variables and from the command's options, which overrule them.

        ``flags`` maps names of settings to the command's flags, where these differ.

        Raises
        ------
        InvalidRequest
            When a name is unknown or a value makes no sense; all mistakes are in the one message, and no secret.
        """
        common, mistakes = Settings.read(environment)
        kinds = {entry.name: entry.metadata for entry in dataclasses.fields(cls) if entry.metadata}
        found, more = read_variables(environment, kinds)
        mistakes += more
        for name, text in given.items():
            mistakes += read_value(found, kinds, name, text, flags.get(name, f"--{name.replace('_', '-')}"))
        keys, salts = (len(found.get(name, ())) for name in ("imgproxy_key", "imgproxy_salt"))
        if keys != salts and not any("IMGPROXY" in one for one in mistakes):
            mistakes.append(f"{SERVICE_PREFIX}IMGPROXY_KEY and ..._SALT are set together, a salt for each key")
        if mistakes:
            message = "; ".join(mistakes)
            raise InvalidRequest(message)
        return cls(**found, common=common)

    @property
    def processes(self) -> int:
        """How many processes serve.

        One process fills about two processors, whatever its threads: Python's lock lets one of them run Python code at a
        time. But processes divide the memory, and must not refuse pictures that one process would serve.
        """
        if self.workers:
            return self.workers
        if not hasattr(os, "fork"):  # Windows
            return 1
        return max(1, min(machine_processors(), self.memory // capacity_for(self.common.limits.memory), _MAX_WORKERS))

    @property
    def threads(self) -> int:
        """How many threads of one process work on pictures."""
        return self.at_work or max(1, -(-machine_processors() // (self.workers or 1)))

    @property
    def memory(self) -> int:
        """Bytes that pictures at work may take together."""
        return self.common.memory or machine_memory() // 2

    def share(self) -> ServiceSettings:
        """Return the settings of one of the processes, with shared limits divided."""
        workers = self.processes
        several = {
            name: max(1, -(-getattr(self, name) // workers))
            for name in ("connections", "waiting", "uploads", "upstreams")
            if getattr(self, name)
        }
        common = dataclasses.replace(self.common, memory=self.memory // workers)
        shared = dataclasses.replace(self, **several, workers=workers, common=common)
        return dataclasses.replace(shared, at_work=shared.threads)
