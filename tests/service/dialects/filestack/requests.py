"""How the tests of Filestack's tasks write them."""

from __future__ import annotations

from focalbox.service.dialects.filestack.address import read
from focalbox.service.dialects.filestack.request import parse
from focalbox.service.request import ImageRequest


def asked(*tasks: str) -> ImageRequest:
    """Return what an address with these tasks, in this order, asks for."""
    return parse(read("/".join(["", *tasks, "cat.jpg"]).encode()))
