"""A picture that is decoded and looked at once, and how large it has to be decoded for its targets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from focalbox.analysis import Analysis
from focalbox.core.geometry import Size, Target, largest_window
from focalbox.imaging.scales import decode_scale
from focalbox.imaging.working import WorkingImage
from focalbox.options import CropOptions, SizeLike, Trim, parse_target

__all__ = ["Prepared", "needed_size"]

_DETAIL = 1.5
"""A picture is decoded with at least this many times the pixels of the result along each side. DESIGN 2 asks for 2, since 1
is visibly softer (35-45 dB against 48-53 dB). 1.5 is what libvips' scales come to: a 24 MP photograph to 500x200 then is as
sharp as libvips' (47 dB, docs/benchmarks.md) and costs a tenth less."""

_ROUNDING = 1e-6
"""Pixels by which a computed side may exceed a whole number through rounding alone."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture that is decoded and looked at, ready to be cropped to any number of sizes.

    Parameters
    ----------
    working : WorkingImage
        The decoded picture.
    analysis : Analysis
        What was found in it.
    trim : Trim, optional
        How its border was cut off; then ``working`` is what is left.
    """

    working: WorkingImage
    analysis: Analysis
    trim: Trim | None = None

    def serves(self, sizes: Iterable[SizeLike | None], **options: Any) -> bool:
        """Tell whether it is what would be decoded for these sizes and options: then the crops are the same to the byte."""
        wanted = CropOptions.of(options)
        if wanted.keep_metadata or wanted.trim != self.trim:
            return False
        needed = needed_size(self.working.source, [parse_target(size) for size in sizes], wanted, Size(1, 1))
        return self.working.scale == decode_scale(self.working.source, needed)


def needed_size(source: Size, targets: Sequence[Target | None], wanted: CropOptions, least: Size) -> Size:
    """Return the least size of the working image that the targets need."""
    if wanted.trim is not None:
        return source  # where a border ends is only seen in all the pixels
    width, height = float(least.width), float(least.height)
    for target in targets:
        if not isinstance(target, Size) or wanted.framing.fit == "tight" or wanted.framing.zoom:
            return source  # the window may be small: every pixel may be needed
        window = largest_window(source, target.aspect)
        width = max(width, _DETAIL * target.width / window[0])
        height = max(height, _DETAIL * target.height / window[1])
    return Size(min(source.width, math.ceil(width - _ROUNDING)), min(source.height, math.ceil(height - _ROUNDING)))
