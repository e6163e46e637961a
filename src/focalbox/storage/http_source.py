"""Pictures at http and https addresses: fetched within limits, and by default from the public Internet alone."""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Self
from urllib.parse import SplitResult, urljoin, urlsplit

from focalbox.amounts import show_bytes
from focalbox.errors import FetchError, InvalidRequest, LimitExceeded
from focalbox.storage.base import reason_of
from focalbox.storage.public_ip import is_public
from focalbox.version import __version__

__all__ = ["MAX_REDIRECTS", "MISSING", "PORTS", "REDIRECTS", "escape_target", "fetch"]

MAX_REDIRECTS = 5
"""Redirects that are followed; browsers follow 20, pictures need one or two."""
REDIRECTS = {301, 302, 303, 307, 308}
"""Statuses whose answer names another address."""
MISSING = {404, 410}
"""Statuses that say that nothing is there."""
_OK = 200
PORTS = {"http": 80, "https": 443}
"""Ports that follow from a scheme, and are left out of an address."""
_AT_ONCE = 2**16
"""Bytes read at once; between two reads the limit of length is checked."""
_HEADERS = {"User-Agent": f"focalbox/{__version__}", "Accept": "image/*", "Accept-Encoding": "identity"}
_LEFT_OUT = re.compile(r"[\t\r\n]")
"""Characters that urlsplit leaves out, as browsers do: what remains is another address."""
_ESCAPED = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]")
"""What no path and query may hold (RFC 3986, section 3.3 and 3.4); a % that begins no escape is among them."""


def escape_target(target: bytes) -> bytes:
    """Return a path and query as servers take them: some refuse what browsers leave unescaped, such as ``|`` and ``[``.

    Examples
    --------
    >>> escape_target(b"/100%/a|b[1].jpg?c=%7c")
    b'/100%25/a%7Cb%5B1%5D.jpg?c=%7c'
    """
    return _ESCAPED.sub(lambda found: b"%%%02X" % found[0][0], target)


def fetch(address: str, max_bytes: int, *, seconds: float = 30.0, allow_private: bool = False) -> bytes:
    """Return what is at an address.

    A host is connected to at the address that was checked, so that its name cannot lead somewhere else meanwhile; so for
    every redirect.

    Parameters
    ----------
    address : str
        ``http://`` or ``https://``.
    max_bytes : int
        Bytes that it may have.
    seconds : float
        What it may take, from first to last byte, redirects included.
    allow_private : bool
        Whether loopback, private and other addresses that are not public may be connected to.

    Raises
    ------
    InvalidRequest
        When the address is not such a one, or leads to a host that is not public.
    FetchError
        When it cannot be fetched.
    LimitExceeded
        When it has more bytes.
    """
    deadline = time.monotonic() + seconds
    place = address
    try:
        for _ in range(MAX_REDIRECTS + 1):
            parts = _split(place)
            with _Connection(parts, deadline, allow_private=allow_private) as connection:
                found = connection.get(address, max_bytes)
            if isinstance(found, bytes):
                return found
            place = urljoin(place, found)
    except TimeoutError as error:
        message = f"{address} took more than {seconds:g} seconds"
        raise FetchError(message) from error
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        message = f"{address} cannot be fetched: {reason_of(error)}"
        raise FetchError(message) from error
    message = f"{address} is redirected more than {MAX_REDIRECTS} times"
    raise FetchError(message)


def _split(address: str) -> SplitResult:
    if _LEFT_OUT.search(address):
        message = f"an address of a picture holds no line breaks and tabs, as {address[:80]!r} does"
        raise InvalidRequest(message)
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises when it is none
    except ValueError as error:
        message = f"{address[:80]} is no address of a picture: {error}"
        raise InvalidRequest(message) from error
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        message = f"an address of a picture is http://HOST/... or https://HOST/..., not {address[:80]}"
        raise InvalidRequest(message)
    return parts


class _Connection:
    """One connection to one host, at an address that may be connected to."""

    def __init__(self, parts: SplitResult, deadline: float, *, allow_private: bool) -> None:
        self._parts, self._deadline = parts, deadline
        self._host = parts.hostname or ""
        port = parts.port or PORTS[parts.scheme]
        self._socket = self._connect(port, allow_private=allow_private)
        self._http = http.client.HTTPConnection(self._host, port)
        self._http.default_port = PORTS[parts.scheme]  # left out of the header Host
        self._http.sock = self._socket
        self._http.response_class = self._response  # type: ignore[assignment] # all that it is used for is to be called

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._socket.close()

    def get(self, address: str, max_bytes: int) -> bytes | str:
        """Return the bytes that are there, or where they are instead."""
        target = self._parts.path or "/"
        if self._parts.query:
            target += f"?{self._parts.query}"
        target = escape_target(target.encode()).decode("ascii")
        self._set_timeout()
        self._http.request("GET", target, headers=_HEADERS)
        with self._http.getresponse() as response:
            moved = response.getheader("Location")
            if response.status in REDIRECTS and moved:
                return moved
            if response.status in MISSING:
                message = f"there is no picture at {address}"
                raise FetchError(message)
            if response.status != _OK:
                message = f"{address} answered with status {response.status}"
                raise FetchError(message)
            return self._content(response, address, max_bytes)

    def _content(self, response: http.client.HTTPResponse, address: str, max_bytes: int) -> bytes:
        _check_length(address, response.length or 0, max_bytes)
        content = bytearray()
        while part := response.read1(_AT_ONCE):
            content += part
            _check_length(address, len(content), max_bytes)
        if response.length:
            message = f"{address} ended {response.length} bytes too early"
            raise FetchError(message)
        return bytes(content)

    def _connect(self, port: int, *, allow_private: bool) -> socket.socket:
        found = socket.getaddrinfo(self._host, port, type=socket.SOCK_STREAM)
        places = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not allow_private and not all(map(is_public, places)):
            reason = "is not on the public Internet; FOCALBOX_ALLOW_PRIVATE=true allows it"
            message = f"{self._host} {reason}"
            raise InvalidRequest(message)
        failure: OSError | None = None
        for place in places:
            try:
                plain = socket.create_connection((place, port), timeout=self._seconds_left())
            except OSError as error:
                failure = error
                continue
            if self._parts.scheme == "http":
                return plain
            try:
                return _trusted_certificates().wrap_socket(plain, server_hostname=self._host)
            except BaseException:
                plain.close()
                raise
        raise failure or OSError("its host has no address")

    def _response(self, *arguments: Any, **named: Any) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(*arguments, **named)
        response.fp = io.BufferedReader(_TimedReader(response.fp.detach(), self._set_timeout))
        return response

    def _set_timeout(self) -> None:
        self._socket.settimeout(self._seconds_left())

    def _seconds_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _TimedReader(io.RawIOBase):
    """Calls a function before every read: what is read as a whole, such as a header, may come in any number of pieces."""

    def __init__(self, raw: io.RawIOBase, before: Callable[[], None]) -> None:
        self._raw, self._before = raw, before

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._before()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _check_length(address: str, length: int, max_bytes: int) -> None:
    if length > max_bytes:
        message = f"a picture may have at most {show_bytes(max_bytes)}, but {address} has {show_bytes(length)} or more"
        raise LimitExceeded(message)


@cache
def _trusted_certificates() -> ssl.SSLContext:
    return ssl.create_default_context()
