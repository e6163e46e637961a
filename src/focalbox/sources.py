"""What may be handed in as a picture, looked at before it is read: mistakes that can be told at once are told at once."""

from __future__ import annotations

import inspect
import os
import re
from typing import Any

from focalbox.errors import FetchError, InvalidRequest

__all__ = ["check_source"]

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


def check_source(source: object) -> None:
    """Refuse what cannot be read as a picture, and take a file that was read to its end back to its start.

    Parameters
    ----------
    source : path, bytes, binary file, PIL.Image.Image or ndarray
        As `Cropper.open` takes it.

    Raises
    ------
    InvalidRequest
        For an address, which is not fetched here, and a file that reads asynchronously.
    FetchError
        For an empty path.
    """
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        if not path:
            message = "the path is empty"
            raise FetchError(message)
        found = _ADDRESS.match(path) if isinstance(path, str) else None
        if found:
            message = f"{found[1]}:// addresses are not fetched here: pass the bytes of the picture"
            raise InvalidRequest(message)
    elif inspect.iscoroutinefunction(getattr(source, "read", None)):
        message = "this file reads asynchronously: pass what it wraps, such as upload.file, or its bytes"
        raise InvalidRequest(message)
    elif hasattr(source, "read") and hasattr(source, "seek"):
        _rewind(source)


def _rewind(file: Any) -> None:
    """Take a file that stands at its end, as after a first use, back to its start; any other place is the caller's wish."""
    try:
        place = file.tell()
        file.seek(0, os.SEEK_END)
        file.seek(0 if file.tell() == place else place)
    except (OSError, ValueError):  # a pipe, or closed: reading it tells
        return
