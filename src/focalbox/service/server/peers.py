"""Who has connected: an address, or the one name that all who come by a unix socket share."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

__all__ = ["UNIX", "is_unix", "network_of", "peer_of"]

UNIX = "unix"
"""The name of clients by a unix socket, in the log and among trusted proxies: they have no address."""
_OF_ONE_CLIENT = 64
"""Bits of an IPv6 address that tell clients apart: each is given a network of that size (RFC 6177), with 2^64 addresses."""
_MAPPED = "::ffff:"
"""How IPv6 begins an address of IPv4 (RFC 4291, section 2.5.5.2)."""


def is_unix(opened: socket.socket) -> bool:
    """Tell whether a socket is a unix socket, whose clients have no addresses."""
    return opened.family == getattr(socket, "AF_UNIX", None)


def peer_of(transport: asyncio.BaseTransport, client: tuple[str, int] | None) -> tuple[str, int] | None:
    """Return who has connected, as others write it: a socket of both IP versions has IPv4 addresses inside of IPv6.

    Parameters
    ----------
    transport : asyncio.BaseTransport
        Of the connection.
    client : tuple of str and int, optional
        Its address and port, as uvicorn has found them; None for a unix socket, and where the client has gone already.
    """
    if client is not None:
        return client[0].removeprefix(_MAPPED), client[1]
    connection = transport.get_extra_info("socket")
    return (UNIX, 0) if connection is not None and is_unix(connection) else None


def network_of(address: str) -> str:
    """Return by what the connections of a client are counted: its address, with IPv6 the network that it chooses one from.

    Examples
    --------
    >>> network_of("203.0.113.5"), network_of("2001:db8:0:7:1:2:3:4"), network_of("unix")
    ('203.0.113.5', '2001:db8:0:7::', 'unix')
    """
    if ":" not in address:
        return address
    whole = ipaddress.IPv6Address(address.partition("%")[0])
    return str(ipaddress.IPv6Network((whole, _OF_ONE_CLIENT), strict=False).network_address)
