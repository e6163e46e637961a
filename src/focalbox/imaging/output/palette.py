"""Writes results with a palette again when their pictures have one, if nothing visible is lost."""

from __future__ import annotations

import numpy as np
from PIL import Image

__all__ = ["index_colours", "near_colours", "with_palette"]

_COLOURS = 256
"""Colours of a palette (PNG, third edition, section 11.2.2)."""
_FAR = 3.0
"""Levels, as root of the mean square over all pixels and channels, that a palette may be away from the picture: 38.6 dB.
JPEG of quality 80 loses more of a photograph."""
_STRIP = 2**18
"""Pixels that are counted at once: 10 MB, whatever a picture has."""
_DISTINCT = 4096
"""Number of distinct colours above which similar ones are merged before a palette is chosen: the time of median cut grows
with them (500x200 of a photograph: 66 ms for 50,000)."""
_BITS = 5
"""Bits of each channel that merged colours have in common."""
_ONE_FOR = 16
"""Pixels of such colours that count as one, rounded up: a rare colour counts more than its share, and is kept. On forty
frames of a photograph, against median cut of all pixels: 20 ms for 70, 39.6 dB for 38.1, a tenth fewer bytes, and the colour
that is farthest off is so by 26 levels, not 50."""


def near_colours(image: Image.Image, max_colours: int = _COLOURS) -> Image.Image:
    """Return an RGB picture with a palette of at most ``max_colours`` colours near its own, without dithering.

    Few colours are cut at their medians (Heckbert 1982, doi:10.1145/965145.801294). Of many, the means of those alike are,
    and each colour of the palette is then moved into the middle of what is nearest to it (one step of k-means).
    """
    cut, plain = Image.Quantize.MEDIANCUT, Image.Dither.NONE
    if image.getcolors(_DISTINCT) is not None:
        return image.quantize(max_colours, cut, dither=plain)
    pixels, cells = np.asarray(image).reshape(-1, 3), 1 << 3 * _BITS
    counts, sums = np.zeros(cells, np.int64), np.zeros((3, cells))
    for start in range(0, len(pixels), _STRIP):
        strip = pixels[start : start + _STRIP]
        red, green, blue = (strip >> (8 - _BITS)).astype(np.int32).T
        alike = red << 2 * _BITS | green << _BITS | blue
        counts += np.bincount(alike, minlength=cells)
        for channel in range(3):
            sums[channel] += np.bincount(alike, weights=strip[:, channel], minlength=cells)
    there = np.flatnonzero(counts)
    means = np.rint(sums[:, there] / counts[there]).astype(np.uint8).T
    few = np.repeat(means, -(-counts[there] // _ONE_FOR), axis=0)
    return image.quantize(
        palette=Image.fromarray(few[None]).quantize(max_colours, cut, kmeans=1, dither=plain), dither=plain
    )


def index_colours(image: Image.Image, max_colours: int = _COLOURS) -> Image.Image | None:
    """Return an RGB or RGBA picture of at most ``max_colours`` colours with a palette of just these, None when it has more.

    `Image.quantize` with a palette takes near colours for the same: of 256 greys it moves one.
    """
    if image.getcolors(max_colours) is None:
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
