"""The options of a crop, and how sizes and trims are written."""

from __future__ import annotations

from focalbox.options.crop_options import ANIMATE, OPTIONS, Animate, BoxLike, CropKeywords, CropOptions, Option
from focalbox.options.sizes import MAX_SIDE, SizeLike, parse_target, parse_targets
from focalbox.options.trim import Trim, TrimLike, parse_trim

__all__ = [
    "ANIMATE",
    "MAX_SIDE",
    "OPTIONS",
    "Animate",
    "BoxLike",
    "CropKeywords",
    "CropOptions",
    "Option",
    "SizeLike",
    "Trim",
    "TrimLike",
    "parse_target",
    "parse_targets",
    "parse_trim",
]
