"""Who has connected: as sockets of each kind tell it."""

from __future__ import annotations

import asyncio
import socket

import pytest

from focalbox.service.server.peers import UNIX, network_of, peer_of


async def _found(ours: socket.socket, client: tuple[str, int] | None) -> tuple[str, int] | None:
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    transport.close()
    return peer_of(transport, client)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (("203.0.113.5", 80), ("203.0.113.5", 80)),
        (("::ffff:203.0.113.5", 80), ("203.0.113.5", 80)),
        (("2001:db8::1", 80), ("2001:db8::1", 80)),
        (None, None),
    ],
)
def test_an_address_is_told_as_others_write_it(
    client: tuple[str, int] | None, expected: tuple[str, int] | None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert asyncio.run(_found(socket.create_connection(listening.getsockname()), client)) == expected


def test_who_comes_by_a_unix_socket_has_one_name() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        assert asyncio.run(_found(ours, None)) == (UNIX, 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("203.0.113.5", "203.0.113.6", False),
        ("::1", "::1", True),
    ],
)
def test_a_client_with_ipv6_is_counted_by_its_network(one: str, other: str, *, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
