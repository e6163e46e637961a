"""Mends a PNG whose compressed pixels are whole but have a wrong checksum, which libpng and browsers ignore."""

from __future__ import annotations

import struct
import zlib

from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.headers.png import SIGNATURE, chunks_of, is_sound

__all__ = ["mend_checksum"]

_HEAD, _CHECKSUM = 2, 4
"""Bytes around the compressed ones in a zlib stream (RFC 1950, section 2.2)."""
_AT_ONCE = 2**18
"""Bytes that are unpacked at once, only to be counted."""
_MAX_FILE = 2**23
"""Bytes of a file up to which two copies of it lie within what every estimate of memory has to spare."""
_MAX_PIXEL = 8
"""Bytes of the largest pixel, four channels of 16 bits."""


def mend_checksum(data: bytes) -> bytes | None:
    """Return a PNG with the checksum corrected, or None when something else is wrong with it.

    Those of its chunks have to be right: then its pixels are as they were written.

    Parameters
    ----------
    data : bytes
        A PNG that was held against the limits: no more is unpacked than twice what its header announces.
    """
    if len(data) > _MAX_FILE:
        return None
    chunks = list(chunks_of(data))
    packed = [one for one in chunks if one.name == b"IDAT"]
    if not all(is_sound(data, one) for one in packed):
        return None
    codes = b"".join(data[one.start : one.stop] for one in packed)
    try:
        width, height = struct.unpack_from(">II", data, chunks[0].start)
        right, length = _checksum(codes, 2 * height * (1 + _MAX_PIXEL * width))
    except (zlib.error, struct.error, IndexError):
        return None
    stop = _HEAD + length
    if right is None or codes[stop : stop + _CHECKSUM] == right:
        return None
    before = [one for one in chunks if one.name not in {b"IDAT", b"IEND"}]
    kept = b"".join(data[one.start - 8 : one.stop + 4] for one in before)
    return SIGNATURE + kept + png_chunk(b"IDAT", codes[:stop] + right) + png_chunk(b"IEND", b"")


def _checksum(codes: bytes, max_bytes: int) -> tuple[bytes | None, int]:
    """Return the checksum of the unpacked bytes (None when they end early or are too many), and the packed length."""
    inflate, found, seen, rest = zlib.decompressobj(-zlib.MAX_WBITS), 1, 0, codes[_HEAD:]
    while not inflate.eof and seen <= max_bytes:
        part = inflate.decompress(rest, _AT_ONCE)
        found, seen, rest = zlib.adler32(part, found), seen + len(part), inflate.unconsumed_tail
        if not part and not rest:
            break
    whole = inflate.eof and seen <= max_bytes
    return found.to_bytes(_CHECKSUM, "big") if whole else None, len(codes) - _HEAD - len(inflate.unused_data)
