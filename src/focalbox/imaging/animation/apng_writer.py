"""Films written as animated PNG, frame by frame (PNG third edition, section 11.3.6)."""

from __future__ import annotations

import struct
from fractions import Fraction

from PIL import Image

from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.animation.frames import MAX_SHORT, Frames, changed_box
from focalbox.imaging.headers.png import SIGNATURE, chunks_of
from focalbox.imaging.metadata import Metadata
from focalbox.imaging.output.encoding import encode

__all__ = ["write_apng"]


def write_apng(frames: Frames, plays: int, metadata: Metadata | None) -> bytes:
    """Write an animated PNG; every frame replaces what it covers (PNG third edition, section 11.3.6)."""
    begin, body = b"", [b""]
    count = sequence = 0
    before: Image.Image | None = None
    for image, duration in frames:
        left, top, right, bottom = changed_box(image, before)
        content = encode(image.crop((left, top, right, bottom)), "png", metadata=None if count else metadata)
        chunks = list(chunks_of(content))
        codes = b"".join(content[one.start : one.stop] for one in chunks if one.name == b"IDAT")
        number, denominator = _ratio(duration)
        control = struct.pack(">IIIIIHHBB", sequence, right - left, bottom - top, left, top, number, denominator, 0, 0)
        body.append(png_chunk(b"fcTL", control))
        sequence += 1
        if count:
            body.append(png_chunk(b"fdAT", sequence.to_bytes(4, "big") + codes))
            sequence += 1
        else:
            begin = b"".join(
                content[one.start - 8 : one.stop + 4] for one in chunks if one.name not in {b"IDAT", b"IEND"}
            )
            body.append(png_chunk(b"IDAT", codes))
        before, count = image, count + 1
    body[0] = SIGNATURE + begin + png_chunk(b"acTL", struct.pack(">II", count, plays))
    return b"".join([*body, png_chunk(b"IEND", b"")])


def _ratio(duration: Fraction) -> tuple[int, int]:
    """Return seconds as two numbers of 16 bits."""
    exact = duration.limit_denominator(MAX_SHORT)
    if exact.numerator <= MAX_SHORT:
        return exact.numerator, exact.denominator
    return (
        (min(MAX_SHORT, round(duration * 100)), 100)
        if duration * 100 <= MAX_SHORT
        else (min(MAX_SHORT, round(duration)), 1)
    )
