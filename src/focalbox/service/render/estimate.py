"""How much memory a picture at work takes, told from its header and from what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from focalbox.core.target import Size, Target
from focalbox.imaging.memory import Need
from focalbox.imaging.scales import decode_scale
from focalbox.options import CropOptions
from focalbox.prepared import needed_size

__all__ = ["memory_at_work"]

_RESULT = 8
"""Bytes of a pixel of a result: the picture, and what most writers hold besides it."""
_FILM = 4
"""Pictures that drawing a film takes besides, as in `focalbox.imaging.picture`."""


def memory_at_work(
    need: Need, size: Size, targets: Sequence[Target | None], options: CropOptions, *, animated: bool = False
) -> int:
    """Return about how many bytes a picture takes while it is decoded and cropped: the one estimate of `imaging.memory`.

    Parameters
    ----------
    need : Need
        As the header of the picture says.
    size : Size
        Pixels of the upright picture.
    targets : sequence of Target or None
    options : CropOptions
    animated : bool
        Whether there are frames that follow each other.

    Examples
    --------
    >>> size = Size(1000, 1000)
    >>> memory_at_work(Need("PNG", "RGB", size), size, [Size(100, 100)], CropOptions()) // 10**6
    20
    """
    film = animated and options.animate == "keep"
    scale = 1 if film else decode_scale(size, needed_size(size, targets, options))
    drawn = replace(need, scale=scale, canvases=_FILM if film else 0).peak
    return drawn + _RESULT * sum(target.pixels for target in targets if isinstance(target, Size))
