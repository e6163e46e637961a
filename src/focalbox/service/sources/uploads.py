"""Pictures that are sent: the body of a POST, raw or as the one file of a form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from focalbox.errors import DecodeError, InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.service.problems import NotAPicture

__all__ = ["check_encoding", "is_json", "read_small", "read_upload"]

_ROOM = 65_536
"""Bytes that a form may have in addition to its file."""
_FORM = "multipart/form-data"
_RAW = ("image/", "application/octet-stream")


async def read_upload(
    headers: Headers, stream: AsyncIterator[bytes], limits: Limits, count: Callable[[int], None]
) -> bytes:
    """Return the bytes of an uploaded picture.

    Parameters
    ----------
    headers : Headers
    stream : async iterator of bytes
    limits : Limits
    count : callable
        Called with the length of every piece; may raise when there are too many bytes.

    Raises
    ------
    LimitExceeded
        When it is larger than the limits allow; nothing beyond them is read.
    NotAPicture
        When the content type names something other than a picture.
    InvalidRequest
        When a form does not hold one file and nothing else.
    DecodeError
        When it is empty.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    room = _ROOM if kind == _FORM else 0
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        limits.check_bytes(int(length[:18]) - room)
    if kind == _FORM:
        data = await _file_of(headers, _limit(stream, limits, room, count), limits)
    elif kind.startswith(_RAW) or not kind:
        data = b"".join([part async for part in _limit(stream, limits, room, count)])
    else:
        message = f"an upload is image/..., application/octet-stream or {_FORM}, not {kind[:60]!r}"
        raise NotAPicture(message)
    if not data:
        message = "the upload is empty"
        raise DecodeError(message)
    return data


async def _limit(
    stream: AsyncIterator[bytes], limits: Limits, room: int, count: Callable[[int], None] | None = None
) -> AsyncIterator[bytes]:
    size = 0
    async for part in stream:
        size += len(part)
        limits.check_bytes(size - room)
        if count is not None:
            count(len(part))
        yield part


async def _file_of(headers: Headers, stream: AsyncIterator[bytes], limits: Limits) -> bytes:
    parser = MultiPartParser(headers, stream, max_files=1, max_fields=0)  # type: ignore[arg-type]
    parser.spool_max_size = limits.bytes + _ROOM  # in memory, where it is counted, and not in a file
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, AssertionError) as error:
        if isinstance(error, InvalidRequest):
            raise
        message = "a form holds one file and nothing else; options stand in the address"
        raise InvalidRequest(message) from error
    try:
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        if len(files) != 1:
            message = "a form holds one file and nothing else; options stand in the address"
            raise InvalidRequest(message)
        data = await files[0].read()
    finally:
        await form.close()
    limits.check_bytes(len(data))
    return data


def check_encoding(headers: Headers) -> None:
    """Refuse a body that is compressed as a whole: it is taken as it comes.

    Raises
    ------
    NotAPicture
        When Content-Encoding says so.
    """
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in {"", "identity"}:
        message = f"an upload comes as it is, without a Content-Encoding, not in {coding[:60]!r}"
        raise NotAPicture(message)


def is_json(headers: Headers) -> bool:
    """Tell whether the body is JSON: a saved analysis instead of a picture."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


async def read_small(stream: AsyncIterator[bytes], most: int) -> bytes:
    """Return a body of at most so many bytes.

    Raises
    ------
    LimitExceeded
        When it has more.
    """
    return b"".join([part async for part in _limit(stream, Limits(bytes=most), 0)])
