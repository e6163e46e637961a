"""Who has sent a request: read from the end of a header, whatever a client has written in front."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from focalbox.service.server.forwarded import ForwardedClient, client_of, nodes_of_forwarded, nodes_of_x_forwarded_for

ADDRESSES = st.ip_addresses().filter(lambda address: not getattr(address, "ipv4_mapped", None)).map(str)
ANYTHING = st.text(st.characters(codec="latin-1"), max_size=60)
CONFUSING = st.lists(
    st.sampled_from(["for=", '"', "\\", ",", ";", "=", " ", "_a", "10.0.0.1", "[", "]", ":", "by=", "\t"]), max_size=30
).map("".join)
WRITTEN = CONFUSING | ANYTHING


def _element(address: str) -> str:
    return f'for="[{address}]"' if ":" in address else f"for={address}"


@given(st.lists(ADDRESSES, min_size=1))
def test_nodes_are_read_as_they_were_written(addresses: list[str]) -> None:
    expected = addresses[::-1]
    assert list(nodes_of_forwarded([", ".join(map(_element, addresses))])) == expected
    assert list(nodes_of_forwarded([*map(_element, addresses)])) == expected
    assert list(nodes_of_x_forwarded_for([", ".join(addresses)])) == expected


@pytest.mark.parametrize("same", [False, True])
@given(before=WRITTEN, address=ADDRESSES)
def test_whatever_a_client_writes_it_is_never_taken_for_another(
    before: str,
    address: str,
    same: bool,  # noqa: FBT001 - a case
) -> None:
    """A proxy adds the address of the client to what it was sent: in the same line, or in one of its own."""
    lines = [f"{before}, {_element(address)}"] if same else [before, _element(address)]
    found = client_of("proxy", nodes_of_forwarded(lines), lambda node: node == "proxy")
    assert found in ({address, "proxy"} if same else {address})
    assert client_of("proxy", nodes_of_x_forwarded_for([before, address]), lambda node: node == "proxy") == address


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for"])
@pytest.mark.parametrize(
    ("peer", "trusted", "expected"),
    [
        ("10.0.0.1", ("10.0.0.0/8",), "203.0.113.5"),
        ("unix", ("unix",), "203.0.113.5"),
        ("10.0.0.1", ("unix", "10.0.0.2", "::/0"), "10.0.0.1"),
        ("unix", ("0.0.0.0/0", "::/0"), "unix"),
        (None, ("0.0.0.0/0", "::/0", "unix"), None),
    ],
)
def test_only_trusted_peers_are_believed(
    header: str, peer: str | None, trusted: tuple[str, ...], expected: str | None
) -> None:
    seen: list[Scope] = []

    async def application(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope)

    async def never(*_: object) -> Any:
        raise AssertionError

    headers = [(b"forwarded", b"for=203.0.113.5"), (b"x-forwarded-for", b"203.0.113.5")]
    scope = {"type": "http", "headers": headers, "client": None if peer is None else (peer, 0)}
    asyncio.run(ForwardedClient(application, trusted, header)(scope, never, never))
    assert [found["client"] for found in seen] == [None if expected is None else (expected, 0)]


@given(st.lists(WRITTEN))
def test_any_header_is_read(lines: list[str]) -> None:
    for read in (nodes_of_forwarded, nodes_of_x_forwarded_for):
        assert all(isinstance(node, str) and node for node in read(lines))


def test_a_header_of_any_shape_is_read_at_once() -> None:
    start = time.process_time()
    for line in (
        " " * 16_000 + "x",
        'for="' + "\\a" * 8000,
        "for=a;" * 2700,
        "," * 16_000,
        'a="' + '"' * 16_000,
        "_" * 16_000,
    ):
        list(nodes_of_forwarded([line]))
        list(nodes_of_x_forwarded_for([line]))
    assert time.process_time() - start < 1.0
