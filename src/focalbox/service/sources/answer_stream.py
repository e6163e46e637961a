"""What another server may send around a picture: header, interim answers, chunks and their extensions, all within bounds."""

from __future__ import annotations

import ssl
from typing import Any

import httpcore

from focalbox.amounts import show_bytes
from focalbox.service.problems import Refused, Unreachable

__all__ = ["MAX_HEADER", "AnswerStream"]

MAX_HEADER = 32_768
"""Bytes before the body of an answer, interim answers included; those of picture servers have under 2 kB."""
_HEADER_STEP = 2048
"""Bytes that are read at once before the body. An interim answer of 16 bytes takes the event loop some 40 microseconds,
and all that were read at once are parsed in one turn."""
_FEW, _MEAN = 256, 256
"""Pieces that may come whatever their size, and bytes that each further one has on average: the event loop needs some 30
microseconds for a chunk, and 100 for a read. Uploads have the same bounds (`server/strict.py`)."""
_FRAMING = 262_144
"""Bytes that may come in addition to the content, and to as much again: what is read ahead (64 KiB), the header, and one
extension of a chunk or one trailer as h11 takes them (100 KiB)."""


class AnswerStream(httpcore.AsyncNetworkStream):
    """A connection to another server that ends an answer which would keep the event loop busy.

    Parameters
    ----------
    stream : httpcore.AsyncNetworkStream
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._begin()

    @classmethod
    def of(cls, response: httpcore.Response) -> AnswerStream:
        """Return the connection that an answer comes from.

        Raises
        ------
        Refused
            When the server changes to another protocol, which nobody asked for.
        """
        stream = response.extensions["network_stream"]
        if not isinstance(stream, cls):
            message = "the host of the picture changes to another protocol"
            raise Refused(message)
        return stream

    def _begin(self) -> None:
        self._reads = self._received = self._parts = self._content = 0
        self._is_before_body = True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        """Return what has come of an answer.

        Raises
        ------
        Unreachable
            When the header is too large, or it comes in too many small pieces.
        """
        most = min(max_bytes, _HEADER_STEP) if self._is_before_body else max_bytes
        data = await self._stream.read(most, timeout)
        self._reads += 1
        self._received += len(data)
        if self._is_before_body and self._received > MAX_HEADER:
            message = f"the host of the picture sent more than {show_bytes(MAX_HEADER)} before it"
            raise Unreachable(message)
        _check_pieces(self._reads, self._received)
        return data

    def begin_body(self) -> None:
        """Note that the header of the answer has been read."""
        self._is_before_body = False

    def check_part(self, size: int) -> None:
        """Count a part of the content, of so many bytes.

        Raises
        ------
        Unreachable
            When it comes in too many small parts, or with much more around it.
        """
        self._parts += 1
        self._content += size
        _check_pieces(self._parts, self._content)
        if self._received > _FRAMING + 2 * self._content:
            message = "the host of the picture sent more around it than the picture itself has"
            raise Unreachable(message)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's signature
        """Send a request, or a part of one; what comes next is its answer."""
        self._begin()
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close it."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """Return it encrypted, within the same bounds."""
        return AnswerStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._stream.get_extra_info(info)


def _check_pieces(number: int, size: int) -> None:
    if number > _FEW + size // _MEAN:
        message = f"the host of the picture sent it in pieces of less than {_MEAN} bytes on average"
        raise Unreachable(message)
