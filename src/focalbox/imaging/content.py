"""The bytes of a source: a path, an open file or bytes, never more than the limits allow."""

from __future__ import annotations

import os

from focalbox.errors import FetchError, InvalidRequest
from focalbox.imaging.limits import Limits

__all__ = ["bytes_of"]


def bytes_of(source: object, limits: Limits) -> tuple[str, bytes]:
    """Return what to call a source in a message, and its bytes, of which no more are read than the limits allow."""
    if isinstance(source, bytes):
        return "the picture", source
    if isinstance(source, bytearray | memoryview):
        return "the picture", bytes(source)
    if isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        if isinstance(name, str):
            return name, _bytes_at(name, limits)
    read = getattr(source, "read", None)
    if read is None:
        message = f"a source is a path, bytes, a binary file, a picture or an array, not {type(source).__name__}"
        raise InvalidRequest(message)
    try:
        data = read(limits.bytes + 1)
    except Exception as error:
        message = f"the picture cannot be read: {error}"
        raise FetchError(message) from error
    if not isinstance(data, bytes):
        message = "a file needs to be open for reading bytes, not text"
        raise InvalidRequest(message)
    return "the picture", data


def _bytes_at(path: str, limits: Limits) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the same call for str and anything path-like
            limits.check_bytes(os.fstat(file.fileno()).st_size)
            return file.read(limits.bytes + 1)
    except FileNotFoundError as error:
        message = f"there is no file {path}"
        raise FetchError(message) from error
    except IsADirectoryError as error:
        message = f"{path} is a directory, not a picture"
        raise FetchError(message) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{path!r} cannot be read: {reason}"
        raise FetchError(message) from error
