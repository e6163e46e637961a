"""Films written as GIF, frame by frame (GIF89a specification)."""

from __future__ import annotations

import struct
from fractions import Fraction
from io import BytesIO

from PIL import Image, ImageChops

from focalbox.imaging.animation.frames import MAX_SHORT, Frames, changed_box
from focalbox.imaging.animation.gif import read_gif
from focalbox.imaging.output.palette import index_colours, near_colours

__all__ = ["write_gif"]

_COLOURS = 255
"""Colours of a frame, the transparent one aside."""
_OPAQUE_FROM = 128
"""Alpha from which a pixel is opaque."""
_GIF_TO_BACKGROUND = 2
_HEAD = 13
"""Bytes of signature and screen descriptor."""


def write_gif(frames: Frames, plays: int) -> bytes:
    """Write a GIF; a frame is held back until it is known whether the next one needs it cleared away."""
    body = BytesIO()  # not a list, of which the whole would be a second copy
    repeat = (
        b""
        if plays == 1
        else b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", min(MAX_SHORT, max(0, plays - 1))) + b"\0"
    )
    body.write(bytes(_HEAD) + repeat)  # the sides come with the first frame
    held: tuple[Image.Image, Fraction] | None = None
    base: Image.Image | None = None
    size, shown, written = (0, 0), Fraction(0), 0

    def write(held: tuple[Image.Image, Fraction], base: Image.Image | None, disposal: int) -> None:
        nonlocal shown, written
        image, duration = held
        shown += duration * 100
        lasting, written = round(shown) - written, round(shown)  # so that roundings do not add up
        box = changed_box(image, base if disposal != _GIF_TO_BACKGROUND else None)
        body.write(_gif_frame(image.crop(box), box[:2], min(lasting, MAX_SHORT), disposal))

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
    body.write(b";")
    body.seek(0)
    body.write(b"GIF89a" + struct.pack("<HH", *size) + bytes(3))
    return body.getvalue()


def _hard(image: Image.Image) -> Image.Image:
    """Return a picture whose pixels are opaque or transparent, all transparent ones alike."""
    if image.mode != "RGBA":
        return image
    there = image.getchannel("A").point(lambda value: 255 if value >= _OPAQUE_FROM else 0)
    hard = Image.new("RGBA", image.size)
    hard.paste(image.convert("RGB"), mask=there)
    return hard


def _clears(before: Image.Image, after: Image.Image) -> bool:
    """Tell whether an opaque pixel of the frame before is transparent now."""
    gone = ImageChops.subtract(before.getchannel("A"), after.getchannel("A"))
    return gone.getbbox() is not None


def _gif_frame(image: Image.Image, corner: tuple[int, int], delay: int, disposal: int) -> bytes:
    """Return the blocks of one frame: its control extension, descriptor, own colours and codes."""
    palette, transparent = _with_palette(image)
    file = BytesIO()
    palette.save(file, "GIF", optimize=False)
    content = file.getvalue()
    gif = read_gif(content, max_frames=1)
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
    clear = image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 0
    max_colours = _COLOURS if clear else _COLOURS + 1
    exact = index_colours(plain, max_colours)
    palette = exact or near_colours(plain, max_colours)
    if not clear:
        return palette, None
    there = image.getchannel("A")
    palette.paste(_COLOURS, mask=ImageChops.invert(there))
    entries = (palette.getpalette() or [])[: 3 * _COLOURS]
    palette.putpalette(entries + [0] * (3 * (_COLOURS + 1) - len(entries)))
    return palette, _COLOURS
