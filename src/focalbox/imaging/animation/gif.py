"""The frames of a GIF, drawn one after the other (GIF89a specification)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO

from PIL import Image

from focalbox.errors import DecodeError
from focalbox.imaging.decoders.readers import reader_of
from focalbox.imaging.headers.gif import colour_table_bytes

__all__ = ["Gif", "GifFrame", "draw_gif", "read_gif"]

_HEADER = 13
_DESCRIPTOR, _EXTENSION = 0x2C, 0x21  # sections 20 and 23 to 26
_CONTROL, _APPLICATION = 0xF9, 0xFF  # sections 23 and 26
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
"""Application blocks that tell how often a film is repeated."""
_TO_BACKGROUND, _TO_PREVIOUS = 2, 3  # section 23, disposal methods
_HUNDREDTH = Fraction(1, 100)
"""Seconds of a unit of delay (section 23)."""


@dataclass(frozen=True, slots=True)
class GifFrame:
    """One frame: its place in the file and on the screen, and how it is shown.

    Parameters
    ----------
    box : tuple of int
        Left, top, right and bottom on the screen.
    start, stop : int
        The range of its descriptor, colours and codes in the file.
    duration : Fraction
        Seconds.
    disposal : int
    transparent : int or None
        The index of the transparent colour.
    """

    box: tuple[int, int, int, int]
    start: int
    stop: int
    duration: Fraction = Fraction(0)
    disposal: int = 0
    transparent: int | None = None


@dataclass(frozen=True, slots=True)
class Gif:
    """The frames of a GIF.

    Parameters
    ----------
    size : tuple of int
        Width and height of the screen.
    colours : int
        Where the first frame may begin: behind header and global colours.
    frames : tuple of GifFrame
    plays : int
        How often the film is shown; 0 for endlessly.
    """

    size: tuple[int, int]
    colours: int
    frames: tuple[GifFrame, ...]
    plays: int = 1

    @property
    def alpha(self) -> bool:
        """Whether something may be transparent once a frame is drawn."""
        return (
            not self.frames
            or self.frames[0].box != (0, 0, *self.size)
            or any(one.transparent is not None or one.disposal in {_TO_BACKGROUND, _TO_PREVIOUS} for one in self.frames)
        )


def read_gif(data: bytes, max_frames: int) -> Gif:
    """Read the frames of a GIF, ``max_frames`` at most; a broken end ends the film.

    The screen is widened where a first frame goes beyond it, as every decoder does.
    """
    width, height = struct.unpack_from("<HH", data, 6)
    begin = at = _HEADER + colour_table_bytes(data[10])
    frames: list[GifFrame] = []
    plays, delay, disposal, transparent = 1, 0, 0, None
    try:
        while len(frames) < max_frames and data[at] in {_DESCRIPTOR, _EXTENSION}:
            if data[at] == _EXTENSION:
                if data[at + 1] == _CONTROL and data[at + 2] >= 4:  # noqa: PLR2004 - its length
                    flags, delay, index = struct.unpack_from("<BHB", data, at + 3)
                    disposal, transparent = flags >> 2 & 7, index if flags & 1 else None
                elif data[at + 1] == _APPLICATION and data[at + 3 : at + 14] in _LOOPS and data[at + 14] >= 3:  # noqa: PLR2004
                    (repeats,) = struct.unpack_from("<H", data, at + 16)
                    plays = repeats + 1 if repeats else 0
                at = _behind_blocks(data, at + 2)
                continue
            left, top, across, down, flags = struct.unpack_from("<HHHHB", data, at + 1)
            stop = _behind_blocks(data, at + 10 + colour_table_bytes(flags) + 1)
            box = left, top, left + across, top + down
            frames.append(GifFrame(box, at, stop, delay * _HUNDREDTH, disposal, transparent))
            delay, disposal, transparent, at = 0, 0, None, stop
    except (IndexError, struct.error):
        pass  # what was read before the break stands
    if frames:
        width, height = max(width, frames[0].box[2]), max(height, frames[0].box[3])
    return Gif((width, height), begin, tuple(frames), plays)


def draw_gif(data: bytes, gif: Gif) -> Iterator[Image.Image]:
    """Draw the frames one after the other.

    Yields
    ------
    PIL.Image.Image
        Mode RGBA, of the screen's size; outside of what was drawn it is transparent.

    Raises
    ------
    DecodeError
        When the codes of a frame are damaged.
    """
    screen = Image.new("RGBA", gif.size)
    reader = reader_of("GIF")
    for frame in gif.frames:
        before = screen.copy() if frame.disposal == _TO_PREVIOUS else None
        left, top, right, bottom = frame.box
        if right > left and bottom > top:
            content = _alone(data, gif.colours, frame)
            with reader(BytesIO(content)) as image:
                image.load()
                drawn = image.convert("RGBA")
            if drawn.size != (right - left, bottom - top):
                message = "a frame of the GIF is not as large as it says"
                raise DecodeError(message)
            screen.paste(drawn, (left, top), drawn if frame.transparent is not None else None)
        yield screen.copy()
        if before is not None:
            screen = before
        elif frame.disposal == _TO_BACKGROUND:
            screen.paste((0, 0, 0, 0), (left, top, min(right, gif.size[0]), min(bottom, gif.size[1])))


def _alone(data: bytes, colours: int, frame: GifFrame) -> bytes:
    """Return a GIF of one frame alone, whose screen is as large as the frame."""
    left, top, right, bottom = frame.box
    header = data[:6] + struct.pack("<HH", right - left, bottom - top) + data[10:colours]
    control = b""
    if frame.transparent is not None:
        control = bytes([_EXTENSION, _CONTROL, 4, 1, 0, 0, frame.transparent, 0])
    descriptor = bytes([_DESCRIPTOR, 0, 0, 0, 0]) + data[frame.start + 5 : frame.stop]
    return header + control + descriptor + b";"


def _behind_blocks(data: bytes, at: int) -> int:
    """Return where a chain of data blocks ends."""
    while data[at]:
        at += 1 + data[at]
    return at + 1
