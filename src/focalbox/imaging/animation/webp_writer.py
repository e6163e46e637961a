"""Films written as animated WebP, frame by frame (RFC 9649)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction

from PIL import Image

from focalbox.imaging.animation.frames import MAX_SHORT, Frames, changed_box
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.output.encoding import encode

__all__ = ["write_webp"]

_MAX_24 = 0xFFFFFF
_WEBP_OVERWRITE = 2  # RFC 9649, section 2.7.1.1: blending method 1, "do not blend"
_WEBP_ICC, _WEBP_ALPHA, _WEBP_EXIF, _WEBP_XMP, _WEBP_ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02
"""Flags of the chunk VP8X (the same, section 2.7)."""


def write_webp(frames: Frames, plays: int, quality: int, metadata: Metadata | None) -> bytes:
    """Write an animated WebP; every frame replaces what it covers (RFC 9649, section 2.7.1)."""
    body: list[bytes] = []
    before: Image.Image | None = None
    size, flags = (0, 0), _WEBP_ANIMATION
    shown, written = Fraction(0), 0
    for image, duration in frames:
        box = changed_box(image, before, even=True)
        content = encode(image.crop(box), "webp", quality=quality)
        parts = [(name, chunk) for name, chunk in _riff(content) if name in {b"ALPH", b"VP8 ", b"VP8L"}]
        flags |= _WEBP_ALPHA if image.mode == "RGBA" else 0
        shown += duration * 1000
        lasting, written = round(shown) - written, round(shown)  # so that roundings do not add up
        header = b"".join(
            number.to_bytes(3, "little")
            for number in (box[0] // 2, box[1] // 2, box[2] - box[0] - 1, box[3] - box[1] - 1, min(lasting, _MAX_24))
        )
        inner = b"".join(_riff_chunk(name, chunk) for name, chunk in parts)
        body.append(_riff_chunk(b"ANMF", header + bytes([_WEBP_OVERWRITE]) + inner))
        before, size = image, image.size
    first, last = b"", b""
    if metadata is not None and metadata.profile:
        flags, first = flags | _WEBP_ICC, _riff_chunk(b"ICCP", metadata.profile)
    if metadata is not None and metadata.exif:
        flags, last = flags | _WEBP_EXIF, _riff_chunk(b"EXIF", metadata.exif.removeprefix(b"Exif\0\0"))
    if metadata is not None and metadata.xmp:
        flags, last = flags | _WEBP_XMP, last + _riff_chunk(b"XMP ", metadata.xmp)
    sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
    head = _riff_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides) + first
    head += _riff_chunk(b"ANIM", bytes(4) + struct.pack("<H", min(plays, MAX_SHORT)))
    whole = b"WEBP" + head + b"".join(body) + last
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _riff(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(content):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at : at + 4], content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _riff_chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
