"""Whose request a proxy passes on: the client's address, from X-Forwarded-For or Forwarded (RFC 7239).

Only what trusted proxies say is believed. The header is read from its end, where the nearest proxy has written who had
connected to it: as long as that is a trusted proxy too, the one before it is read. What a client has written stands further
in front, and is never reached.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from starlette.types import ASGIApp, Receive, Scope, Send

from focalbox.service.server.peers import UNIX

__all__ = ["ForwardedClient", "client_of", "nodes_of_forwarded", "nodes_of_x_forwarded_for"]

_PAIR = re.compile(
    r"""[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s",;\\]+))[ \t]*)?([;,]|\Z)"""
)
"""A pair of an element, or nothing, and what ends it. Ports are read without quotes too: some proxies send none."""
_ESCAPED = re.compile(r"\\(.)")
_NODE = re.compile(
    r"(\[[0-9A-Fa-f:.]+\]|[0-9.]+|unknown|_[A-Za-z0-9._-]+)(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?", re.IGNORECASE
)
"""An address, ``unknown`` or an obfuscated identifier, and perhaps a port (RFC 7239, section 6)."""


class ForwardedClient:
    """The application, told of the client behind trusted proxies instead of the proxy that has connected.

    Parameters
    ----------
    app : ASGI application
    trusted : collection of str
        Addresses and networks of proxies; ``"unix"`` is whoever connects by a unix socket.
    header : str
        The one header that is read, ``"x-forwarded-for"`` or ``"forwarded"``. A proxy that writes one of them passes on the
        other as the client wrote it.
    """

    def __init__(self, app: ASGIApp, trusted: Collection[str], header: str) -> None:
        self._app, self._header = app, header.encode("ascii")
        self._nodes = _READERS[header]
        self._unix = UNIX in trusted
        self._networks = tuple(ipaddress.ip_network(one) for one in trusted if one != UNIX)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope.get("client"):
            peer = scope["client"][0]
            lines = [value.decode("latin-1") for name, value in scope["headers"] if name == self._header]
            scope = {**scope, "client": (client_of(peer, self._nodes(lines), self._trusts), 0)}
        await self._app(scope, receive, send)

    def _trusts(self, node: str) -> bool:
        try:
            address = ipaddress.ip_address(node)
        except ValueError:
            return self._unix and node == UNIX
        return any(address in network for network in self._networks)


def client_of(peer: str, nodes: Iterator[str], trusts: Callable[[str], bool]) -> str:
    """Return who has sent a request: the first that is no trusted proxy, from the one who has connected on.

    Parameters
    ----------
    peer : str
        Who has connected.
    nodes : iterator of str
        Who has connected to that proxy, to the one before it, and so on.
    trusts : callable
        Tells whether one of them is a trusted proxy.

    Examples
    --------
    >>> client_of("10.0.0.1", iter(["10.0.0.2", "203.0.113.5", "192.0.2.1"]), lambda node: node.startswith("10."))
    '203.0.113.5'
    """
    found = peer
    while trusts(found):
        before = next(nodes, None)
        if before is None:
            break
        found = before
    return found


def nodes_of_x_forwarded_for(lines: Sequence[str]) -> Iterator[str]:
    """Return the nodes of X-Forwarded-For, the last one first; what is no address is returned as it is.

    Examples
    --------
    >>> list(nodes_of_x_forwarded_for(["192.0.2.1, [2001:db8::1]:80", "203.0.113.5:47011"]))
    ['203.0.113.5', '2001:db8::1', '192.0.2.1']
    """
    for part in reversed(",".join(lines).split(",")):
        if part.strip():
            yield _node(part.strip()) or part.strip()


def nodes_of_forwarded(lines: Sequence[str]) -> Iterator[str]:
    """Return the nodes of Forwarded, the last one first, up to where the header breaks the rules or does not say ``for``.

    Each line is read by itself, so that a quote which a client has left open spoils no line of a proxy.

    Examples
    --------
    >>> list(nodes_of_forwarded(['for=192.0.2.1, for="[2001:DB8::1]:80";proto=https', "for=_hidden", "For=unknown"]))
    ['unknown', '_hidden', '2001:db8::1', '192.0.2.1']
    >>> list(nodes_of_forwarded(['for=192.0.2.1, for="', "for=203.0.113.5"]))
    ['203.0.113.5']
    """
    for line in reversed(lines):
        elements = _elements(line)
        if elements is None:
            return
        for element in reversed(elements):
            node = _node(element.get("for", ""))
            if node is None:
                return
            yield node


_READERS: Mapping[str, Callable[[Sequence[str]], Iterator[str]]] = MappingProxyType(
    {"x-forwarded-for": nodes_of_x_forwarded_for, "forwarded": nodes_of_forwarded}
)


def _elements(line: str) -> list[dict[str, str]] | None:
    """Return the elements of a line, each with its parameters by their lower-case names; None when it breaks the rules."""
    elements, position = [dict[str, str]()], 0
    while True:
        found = _PAIR.match(line, position)
        if found is None:
            return None
        name, quoted, plain, end = found.groups()
        if name is not None:
            if name.lower() in elements[-1]:  # RFC 7239, section 4: at most once
                return None
            elements[-1][name.lower()] = _ESCAPED.sub(r"\1", quoted) if plain is None else plain
        if not end:
            return [element for element in elements if element]
        if end == ",":
            elements.append({})
        position = found.end()


def _node(text: str) -> str | None:
    """Return the address of a node without its port, or its identifier; None when it is neither."""
    found = _NODE.fullmatch(text)
    name = text if found is None else found[1].strip("[]")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name if found is not None and name[0] in "uU_" else None
    return str(getattr(address, "ipv4_mapped", None) or address)
