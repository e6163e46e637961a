"""The address of a crop in the service: how it is written, and how much it holds."""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode

from focalbox.amounts import show_bytes
from focalbox.errors import InvalidRequest
from focalbox.options import CropOptions

__all__ = ["MAX_ADDRESS", "MAX_FIELDS", "address_of"]

MAX_ADDRESS = 4096
"""Bytes of path and query together that are read: RFC 9110, section 4.1, asks for at least 8,000 octets of servers in
general; a Filestack policy of 1,000 characters and a source address of 2,000 leave room here."""

MAX_FIELDS = 64
"""The most fields of a query, without those of a signature; there are some twenty options, and boxes repeat."""

_MORE = 160
"""Bytes that a size may take beyond its placeholder, and format, quality and a signature with the longest id after it."""


def address_of(name: str, options: CropOptions) -> str:
    """Return where the service has the crops of a picture, in the characters that an address may hold (RFC 3986).

    Parameters
    ----------
    name : str
        The picture's source: its path below the service's folder, or an address.
    options : CropOptions

    Returns
    -------
    str
        A path and a query, with ``{size}`` in place of the size.

    Raises
    ------
    InvalidRequest
        When there are more options, or more bytes, than the service reads.

    Examples
    --------
    >>> address_of("pets/my cat.jpg", CropOptions(fit="tight"))
    '/v1/crop/{size}/pets/my%20cat.jpg?fit=tight'
    """
    fields = [(option, value) for option, values in options.to_text().items() for value in values]
    if len(fields) > MAX_FIELDS:
        message = (
            f"an address of the service has at most {MAX_FIELDS} options, such as boxes to keep, not {len(fields)}"
        )
        raise InvalidRequest(message)
    path = f"/v1/crop/{{size}}/{quote(os.fsencode(name), safe='/:')}"
    query = urlencode(fields, safe=",:")
    address = f"{path}?{query}" if query else path
    if len(address) + _MORE > MAX_ADDRESS:
        message = (
            f"an address of the service has at most {show_bytes(MAX_ADDRESS)} with its size and signature, and this one "
            f"has {show_bytes(len(address))} without them"
        )
        raise InvalidRequest(message)
    return address
