"""The address of a crop in the service."""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode

from focalbox.amounts import show_bytes
from focalbox.errors import InvalidRequest
from focalbox.options import CropOptions
from focalbox.options.addresses import MAX_ADDRESS, MAX_FIELDS

__all__ = ["address_of"]

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
