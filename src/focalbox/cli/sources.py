"""Pictures on the command line: files, standard input and addresses; and messages for common mistakes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from focalbox.errors import FetchError
from focalbox.naming import PIPE
from focalbox.settings import Settings
from focalbox.storage.base import is_remote, local_path

__all__ = ["source_of"]

_WILD = "*?["


def source_of(picture: str, settings: Settings) -> str | bytes | BinaryIO:
    """Return the source for an argument; pictures at addresses are fetched, within the limits.

    Raises
    ------
    FetchError
        For a closed standard input, a folder, a pattern that is not the name of a file, and an address that cannot be read.
    InvalidRequest
        For an address that is malformed, or leads to a host that is not public.
    LimitExceeded
        When the picture at an address is larger than the limits allow.
    """
    if picture == PIPE:
        if sys.stdin is None:
            message = "standard input is closed, and no picture can be read from it"
            raise FetchError(message)
        return sys.stdin.buffer
    if is_remote(picture):
        return _fetch(picture, settings)
    place = local_path(picture)  # of file://
    path = Path(place)
    if picture and path.is_dir():
        message = f"{picture} is a directory, not a picture; for many pictures: focalbox batch {picture}"
        raise FetchError(message)
    if any(sign in picture for sign in _WILD) and not path.exists():
        message = f"there is no file {picture}; for many pictures: focalbox batch '{picture}'"
        raise FetchError(message)
    return place


def _fetch(address: str, settings: Settings) -> bytes:
    if address.lower().startswith(("http://", "https://")):
        from focalbox.storage.http_source import fetch  # noqa: PLC0415 - sockets and certificates that files do not need

        return fetch(address, settings.limits.bytes, allow_private=settings.allow_private)
    from focalbox.storage.open import storage_of  # noqa: PLC0415 - as above

    content, _ = storage_of(address).read(address, settings.limits.bytes)
    return content
