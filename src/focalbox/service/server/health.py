"""Asks a running service whether it is ready, as the container's HEALTHCHECK does."""

from __future__ import annotations

import http.client
import socket
from http import HTTPStatus

from focalbox.errors import InvalidRequest
from focalbox.service.settings import ServiceSettings

__all__ = ["why_not_ready"]

_SECONDS = 2.0
"""How long an answer may take: it is made at once, also by a service that is busy."""
_SHOWN = 80
"""Bytes of an answer that are shown."""
_OF_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what the service may listen at
"""Where to ask a service that listens at all addresses."""


def why_not_ready(settings: ServiceSettings) -> str:
    """Ask ``/readyz`` of the service that runs with these settings.

    Returns
    -------
    str
        Why it takes no requests; nothing if it does.

    Raises
    ------
    InvalidRequest
        When the settings do not say where it listens.
    """
    if settings.unix_socket is None and not settings.port:
        message = "the port of a running service is known: --port, or FOCALBOX_SERVICE_PORT"
        raise InvalidRequest(message)
    path = settings.unix_socket
    place = f"{settings.host}:{settings.port}" if path is None else str(path)
    connection = http.client.HTTPConnection("localhost", timeout=_SECONDS)
    try:
        connection.sock = _connected(settings)
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        said = answer.read(_SHOWN).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return f"no answer from {place}: {getattr(error, 'strerror', None) or error or type(error).__name__}"
    finally:
        connection.close()
    return "" if answer.status == HTTPStatus.OK else f"{place} answers {answer.status}: {said}"


def _connected(settings: ServiceSettings) -> socket.socket:
    if settings.unix_socket is None:
        host = _OF_THIS_MACHINE.get(settings.host, settings.host)
        return socket.create_connection((host, settings.port), _SECONDS)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_SECONDS)
    try:
        connection.connect(str(settings.unix_socket))
    except OSError:
        connection.close()
        raise
    return connection
