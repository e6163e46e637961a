"""An analysis, a crop or a plan as a notebook shows it: the map with its boxes, as PNG and HTML, without the picture."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Evidence
from focalbox.core.geometry import Box
from focalbox.core.target import Size

__all__ = ["HEAD", "HEAT", "SALIENT", "SUBJECT", "TEXT", "WINDOW", "draw_html", "draw_png", "heat_of"]

SALIENT = (255, 196, 0)
"""Colours of edges, 8-bit sRGB: of the salient box here; below of the window, the subject box, heads and lines of text."""
WINDOW = (0, 200, 255)
SUBJECT = (120, 220, 90)
HEAD = (255, 110, 180)
TEXT = (200, 200, 210)

HEAT = np.array(
    [
        [0, 0, 4],
        [40, 11, 84],
        [101, 21, 110],
        [159, 42, 99],
        [212, 72, 66],
        [245, 125, 21],
        [250, 193, 39],
        [252, 255, 164],
    ],
    dtype=np.float64,
)
"""Eight even steps of the "inferno" colour scale (S. van der Walt and N. Smith, CC0): even to the eye, and its
lightness alone tells the order, so that it reads in print and for the colour-blind."""

_SIDE = 360
"""Longer side of the drawing, pixels, as a panel of the strip."""
_THINNEST = 24
"""Shorter side of the drawing at least, pixels: a line of three pixels still has an inside."""
_LINE = 3
"""Pixels of the edge of a box."""
_BITS = 8
"""Bits a channel of the PNG."""
_RGB = 2
"""The colour type of three channels (PNG, 11.2.1)."""


def heat_of(levels: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return colours, shape (h, w, 3), for levels from 0 to 1, shape (h, w): dark for none, pale yellow for most."""
    steps = np.linspace(0.0, 1.0, len(HEAT))
    heat: NDArray[np.float64] = np.stack([np.interp(levels, steps, channel) for channel in HEAT.T], axis=-1)
    return np.rint(heat).astype(np.uint8)


def draw_png(evidence: Evidence, windows: Sequence[Box] = ()) -> bytes:
    """Draw the saliency map in the picture's shape, with its boxes and some windows.

    Parameters
    ----------
    evidence : Evidence
    windows : sequence of Box
        Fractions of what was looked at.

    Returns
    -------
    bytes
        A PNG whose longer side has 360 pixels.
    """
    source = evidence.visible.size
    scale = _SIDE / max(source.width, source.height)
    size = Size(max(_THINNEST, round(source.width * scale)), max(_THINNEST, round(source.height * scale)))
    values = evidence.saliency.values
    rows = np.arange(size.height) * values.shape[0] // size.height
    columns = np.arange(size.width) * values.shape[1] // size.width
    image = heat_of(values[rows][:, columns])
    _outline(image, evidence.salient_box, SALIENT)
    _outline(image, evidence.subject_box, SUBJECT)
    for subject in evidence.subjects:
        _outline(image, subject.box, TEXT if subject.kind == "text" else HEAD)
    for window in windows:
        _outline(image, window, WINDOW)
    return _png(image)


def draw_html(evidence: Evidence, windows: Sequence[Box], lines: Sequence[str]) -> str:
    """Return the drawing with lines of text below it, in one piece of HTML that asks no other server."""
    drawn = base64.b64encode(draw_png(evidence, windows)).decode("ascii")
    caption = "<br>".join(escape(line) for line in lines)
    return (
        f'<figure style="margin:0"><img alt="saliency map with its boxes" src="data:image/png;base64,{drawn}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _outline(image: NDArray[np.uint8], box: Box, colour: tuple[int, int, int]) -> None:
    """Draw the edge of a box, inside of it."""
    height, width = image.shape[:2]
    pixels = box.to_pixels(Size(width, height))
    part = image[pixels.top : pixels.bottom, pixels.left : pixels.right]
    part[:_LINE] = part[-_LINE:] = colour
    part[:, :_LINE] = part[:, -_LINE:] = colour


def _png(image: NDArray[np.uint8]) -> bytes:
    """Write an image, shape (h, w, 3), as PNG (ISO/IEC 15948): each row unfiltered."""
    height, width = image.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)
    rows[:, 1:] = image.reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, _BITS, _RGB, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
