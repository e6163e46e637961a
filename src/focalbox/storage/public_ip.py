"""Which addresses may be connected to: public ones, however they are written."""

from __future__ import annotations

import ipaddress

__all__ = ["is_public"]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_CARRIERS = (
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
    (ipaddress.IPv6Network("::/96"), 0),
)
"""Networks whose addresses carry an IPv4 address, and the bits to the right of it: NAT64 (RFC 6052), 6to4 (RFC 3056),
IPv4-compatible (RFC 4291, deprecated)."""

_REFUSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10",  # shared with the carrier, RFC 6598
            "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
            "192.88.99.0/24",  # 6to4 relays, RFC 7526
            "198.18.0.0/15",  # benchmarks, RFC 2544
            "64:ff9b:1::/48",  # local NAT64, RFC 8215
            "2001::/32",  # Teredo, RFC 4380
            "fec0::/10",  # site-local, RFC 3879
        ),
    )
)


def is_public(text: str) -> bool:
    """Tell whether an address belongs to the public Internet.

    Loopback, private, link-local, multicast, reserved and unspecified addresses do not, nor do IPv6 addresses that carry
    one of those as IPv4.

    Examples
    --------
    >>> is_public("8.8.8.8"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1"), is_public("64:ff9b::7f00:1")
    (True, False, False, False)
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return _is_public(address)


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        for network, shift in _CARRIERS:
            if address in network:
                carried = (int(address) >> shift) & 0xFFFFFFFF
                return _is_public(ipaddress.IPv4Address(carried))
    if any(address.version == network.version and address in network for network in _REFUSED):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_reserved
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
    )
