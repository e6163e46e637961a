"""How much an address of the service holds, which who writes addresses has to know too."""

from __future__ import annotations

__all__ = ["MAX_ADDRESS", "MAX_FIELDS"]

MAX_ADDRESS = 4096
"""Bytes of path and query together that are read: RFC 9110, section 4.1, asks for at least 8,000 octets of servers in
general; a Filestack policy of 1,000 characters and a source address of 2,000 leave room here."""

MAX_FIELDS = 64
"""The most fields of a query, without those of a signature; there are some twenty options, and boxes repeat."""
