"""Estimates the memory that a picture at work takes, from its header and the request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from focalbox.core.geometry import largest_window
from focalbox.core.target import Size, Target
from focalbox.imaging.memory import CANVASES, Need, frames_held, results_take
from focalbox.imaging.output.effects import Effect, size_after
from focalbox.imaging.output.formats import FORMATS, film_writer_takes, writer_takes
from focalbox.imaging.scales import decode_scale
from focalbox.options import CropOptions
from focalbox.prepared import bytes_of_results, needed_size

__all__ = ["memory_at_work", "memory_of_results", "result_size", "with_effects"]

_PIXEL = 4
"""Bytes of a pixel, as Pillow keeps RGB and RGBA."""
_COPIES = 3
"""Pictures that an effect holds besides the one it is given, at most: rounding corners, its mask and two copies."""


def memory_at_work(
    need: Need,
    size: Size,
    targets: Sequence[Target | None],
    options: CropOptions,
    *,
    frames: int = 1,
    format: str = "jpeg",  # noqa: A002 - the word of imaging/
    several: bool = False,
    clear: bool = False,
    part: Size | None = None,
    effects: Sequence[Effect] = (),
) -> int:
    """Return about how many bytes a picture takes while it is decoded, cropped and written.

    It is the estimate of `imaging.memory`, by which the library refuses pictures, plus what the writer takes.

    Parameters
    ----------
    need : Need
        What the picture's header tells of its decode.
    size : Size
        Pixels of the upright picture.
    targets : sequence of Target or None
    options : CropOptions
    frames : int
        Frames that follow each other.
    format : str
        What the results are written as.
    several : bool
        Whether a JPEG is progressive or compressed.
    clear : bool
        Whether a result may have transparent parts.
    part : Size, optional
        The part of the picture that is cut out first and then stands for all of it.
    effects : sequence of Effect
        The effects on the result.

    Examples
    --------
    >>> size = Size(1000, 1000)
    >>> memory_at_work(Need("PNG", "RGB", size), size, [Size(100, 100)], CropOptions()) // 10**6
    29
    """
    film = frames > 1 and options.animate == "keep"
    whole = part or size
    needed = whole if film or part else needed_size(whole, targets, options)
    results = with_effects([result_size(whole, target, options) for target in targets], effects)
    beside = bytes_of_results(whole, needed, results, options) + _writer_bytes(
        results, format, several=several, clear=clear, film=film
    )
    beside += _PIXEL * part.pixels if part else 0
    scale = 1 if film or part else decode_scale(size, needed)
    return replace(need, scale=scale, canvases=CANVASES + frames_held(size, frames) if film else 0, results=beside).peak


def memory_of_results(
    working: Size,
    results: Sequence[Size],
    format: str,  # noqa: A002
    *,
    several: bool = False,
    clear: bool = False,
    film: bool = False,
) -> int:
    """Return the bytes that results take besides a working image that is kept already."""
    taken = results_take((working, result) for result in results)
    return taken + _writer_bytes(results, format, several=several, clear=clear, film=film)


def result_size(source: Size, target: Target | None, options: CropOptions) -> Size:
    """Return how large the result for a target is: of one without a size in pixels, how large it may be.

    Examples
    --------
    >>> from focalbox.core.target import Ratio
    >>> result_size(Size(600, 400), Ratio(1, 1), CropOptions()), result_size(Size(600, 400), None, CropOptions())
    (Size(width=400, height=400), Size(width=600, height=400))
    >>> result_size(Size(600, 400), Ratio(1, 1), CropOptions(fit="contain"))
    Size(width=600, height=600)
    """
    if isinstance(target, Size):
        return target
    if target is None:
        return source
    if options.fit in {"pad", "contain"} or options.on_doubt == "pad":
        width = max(source.width, source.height * target.aspect)
        return Size(math.ceil(width), math.ceil(width / target.aspect))
    width, height = largest_window(source, target.aspect)
    return Size(math.ceil(width * source.width), math.ceil(height * source.height))


def with_effects(results: Sequence[Size], effects: Sequence[Effect]) -> list[Size]:
    """Return the sizes of results, and of the pictures that effects on them make besides, at most."""
    made = [size for result in results for size in accumulate(effects, size_after, initial=result)]
    largest = max(made, key=lambda size: size.pixels, default=None)
    return [*results, *([largest] * _COPIES if effects and largest else [])]


def _writer_bytes(results: Sequence[Size], format: str, *, several: bool, clear: bool, film: bool) -> int:  # noqa: A002
    """Return the bytes that the writer of the largest result takes."""
    pixels = max((result.pixels for result in results), default=0)
    taken = writer_takes(format, several=several, clear=clear)
    if film and format in FORMATS:
        taken = max(taken, film_writer_takes(format, pixels))
    return taken * pixels
