"""How much memory a picture at work takes, told from its header and from what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from focalbox.core.target import Size, Target
from focalbox.imaging.memory import Need, results_take
from focalbox.imaging.output.formats import writer_takes
from focalbox.imaging.scales import decode_scale
from focalbox.options import CropOptions
from focalbox.prepared import bytes_of_results, needed_size

__all__ = ["memory_at_work", "memory_of_results"]

_FILM = 4
"""Pictures that drawing a film takes besides, as in `focalbox.imaging.picture`."""


def memory_at_work(
    need: Need,
    size: Size,
    targets: Sequence[Target | None],
    options: CropOptions,
    *,
    animated: bool = False,
    format: str = "jpeg",  # noqa: A002 - the word of imaging/
    several: bool = False,
    besides: int = 0,
) -> int:
    """Return about how many bytes a picture takes while it is decoded, cropped and written.

    It is the estimate of `imaging.memory`, by which the library refuses, and what the writer takes.

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
    format : str
        What the results are written as.
    several : bool
        Whether a JPEG is progressive or compressed.
    besides : int
        Bytes that are taken besides while the decoded picture is there.

    Examples
    --------
    >>> size = Size(1000, 1000)
    >>> memory_at_work(Need("PNG", "RGB", size), size, [Size(100, 100)], CropOptions()) // 10**6
    21
    """
    film = animated and options.animate == "keep"
    needed = size if film else needed_size(size, targets, options)
    beside = (
        bytes_of_results(size, needed, targets, options) + _writer_bytes(targets, format, several=several) + besides
    )
    scale = 1 if film else decode_scale(size, needed)
    return replace(need, scale=scale, canvases=_FILM if film else 0, results=beside).peak


def memory_of_results(
    working: Size,
    targets: Sequence[Target | None],
    format: str,  # noqa: A002
    *,
    several: bool = False,
) -> int:
    """Return the bytes that results take besides a working image that is kept anyway."""
    taken = results_take((working, target) for target in targets if isinstance(target, Size))
    return taken + _writer_bytes(targets, format, several=several)


def _writer_bytes(targets: Sequence[Target | None], format: str, *, several: bool) -> int:  # noqa: A002
    """Return the bytes that the writer of the largest result takes."""
    pixels = max((target.pixels for target in targets if isinstance(target, Size)), default=0)
    return writer_takes(format, several=several) * pixels
