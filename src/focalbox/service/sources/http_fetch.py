"""Pictures on other servers: allowed hosts only, checked at the address that is really connected to, within limits."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from functools import cache, partial
from ipaddress import IPv6Address
from operator import attrgetter
from typing import cast

import httpcore
import httpx

from focalbox.errors import InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAllowed, NotAPicture, NotFound, Refused, TooSlow, Unreachable
from focalbox.service.runtime.threads import Threads
from focalbox.service.sources.answer_stream import AnswerStream
from focalbox.service.sources.freshness import Freshness
from focalbox.storage.http_source import MAX_REDIRECTS, MISSING, PORTS, REDIRECTS, escape_target
from focalbox.storage.public_ip import is_public
from focalbox.version import __version__

__all__ = ["Remote", "unread_of"]

_MAX_CONNECTIONS, _MAX_LOOKUPS = 32, 64
_HEADERS = (("User-Agent", f"focalbox/{__version__}"), ("Accept", "image/*"), ("Accept-Encoding", "identity"))
_OK, _NOT_MODIFIED = 200, 304
_FAILED = 500
"""From this status on the server has failed, and a cached picture may be served instead (RFC 5861)."""
_MEASURES = {b"content-length", b"transfer-encoding"}
"""Header fields that say where an answer ends; one without them ends with its connection, complete or not."""
_BINARY = {"", "application/octet-stream", "binary/octet-stream"}
"""Content types of servers that do not know the type; the bytes decide then."""
_NOT_ALLOWED = "pictures are not fetched from that host"
"""The message for every host that is not allowed, by its name or by the address that its name leads to."""
_UNREAD = attrgetter("_connection._h11_state.trailing_data")
"""Where httpcore 1.0 has what it has received and not used."""

_log = logging.getLogger("focalbox.service")


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Checks the very address that it connects to, so that a second look-up of the name cannot lead elsewhere."""

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._check_address = allowed
        self._network = httpcore.AnyIOBackend()
        self._lookups = Threads(_MAX_LOOKUPS, "look-ups of hosts")  # asyncio's own threads read the root folder

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await self._lookups.run(partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            message = "the host of the picture is not known"
            raise Unreachable(message) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not addresses or not all(map(self._check_address, addresses)):
            raise NotAllowed(_NOT_ALLOWED)
        failure: Exception | None = None
        for address in addresses:
            try:
                stream = await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            peer = stream.get_extra_info("server_addr")
            if not peer or not self._check_address(str(peer[0])):
                await stream.aclose()
                raise NotAllowed(_NOT_ALLOWED)
            return AnswerStream(stream)
        message = "the host of the picture does not answer"
        raise Unreachable(message) from failure

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the signature of httpcore, here and below
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        raise NotAllowed(_NOT_ALLOWED)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class _Connection(httpcore.AsyncHTTPConnection):
    """A connection that is not used again when its server has sent more than its answer.

    The rest would be taken for the answer to the next request: another picture, which would also be kept.
    """

    def has_expired(self) -> bool:
        if super().has_expired():
            return True
        return self.is_idle() and unread_of(self) != b""


def unread_of(connection: object) -> bytes | None:
    """Return the bytes that a connection of httpcore has received beyond its last answer; None where it does not tell.

    httpcore has no public word for them (1.0.9), so a later version may hide them elsewhere. Then connections are used only
    once, which is slower and still right, a warning says so, and the test that they are kept fails.
    """
    try:
        return bytes(_UNREAD(connection)[0])
    except (AttributeError, LookupError, TypeError):
        _warn_once()
        return None


@cache
def _warn_once() -> None:
    _log.warning("connections to the hosts of pictures are used only once", extra={"reason": "an unknown httpcore"})


class _Pool(httpcore.AsyncConnectionPool):
    """Keeps connections for the next picture of the same host."""

    def __init__(self, network: httpcore.AsyncNetworkBackend) -> None:
        self._context, self._network = ssl.create_default_context(), network
        super().__init__(self._context, max_connections=_MAX_CONNECTIONS, network_backend=network)

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        return _Connection(origin, self._context, network_backend=self._network)


class Remote:
    """Fetches pictures over HTTP.

    Parameters
    ----------
    hosts : sequence of str
        The allowed ones: ``images.example.com``, ``*.example.com`` for all below it, with ``:8080`` for
        that port only; without one, 80 and 443.
    seconds : float
        Time limit of one picture, from the first to the last byte, redirects included.
    allow_private : bool
        Whether private, loopback and other addresses that are not public may be connected to.
    limits : Limits
    """

    def __init__(self, hosts: Sequence[str], *, seconds: float, allow_private: bool, limits: Limits) -> None:
        self._hosts = tuple(_plain(host.lower()) for host in hosts)
        self._seconds, self._limits, self.allow_private = seconds, limits, allow_private
        self._pool = _Pool(_CheckedNetwork(lambda address: allow_private or is_public(address)))

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    def allows(self, host: str) -> bool:
        """Tell whether pictures are fetched from a host: then a source may begin with it, without a scheme."""
        name = _plain(host.lower())
        return self._names({name, f"{name}:{PORTS['https']}"})

    def check(self, address: str) -> None:
        """Refuse an address of a host that pictures are not fetched from; errors as in `fetch`."""
        self._check_address(address)

    async def fetch(self, address: str, validators: Sequence[tuple[str, str]] = ()) -> tuple[Freshness, bytes | None]:
        """Return the caching headers of a picture, and its bytes.

        Parameters
        ----------
        address : str
        validators : sequence of (str, str), optional
            Header fields that make the request conditional; when the picture has not changed, no bytes come.

        Raises
        ------
        NotAllowed
            When a host, or an address that it leads to, is not allowed; so for every redirect.
        FetchError
            When it cannot be fetched.
        NotAPicture
            When the content type names something other than a picture.
        LimitExceeded
            When it is too large or takes too long.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(address, validators)
        except TimeoutError as error:
            message = f"a picture may take at most {self._seconds:g} seconds to fetch"
            raise TooSlow(message) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            message = "the picture could not be fetched from its host"
            raise Unreachable(message) from error

    async def _follow(self, address: str, validators: Sequence[tuple[str, str]]) -> tuple[Freshness, bytes | None]:
        url = self._check_address(address)
        for step in range(MAX_REDIRECTS + 1):
            headers = [("Host", url.netloc.decode("ascii")), *_HEADERS, *validators]
            path, port = escape_target(url.raw_path), url.port or PORTS[url.scheme]
            target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=path)
            async with self._pool.stream("GET", target, headers=headers) as response:
                stream = AnswerStream.of(response)
                stream.begin_body()
                if response.status not in REDIRECTS:
                    measured = any(key.lower() in _MEASURES for key, _ in response.headers)
                    said = Freshness.of(response.headers, time.time(), redirected=step > 0, measured=measured)
                    unchanged = response.status == _NOT_MODIFIED and bool(validators)
                    return said, None if unchanged else await self._content(response, stream)
                place = _header(response, b"location")
                if not _parses(place):
                    message = "the host of the picture redirects to no address"
                    raise Refused(message)
            url = self._check_address(str(url.join(place)))
        message = f"a picture may be redirected at most {MAX_REDIRECTS} times"
        raise Unreachable(message)

    def _check_address(self, address: str) -> httpx.URL:
        """Parse an address, and refuse it when its host is not allowed."""
        try:
            url = httpx.URL(address)
            name, port = url.raw_host.decode("ascii").lower().rstrip("."), url.port
        except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
            message = "a source on another server is a http or https address"
            raise InvalidRequest(message) from error
        if url.scheme not in PORTS or url.userinfo or not name:
            raise NotAllowed(_NOT_ALLOWED)
        name = _plain(f"[{name}]") if ":" in name else name
        port = port or PORTS[url.scheme]
        if not self._names({f"{name}:{port}", *([name] if port in PORTS.values() else [])}):
            raise NotAllowed(_NOT_ALLOWED)
        return url.copy_with(fragment=None)

    def _names(self, places: set[str]) -> bool:
        """Tell whether one of the allowed hosts is one of these, each with a port or without."""
        return any(_matches(place, host) for place in places for host in self._hosts)

    async def _content(self, response: httpcore.Response, stream: AnswerStream) -> bytes:
        if response.status != _OK:
            if response.status in MISSING:
                message = "the host has no such picture"
                raise NotFound(message)
            message = f"the host of the picture answered with status {response.status}"
            raise (Unreachable if response.status >= _FAILED else Refused)(message)
        kind = _header(response, b"content-type").partition(";")[0].strip().lower()
        if not kind.startswith("image/") and kind not in _BINARY:
            message = "the source is not a picture: its host says that it is something else"
            raise NotAPicture(message)
        if _header(response, b"content-encoding").lower() not in {"", "identity"}:
            message = "the host of the picture answered in an encoding that was not asked for"
            raise Refused(message)
        length = _header(response, b"content-length")
        if length.isascii() and length.isdigit():
            self._limits.check_bytes(int(length[:18]))
        parts, count = [], 0
        async for part in cast("AsyncIterable[bytes]", response.stream):
            count += len(part)
            stream.check_part(len(part))
            self._limits.check_bytes(count)
            parts.append(part)
        return b"".join(parts)


def _plain(host: str) -> str:
    """Return a host as it is compared: an IPv6 address, in brackets, in its shortest form (RFC 5952).

    Examples
    --------
    >>> _plain("[2001:db8:0:0::1]:8080"), _plain("img.example.com:8080")
    ('[2001:db8::1]:8080', 'img.example.com:8080')
    """
    address, closed, port = host.removeprefix("[").partition("]")
    try:
        return f"[{IPv6Address(address)}]{port}" if closed else host
    except ValueError:
        return host


def _matches(name: str, host: str) -> bool:
    return name.endswith(host[1:]) if host.startswith("*.") else name == host


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


def _parses(place: str) -> bool:
    try:
        httpx.URL(place)
    except (httpx.InvalidURL, ValueError):
        return False
    return bool(place)
