"""WebP files that were cut off behind their pixels (RFC 9649)."""

from __future__ import annotations

__all__ = ["drop_cut_chunk"]

_HEAD = 12
"""Bytes of "RIFF", the length and "WEBP" (section 2.3)."""
_CHUNK = 8
"""Bytes of a chunk's name and length."""
_PIXELS = {b"VP8 ", b"VP8L"}
_FILM = {b"ANIM", b"ANMF"}


def drop_cut_chunk(data: bytes) -> bytes:
    """Return a still WebP without the chunk in which it ends too early, if its pixels are whole; else as it is.

    What lies behind the pixels says nothing of them: XMP, EXIF, or nothing at all where only the length is wrong. Pillow's
    reader refuses such files.

    Examples
    --------
    >>> cut = b"RIFF" + bytes([99, 0, 0, 0]) + b"WEBPVP8L" + bytes([2, 0, 0, 0]) + b"..EXIF"
    >>> drop_cut_chunk(cut).endswith(b".."), drop_cut_chunk(cut)[4]
    (True, 14)
    """
    if int.from_bytes(data[4:8], "little") + _CHUNK <= len(data):
        return data
    at, whole = _HEAD, False
    while at + _CHUNK <= len(data):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in _FILM:
            return data  # frames may be missing
        if at + _CHUNK + length > len(data):
            break
        whole = whole or name in _PIXELS
        at += _CHUNK + length + length % 2
    if not whole:
        return data
    body = data[_CHUNK:at]
    body += bytes(len(body) % 2)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
