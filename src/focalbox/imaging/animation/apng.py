"""The frames of an animated PNG, drawn one after the other (PNG third edition, sections 4.9 and 11.3.6)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO

from PIL import Image

from focalbox.imaging.colour import prepare
from focalbox.imaging.decoders.readers import reader_of
from focalbox.imaging.headers.png import SIGNATURE, Chunk, chunks_of, is_sound

__all__ = ["Apng", "ApngFrame", "draw_apng", "png_chunk", "read_apng"]

_TO_BACKGROUND, _TO_PREVIOUS = 1, 2  # section 11.3.6.2, dispose_op
_OVER = 1  # the same, blend_op
_DEFAULT_DENOMINATOR = 100  # the same: what 0 stands for
_SEQUENCE = 4
"""Bytes of the number that an fdAT chunk begins with."""
_ALPHA_TYPES = {4, 6}
"""Colour types with an alpha channel (section 11.2.1)."""


@dataclass(slots=True)
class ApngFrame:
    """One frame: its place on the canvas, its duration, its compressed chunks, and whether their checksums are right."""

    box: tuple[int, int, int, int]
    duration: Fraction
    dispose: int
    blend: int
    codes: list[tuple[int, int]] = field(default_factory=list)
    sound: bool = True


@dataclass(frozen=True, slots=True)
class Apng:
    """The frames of an animated PNG.

    Parameters
    ----------
    size : tuple of int
    header : bytes
        The body of IHDR.
    shared : bytes
        PLTE and tRNS, as they stand in the file.
    frames : tuple of ApngFrame
    plays : int
        How often the film is shown; 0 for endlessly.
    """

    size: tuple[int, int]
    header: bytes
    shared: bytes
    frames: tuple[ApngFrame, ...]
    plays: int

    @property
    def alpha(self) -> bool:
        """Whether something may be transparent once a frame is drawn."""
        partial = any(one.box != (0, 0, *self.size) or one.dispose for one in self.frames)
        return self.header[9] in _ALPHA_TYPES or b"tRNS" in self.shared or partial


def read_apng(data: bytes, max_frames: int) -> Apng:
    """Read the frames of an animated PNG, ``max_frames`` at most; a frame outside of the canvas ends the film."""
    header, shared, plays = b"", b"", 0
    frames: list[ApngFrame] = []
    current: ApngFrame | None = None
    size = (0, 0)
    for chunk in chunks_of(data):
        if chunk.name == b"IHDR":
            header = data[chunk.start : chunk.stop]
            size = struct.unpack_from(">II", header)
        elif chunk.name in {b"PLTE", b"tRNS"} and current is None:
            shared += data[chunk.start - 8 : chunk.stop + 4]
        elif chunk.name == b"acTL":
            plays = int.from_bytes(data[chunk.start + 4 : chunk.start + 8], "big")
        elif chunk.name == b"fcTL":
            current = _frame(data, chunk)
            if current is None or len(frames) == max_frames or current.box[2] > size[0] or current.box[3] > size[1]:
                break
            frames.append(current)
        elif chunk.name in {b"IDAT", b"fdAT"} and current is not None:
            current.codes.append((chunk.start + _SEQUENCE * (chunk.name == b"fdAT"), chunk.stop))
            current.sound = current.sound and is_sound(data, chunk)
    return Apng(size, header, shared, tuple(one for one in frames if one.codes), plays)


def draw_apng(data: bytes, film: Apng, profile: bytes | None = None) -> Iterator[Image.Image]:
    """Draw the frames one after the other; ``profile`` is their colour profile, applied where it `settles` the colours.

    Yields
    ------
    PIL.Image.Image
        Mode RGBA, of the canvas' size.
    """
    canvas = Image.new("RGBA", film.size)
    reader = reader_of("PNG")
    for frame in film.frames:
        before = canvas.crop(frame.box) if frame.dispose == _TO_PREVIOUS else None  # nothing, before the first
        with reader(BytesIO(_alone(data, film, frame))) as image:
            image.load()
            _, convert = prepare(image, profile)
            drawn = convert(image).convert("RGBA")
        if frame.blend == _OVER:
            canvas.alpha_composite(drawn, frame.box[:2])
        else:
            canvas.paste(drawn, frame.box[:2])
        yield canvas.copy()
        if before is not None:
            canvas.paste(before, frame.box[:2])
        elif frame.dispose == _TO_BACKGROUND:
            canvas.paste((0, 0, 0, 0), frame.box)


def png_chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + name + body + zlib.crc32(body, zlib.crc32(name)).to_bytes(4, "big")


def _frame(data: bytes, chunk: Chunk) -> ApngFrame | None:
    try:
        _, width, height, left, top, number, denominator, dispose, blend = struct.unpack_from(
            ">IIIIIHHBB", data[chunk.start : chunk.stop]
        )
    except struct.error:
        return None
    duration = Fraction(number, denominator or _DEFAULT_DENOMINATOR)
    return ApngFrame((left, top, left + width, top + height), duration, dispose, blend) if width and height else None


def _alone(data: bytes, film: Apng, frame: ApngFrame) -> bytes:
    """Return a PNG of one frame alone."""
    left, top, right, bottom = frame.box
    header = png_chunk(b"IHDR", struct.pack(">II", right - left, bottom - top) + film.header[8:])
    codes = b"".join(data[start:stop] for start, stop in frame.codes)
    packed = png_chunk(b"IDAT", codes)
    packed = packed if frame.sound else packed[:-1] + bytes([packed[-1] ^ 1])  # keep it wrong
    return SIGNATURE + header + film.shared + packed + png_chunk(b"IEND", b"")
