"""The scales at which a picture is decoded and looked at. The scale for looking depends on the picture alone."""

from __future__ import annotations

from functools import lru_cache

from focalbox.core.target import Size

__all__ = ["decode_scale", "looking_scale", "looking_size"]

_SIDE = 224
"""Side in pixels of the square with as many pixels as the looking copy: what the network was trained on."""

_STEP = 32
"""A copy's sides are multiples of this many pixels: the stride of the network's coarsest layer."""

_MAX_STRETCH = 3
"""A copy's sides differ by at most this factor; thinner pictures are squeezed to it."""

_SCALES = (8, 4, 2, 1)
"""Divisors that JPEG decodes at for next to nothing (ITU-T T.81: the first coefficients of each 8 x 8 block)."""

_DECODED = 3, 2
"""A picture is looked at in at least 3/2 times the pixels of the looking copy along each side: with 5/4 the copies of a JPEG
and of the same pixels without loss gave windows with an IoU of 0.92 (one 512 x 512 photograph)."""

_WIDTH = 700
"""Pixels of width, at least, of what is looked at, where the picture has them: as many as a result of 500 pixels needs. So
most results are cut from the very pixels that were looked at, and only larger ones cost a second decode. With means of the
larger pixels in place of that, which differ by 0.2 levels on average, windows hung on the size of the result in 6 % of the
pictures and ratios (2026-11-27, `python -m benchmarks.quality.one_window`; now in none)."""

_AVERAGED = 2**21
"""Pixels above which what is looked at is averaged in blocks first, strip by strip: 8 MB as a copy of premultiplied colours.
Only pictures that are much longer than wide have more at their scale."""

_KEPT = 256
"""Results cached of each function: every crop asks several times, and cameras make few sizes."""


@lru_cache(_KEPT)
def looking_size(source: Size) -> Size:
    """Return the size of the copy that models look at, the same for every target.

    About 224 x 224 pixels of area, the picture's shape as nearly as sides in steps of 32 pixels allow.

    Examples
    --------
    >>> looking_size(Size(4000, 3000))
    Size(width=256, height=192)
    """
    stretch = min(max(source.aspect, 1 / _MAX_STRETCH), _MAX_STRETCH) ** 0.5
    sides = (_SIDE * stretch / _STEP, _SIDE / stretch / _STEP)
    across, down = (max(1, int(length + 0.5)) * _STEP for length in sides)
    return Size(across, down)


@lru_cache(_KEPT)
def decode_scale(source: Size, needed: Size | None) -> int:
    """Return the divisor to decode at: the largest of 1, 2, 4 and 8 that leaves what is needed and enough for looking.

    Parameters
    ----------
    source : Size
        Pixels of the upright picture.
    needed : Size or None
        The least sides that a result needs; None for the one scale at which a picture is looked at, whatever is needed.

    Examples
    --------
    >>> decode_scale(Size(4000, 3000), Size(1000, 750))
    4
    """
    look = _larger(looking_size(source), *_DECODED)
    minimum = Size(max(look.width, _WIDTH), look.height)
    return min(_coarsest(source, needed or Size(1, 1)), _coarsest(source, minimum))


@lru_cache(_KEPT)
def looking_scale(source: Size) -> int:
    """Return the width, in source pixels, of the averages that the looking copy is made from, the same for every target.

    That is the scale at which a picture is looked at, or a multiple where it would have too many pixels.

    Examples
    --------
    >>> looking_scale(Size(4000, 3000)), looking_scale(Size(1399, 30000))
    (4, 8)
    """
    scale, look = decode_scale(source, None), looking_size(source)
    while source.pixels > _AVERAGED * scale**2 and source.width >= 2 * scale * look.width:
        scale *= 2
    return scale


def _larger(size: Size, more: int, than: int) -> Size:
    """Return sides that are longer by a ratio, rounded up."""
    return Size(-(-size.width * more // than), -(-size.height * more // than))


def _coarsest(source: Size, minimum: Size, scales: tuple[int, ...] = _SCALES) -> int:
    for scale in scales:
        if -(-source.width // scale) >= minimum.width and -(-source.height // scale) >= minimum.height:
            return scale
    return 1
