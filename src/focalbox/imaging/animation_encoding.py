"""Films written frame by frame: GIF, animated WebP, animated PNG and AVIF sequences.

Each frame is encoded as a still picture as soon as it comes, and only where it differs from the one before; what is kept
are the codes. AVIF, whose frames are coded from each other, is written by its encoder.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops

from focalbox.errors import InvalidRequest
from focalbox.imaging.apng import png_chunk
from focalbox.imaging.encoding import encode
from focalbox.imaging.formats import format_of
from focalbox.imaging.gif import read_gif
from focalbox.imaging.png import SIGNATURE, chunks_of
from focalbox.imaging.working import Metadata

__all__ = ["CAN_ANIMATE", "encode_animation"]

CAN_ANIMATE = frozenset({"gif", "webp", "png", "avif"})
"""Formats that films are written in."""
_MAX_SHORT = 0xFFFF
_MAX_24 = 0xFFFFFF
_COLOURS = 255
"""Colours of a frame of a GIF, the transparent one aside."""
_OPAQUE_FROM = 128
"""Alpha from which on a pixel of a GIF is there."""
_GIF_TO_BACKGROUND = 2
_WEBP_OVERWRITE = 2  # RFC 9649, section 2.7.1.1: blending method 1, "do not blend"
_WEBP_ALPHA, _WEBP_ANIMATION, _WEBP_EXIF, _WEBP_ICC = 0x10, 0x02, 0x08, 0x20  # the same, section 2.7: VP8X flags

Frames = Iterable[tuple[Image.Image, Fraction]]
"""Pictures of one size, RGB or RGBA, and the seconds that each is shown."""


def encode_animation(
    frames: Frames,
    format: str,  # noqa: A002 - the word every imaging library uses
    *,
    plays: int = 0,
    alpha: bool = True,
    quality: int = 80,
    metadata: Metadata | None = None,
) -> bytes:
    """Encode a film as the bytes of a file; the frames are taken one by one.

    Parameters
    ----------
    frames : iterable of (PIL.Image.Image, Fraction)
        At least one.
    format : str
        ``"gif"``, ``"webp"``, ``"png"`` or ``"avif"``.
    plays : int
        How often it is shown, 0 for without an end. AVIF files are always shown without an end.
    alpha : bool
        Whether a frame may have transparent parts.
    quality : int
        1 to 100, for WebP and AVIF.
    metadata : Metadata, optional
        What to keep, where the format can.

    Raises
    ------
    InvalidRequest
        When the format holds no films, or cannot hold this one.
    """
    name = format_of(format)
    if name not in CAN_ANIMATE:
        message = f"a film is written as one of {', '.join(sorted(CAN_ANIMATE))}, not {name}"
        raise InvalidRequest(message)
    mode = "RGBA" if alpha else "RGB"
    alike = ((image if image.mode == mode else image.convert(mode), duration) for image, duration in frames)
    if name == "gif":
        return _gif(alike, plays)
    if name == "png":
        return _png(alike, plays, metadata)
    if name == "webp":
        return _webp(alike, plays, quality, metadata)
    return _avif(alike, quality, metadata)


def _changed(image: Image.Image, before: Image.Image | None, *, even: bool = False) -> tuple[int, int, int, int]:
    """Return the box of what differs from the frame before, at least a pixel; begun at even places if wished."""
    if before is None:
        return 0, 0, *image.size
    difference = ImageChops.difference(image, before)
    box = difference.getbbox(alpha_only=False)
    if box is None:
        return 0, 0, 1, 1
    return (box[0] & ~1, box[1] & ~1, box[2], box[3]) if even else box


def _png(frames: Frames, plays: int, metadata: Metadata | None) -> bytes:
    """Write an animated PNG; every frame replaces what it covers (PNG third edition, section 11.3.6)."""
    begin, body = b"", [b""]
    count = sequence = 0
    before: Image.Image | None = None
    for image, duration in frames:
        left, top, right, bottom = _changed(image, before)
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
    exact = duration.limit_denominator(_MAX_SHORT)
    if exact.numerator <= _MAX_SHORT:
        return exact.numerator, exact.denominator
    return (
        (min(_MAX_SHORT, round(duration * 100)), 100)
        if duration * 100 <= _MAX_SHORT
        else (min(_MAX_SHORT, round(duration)), 1)
    )


def _webp(frames: Frames, plays: int, quality: int, metadata: Metadata | None) -> bytes:
    """Write an animated WebP; every frame replaces what it covers (RFC 9649, section 2.7.1)."""
    body: list[bytes] = []
    before: Image.Image | None = None
    size, flags = (0, 0), _WEBP_ANIMATION
    shown, written = Fraction(0), 0
    for image, duration in frames:
        box = _changed(image, before, even=True)
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
    sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
    head = _riff_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides) + first
    head += _riff_chunk(b"ANIM", bytes(4) + struct.pack("<H", min(plays, _MAX_SHORT)))
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


def _gif(frames: Frames, plays: int) -> bytes:
    """Write a GIF; a frame is held back until it is known whether the next one needs it cleared away."""
    body: list[bytes] = []
    held: tuple[Image.Image, Fraction] | None = None
    base: Image.Image | None = None
    size, shown, written = (0, 0), Fraction(0), 0

    def write(held: tuple[Image.Image, Fraction], base: Image.Image | None, disposal: int) -> None:
        nonlocal shown, written
        image, duration = held
        shown += duration * 100
        lasting, written = round(shown) - written, round(shown)  # so that roundings do not add up
        box = _changed(image, base if disposal != _GIF_TO_BACKGROUND else None)
        body.append(_gif_frame(image.crop(box), box[:2], min(lasting, _MAX_SHORT), disposal))

    for image, duration in frames:
        image, size = _hard(image), image.size  # noqa: PLW2901 - the same picture, as a GIF shows it
        if held is not None:
            clears = image.mode == "RGBA" and _clears(held[0], image)
            write(held, base, _GIF_TO_BACKGROUND if clears else 1)
            base = None if clears else held[0]
            if clears:
                base = Image.new("RGBA", size)
        held = image, duration
    if held is not None:
        write(held, base, 1)
    repeat = b"" if plays == 1 else b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", max(0, plays - 1)) + b"\0"
    head = b"GIF89a" + struct.pack("<HH", *size) + bytes(3)
    return b"".join([head, repeat, *body, b";"])


def _hard(image: Image.Image) -> Image.Image:
    """Return a picture whose pixels are there or not, those that are not all alike."""
    if image.mode != "RGBA":
        return image
    there = image.getchannel("A").point(lambda value: 255 if value >= _OPAQUE_FROM else 0)
    hard = Image.new("RGBA", image.size)
    hard.paste(image.convert("RGB"), mask=there)
    return hard


def _clears(before: Image.Image, after: Image.Image) -> bool:
    """Tell whether a pixel that was there is there no more."""
    gone = ImageChops.subtract(before.getchannel("A"), after.getchannel("A"))
    return gone.getbbox() is not None


def _gif_frame(image: Image.Image, corner: tuple[int, int], delay: int, disposal: int) -> bytes:
    """Return the blocks of one frame: its control extension, descriptor, own colours and codes."""
    palette, transparent = _with_palette(image)
    file = BytesIO()
    palette.save(file, "GIF", optimize=False)
    content = file.getvalue()
    gif = read_gif(content, most=1)
    (frame,) = gif.frames
    table = content[13 : gif.colours]
    flags = content[frame.start + 9]
    if not flags & 0x80:  # the colours become the frame's own
        flags = flags & 0x40 | 0x80 | content[10] & 7
        codes = content[frame.start + 10 : frame.stop]
    else:
        table, codes = b"", content[frame.start + 10 : frame.stop]
    control = struct.pack(
        "<BBBBHBB", 0x21, 0xF9, 4, disposal << 2 | (transparent is not None), delay, transparent or 0, 0
    )
    descriptor = struct.pack("<BHHHHB", 0x2C, *corner, *image.size, flags)
    return control + descriptor + table + codes


def _with_palette(image: Image.Image) -> tuple[Image.Image, int | None]:
    """Return a picture with a palette, exactly where its colours fit into one, and the index of the transparent one."""
    plain = image.convert("RGB")
    colours: Any = plain.getcolors(_COLOURS)
    clear = image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 0
    if colours is not None:
        table = Image.new("P", (1, 1))
        table.putpalette([value for _, colour in colours for value in colour])
        palette = plain.quantize(palette=table, dither=Image.Dither.NONE)
    else:
        palette = plain.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    if not clear:
        return palette, None
    there = image.getchannel("A")
    palette.paste(_COLOURS, mask=ImageChops.invert(there))
    entries = (palette.getpalette() or [])[: 3 * _COLOURS]
    palette.putpalette(entries + [0] * (3 * (_COLOURS + 1) - len(entries)))
    return palette, _COLOURS


class _Sequence(Image.Image):
    """A film as Pillow's writers take one: pictures that are fetched as they are sought."""

    is_animated = True

    def __init__(self, frames: Frames) -> None:
        super().__init__()
        self._frames, self._index = iter(frames), -1
        self.durations: list[int] = []
        self._shown, self._written = Fraction(0), 0
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Go to the next picture; every other place is the one that is there."""
        if frame != self._index + 1:
            return
        try:
            image, duration = next(self._frames)
        except StopIteration as error:
            raise EOFError from error
        self.im, self._mode, self._size = image.im, image.mode, image.size
        self._shown += duration * 1000
        self.durations.append(round(self._shown) - self._written)
        self._written, self._index = round(self._shown), frame

    def tell(self) -> int:
        """Return which picture is there."""
        return self._index


def _avif(frames: Frames, quality: int, metadata: Metadata | None) -> bytes:
    """Write an AVIF sequence."""
    from PIL import AvifImagePlugin  # noqa: F401, PLC0415 - registers the writer

    film, file = _Sequence(frames), BytesIO()
    options = {} if metadata is None else metadata.info()
    try:
        film.save(file, "AVIF", save_all=True, duration=film.durations, quality=quality, **options)
    except (OSError, ValueError, RuntimeError) as error:
        message = f"a film of {film.width}x{film.height} cannot be written as avif: {error}"
        raise InvalidRequest(message) from error
    return file.getvalue()
