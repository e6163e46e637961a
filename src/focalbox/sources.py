"""The sources of a picture (a path, an open file, bytes, a Pillow picture or an array), and how they are read."""

from __future__ import annotations

import inspect
import io
import os
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focalbox.errors import FetchError, InvalidRequest, LimitExceeded
from focalbox.imaging.source import Limits, Picture, open_picture
from focalbox.storage.base import read_limited, reason_of, scheme_of
from focalbox.storage.local import LocalFolder

__all__ = ["Source", "open_source"]

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image | NDArray[np.uint8]
"""A path, the bytes of a file, an open binary file, a Pillow picture, or an array of shape (h, w), (h, w, 3) or
(h, w, 4) in grey, RGB or RGBA."""

_NAME = "the picture"


def open_source(source: Source, limits: Limits | None = None) -> Picture:
    """Read a source within the limits, and the header of the picture in it.

    A file that was read to its end is read from its start again.

    Raises
    ------
    FetchError
        When the bytes cannot be read.
    DecodeError
        When they are empty, of no known format, or their header is damaged.
    LimitExceeded
        When the picture is larger than the limits allow.
    InvalidRequest
        When the source is something else: an address (not fetched here), or a file that reads text or asynchronously.
    """
    limits = limits or Limits()
    if isinstance(source, bytes | Image.Image | np.ndarray):
        return open_picture(source, limits)
    if isinstance(source, bytearray | memoryview):
        return open_picture(_bytes_of(source), limits)
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        _check_path(path)
        content, _ = LocalFolder().read(path, limits.bytes)
        return open_picture(content, limits, name=path)
    return open_picture(_read_file(source, limits), limits)


def _bytes_of(source: bytearray | memoryview) -> bytes:
    try:
        return bytes(source)
    except ValueError as error:  # a view that was released
        message = f"{_NAME} cannot be read: {reason_of(error)}"
        raise FetchError(message) from error


def _check_path(path: object) -> None:
    if not isinstance(path, str):
        message = f"a path is text, not {type(path).__name__}"
        raise InvalidRequest(message)
    if not path:
        message = "the path is empty"
        raise FetchError(message)
    scheme = scheme_of(path)
    if scheme is not None:
        message = f"{scheme}:// addresses are not fetched here: pass the bytes of the picture"
        raise InvalidRequest(message)


def _read_file(file: Any, limits: Limits) -> bytes:
    if not hasattr(file, "read"):
        message = f"a source is a path, bytes, a binary file, a picture or an array, not {type(file).__name__}"
        raise InvalidRequest(message)
    if isinstance(file, io.TextIOBase):
        message = "this file reads text: open it with 'rb'"
        raise InvalidRequest(message)
    if inspect.iscoroutinefunction(file.read):
        message = "this file reads asynchronously: pass what it wraps, such as upload.file, or its bytes"
        raise InvalidRequest(message)
    _rewind(file)
    try:
        return read_limited(file, limits.bytes, "this one")
    except (LimitExceeded, InvalidRequest):
        raise
    except Exception as error:
        message = f"{_NAME} cannot be read: {reason_of(error)}"
        raise FetchError(message) from error


def _rewind(file: Any) -> None:
    """Rewind a file that is at its end, as after a first use; any other position is kept."""
    try:
        place = file.tell()
        file.seek(0, os.SEEK_END)
        file.seek(0 if file.tell() == place else place)
    except Exception:  # noqa: BLE001 - a pipe, closed, or a caller's own class: reading it tells
        return
