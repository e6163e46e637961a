"""Results of pictures with a palette written with one again, where nothing is lost by it that is seen."""

from __future__ import annotations

import numpy as np
from PIL import Image

__all__ = ["index_colours", "with_palette"]

_COLOURS = 256
"""Colours of a palette (PNG, third edition, section 11.2.2)."""
_FAR = 3.0
"""Levels, as root of the mean square over all pixels and channels, that a palette may be away from the picture: 38.6 dB.
JPEG of quality 80 loses more of a photograph."""


def index_colours(image: Image.Image, most: int = _COLOURS) -> Image.Image | None:
    """Return an RGB or RGBA picture of at most ``most`` colours with a palette of just these, None when it has more.

    `Image.quantize` with a palette takes near colours for the same: of 256 greys it moves one.
    """
    if image.getcolors(most) is None:
        return None
    packed = np.asarray(image.convert("RGBA")).view(np.uint32)[..., 0]
    colours = np.unique(packed)
    exact = Image.fromarray(np.searchsorted(colours, packed).astype(np.uint8)).convert("P")
    exact.putpalette(colours.tobytes(), "RGBA")
    if image.mode == "RGB":
        exact.putpalette(Image.frombytes("RGBA", (len(colours), 1), colours.tobytes()).convert("RGB").tobytes())
    return exact


def with_palette(image: Image.Image) -> Image.Image | None:
    """Return an RGB or RGBA picture in at most 256 colours.

    Returns
    -------
    PIL.Image.Image or None
        Mode P, without dithering: the same pixels when there are no more colours, else near ones. None when they are far.
    """
    exact = index_colours(image)
    if exact is not None:
        return exact
    pixels = np.asarray(image)
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
    near = image.quantize(_COLOURS, method, dither=Image.Dither.NONE)
    apart = np.asarray(near.convert(image.mode)).astype(np.int16) - pixels
    return near if float(np.square(apart, dtype=np.int32).mean()) <= _FAR**2 else None
