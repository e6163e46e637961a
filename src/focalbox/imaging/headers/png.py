"""The chunks of a PNG: those of the pixels go to the decoder, those about colours and rights are read here, others dropped.

A decoder that reads everything refuses pictures for a large text, a damaged profile or a wrong checksum in a chunk that
no pixel needs. (Portable Network Graphics, third edition, W3C 2025.)
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from focalbox.errors import LimitExceeded

__all__ = ["Chunk", "Png", "chunks_of", "is_sound", "join", "read_png"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}  # section 11.2
_PIXELS = {*_CRITICAL, b"tRNS"}
"""Chunks that a still picture's pixels are made of."""
_DESCRIBING = {b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"eXIf", b"acTL"}
"""Chunks that count only before the pixels (section 5.6, table 7)."""
_XMP = b"XML:com.adobe.xmp\0"
_TEXTS, _CREDITS = {b"tEXt", b"zTXt", b"iTXt"}, (b"Author\0", b"Copyright\0")  # section 11.3.3, table 24: keywords
_MAX_CHUNKS = 200_000
"""Chunks of a file: encoders write some thousands; 64 MB of empty ones took 3 s to walk through."""
_MAX_PROFILE = 16 * 2**20
"""Bytes of a colour profile once it is decompressed; the largest of presses and cameras have 4 MB."""
_MAX_PLAIN = 2**20
"""Bytes of a chunk of EXIF or XMP that are read: more is no description of a picture."""
_DEPTH_AND_TYPE, _DEEP = slice(24, 26), bytes([16, 0])
"""Where the header has the number of bits and the channels (section 11.2.1), and their values for 16-bit greys."""
_SMALLEST = 12
"""Bytes of an empty chunk: length, name, checksum."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its name, and where its body lies in the file."""

    name: bytes
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Png:
    """The properties of a PNG that its pixels depend on.

    Parameters
    ----------
    pixels : tuple of Chunk
        What the still picture is decoded from.
    profile, exif, xmp : bytes or None
        From the file, decompressed; None when absent or damaged.
    gamma : float or None
        The exponent from light to numbers, such as 0.45455.
    chromaticities : tuple of float or None
        x and y of white, red, green and blue.
    cicp : tuple of int or None
        Primaries, transfer, matrix and range (ITU-T H.273).
    srgb : bool
        Whether it declares itself as sRGB.
    author, copyright : bytes
        The first text of each, in UTF-8 or Latin 1; empty when absent.
    frames : int
        Frames that an animated PNG announces, at most those that it has once it is whole; else 1.
    whole : bool
        Whether the file is as long as its chunks say.
    deep : bool
        Whether its pixels are greys of 16 bits.
    """

    pixels: tuple[Chunk, ...]
    profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    gamma: float | None = None
    chromaticities: tuple[float, ...] | None = None
    cicp: tuple[int, int, int, int] | None = None
    srgb: bool = False
    author: bytes = b""
    copyright: bytes = b""
    frames: int = 1
    whole: bool = True
    deep: bool = False


def chunks_of(data: bytes) -> Iterator[Chunk]:
    """Walk the chunks of a PNG; a last one that goes beyond the end of the file stops at the end.

    Raises
    ------
    LimitExceeded
        When there are more than any encoder writes.
    """
    at = len(SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(data):
            return
        length = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        yield Chunk(name, at + 8, min(len(data), at + 8 + length))
        if name == b"IEND":
            return
        at += _SMALLEST + length
    message = f"a PNG may have at most {_MAX_CHUNKS:,} chunks, but this one has more"
    raise LimitExceeded(message)


def join(data: bytes, chunks: tuple[Chunk, ...]) -> bytes:
    """Return a PNG of some of the chunks of a file, checksums included; the same bytes when they are all up to its end.

    What lies behind the end (IEND) stays: nobody reads it, and a copy of a large file would take as much memory again.
    """
    seen = memoryview(data)  # its parts are no copies
    parts, start, at = [], 0, len(SIGNATURE)
    for chunk in chunks:
        if chunk.start - 8 != at:
            parts.append(seen[start:at])
            start = chunk.start - 8
        at = min(len(data), chunk.stop + 4)
    ended = bool(chunks) and chunks[-1].name == b"IEND"
    if not parts and (ended or at == len(data)):
        return data
    return b"".join([*parts, seen[start:at]])


def read_png(data: bytes) -> Png:
    """Read the properties of a PNG; damaged chunks that no pixel needs count as absent.

    Raises
    ------
    LimitExceeded
        When it has more chunks than any encoder writes.
    """
    pixels: list[Chunk] = []
    found: dict[bytes, bytes] = {}
    begun = ended = False
    controls = 0
    at = len(data)
    for chunk in chunks_of(data):
        name, at = chunk.name, chunk.stop
        begun = begun or name == b"IDAT"
        ended = ended or name == b"IEND"
        controls += name == b"fcTL"
        if name in _PIXELS and (name in _CRITICAL or is_sound(data, chunk)):
            pixels.append(chunk)
        elif name in _DESCRIBING and not begun and name not in found:
            if chunk.stop - chunk.start <= _MAX_PROFILE and is_sound(data, chunk):
                found[name] = data[chunk.start : chunk.stop]
        elif name == b"iTXt" and b"xmp" not in found and data.startswith(_XMP, chunk.start) and is_sound(data, chunk):
            found[b"xmp"] = data[chunk.start : chunk.stop]
        elif name in _TEXTS and chunk.stop - chunk.start <= _MAX_PLAIN:
            key = next((key for key in _CREDITS if data.startswith(key, chunk.start)), None)
            if key is not None and key not in found and is_sound(data, chunk):
                found[key] = _text(name, data[chunk.start + len(key) : chunk.stop])
    whole = ended or (begun and at + 4 <= len(data))
    frames = _frames(found.get(b"acTL"))
    return Png(
        tuple(pixels),
        profile=_profile(found.get(b"iCCP")),
        exif=found.get(b"eXIf"),
        xmp=_xmp(found.get(b"xmp")),
        gamma=_gamma(found.get(b"gAMA")),
        chromaticities=_chromaticities(found.get(b"cHRM")),
        cicp=_cicp(found.get(b"cICP")),
        srgb=b"sRGB" in found,
        author=found.get(_CREDITS[0], b""),
        copyright=found.get(_CREDITS[1], b""),
        frames=min(frames, max(1, controls)) if whole else frames,  # some announce more frames than they have
        whole=whole,
        deep=data[_DEPTH_AND_TYPE] == _DEEP,
    )


def is_sound(data: bytes, chunk: Chunk) -> bool:
    """Tell whether a chunk is whole and its checksum right."""
    if chunk.stop + 4 > len(data):
        return False
    checksum = zlib.crc32(memoryview(data)[chunk.start : chunk.stop], zlib.crc32(chunk.name))
    return data[chunk.stop : chunk.stop + 4] == checksum.to_bytes(4, "big")


def _inflate(body: bytes, max_bytes: int) -> bytes | None:
    """Decompress, and give up when it is damaged or more than ``max_bytes`` bytes."""
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(body, max_bytes)
    except zlib.error:
        return None
    return plain if stream.eof and not stream.unconsumed_tail else None


def _profile(body: bytes | None) -> bytes | None:
    _, zero, rest = (body or b"").partition(b"\0")
    if not zero or rest[:1] != b"\0":  # the method, of which there is one
        return None
    return _inflate(rest[1:], _MAX_PROFILE)


def _xmp(body: bytes | None) -> bytes | None:
    text = _text(b"iTXt", (body or b"")[len(_XMP) :])
    return text if 0 < len(text) <= _MAX_PLAIN else None


def _text(name: bytes, rest: bytes) -> bytes:
    """Return the text after the keyword of a text chunk (sections 11.3.3.2 to 11.3.3.4), empty when it is damaged."""
    if name == b"tEXt":
        return rest
    if name == b"zTXt":  # method, text
        return _inflate(rest[1:], _MAX_PLAIN) or b""
    flag, parts = rest[:1], rest[2:].split(b"\0", 2)  # flag, method, language, translated key, text
    if len(parts) < 3:  # noqa: PLR2004 - the last three
        return b""
    return parts[2] if flag == b"\0" else _inflate(parts[2], _MAX_PLAIN) or b""


def _gamma(body: bytes | None) -> float | None:
    if body is None or len(body) < 4:  # noqa: PLR2004 - one number of 4 bytes
        return None
    return int.from_bytes(body[:4], "big") / 100_000 or None


def _chromaticities(body: bytes | None) -> tuple[float, ...] | None:
    try:
        return tuple(value / 100_000 for value in struct.unpack_from(">8I", body or b""))
    except struct.error:
        return None


def _cicp(body: bytes | None) -> tuple[int, int, int, int] | None:
    try:
        primaries, transfer, matrix, full = struct.unpack_from(">4B", body or b"")
    except struct.error:
        return None
    return primaries, transfer, matrix, full


def _frames(body: bytes | None) -> int:
    return max(1, int.from_bytes(body[:4], "big")) if body is not None and len(body) >= 8 else 1  # noqa: PLR2004
