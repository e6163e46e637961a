"""The chunks of a WebP file: those of its pixels, and files that were cut off after them (RFC 9649)."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["drop_cut_chunk", "pixel_chunk"]

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
    end, whole = _HEAD, False
    for name, behind in _chunks(data):
        if name in _FILM:
            return data  # frames may be missing
        if behind > len(data):
            break
        whole = whole or name in _PIXELS
        end = behind + behind % 2
    if not whole:
        return data
    body = data[_CHUNK:end]
    body += bytes(len(body) % 2)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def pixel_chunk(data: bytes) -> bytes | None:
    """Return the name of the first chunk with pixels: ``VP8 `` (lossy), ``VP8L`` (lossless) or ``ANMF`` (of a film).

    None where there is none.

    Examples
    --------
    >>> pixel_chunk(b"RIFF" + bytes(4) + b"WEBPICCP" + bytes([1, 0, 0, 0]) + b"..VP8L" + bytes(4))
    b'VP8L'
    """
    return next((name for name, _ in _chunks(data) if name in _PIXELS or name == b"ANMF"), None)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Go through the chunks of the file: the name of each, and where its content ends, which may lie behind the data."""
    at = _HEAD
    while at + _CHUNK <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], at + _CHUNK + length
        at += _CHUNK + length + length % 2
