"""focalbox finds what matters in a picture and crops to any size around it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from focalbox.version import __version__

if TYPE_CHECKING:
    from focalbox.analysis import Analysis
    from focalbox.api import analyze, crop, plan
    from focalbox.core.choice.crop import Crop, Plan
    from focalbox.core.evidence import SaliencyMap, Subject
    from focalbox.core.geometry import Box, PixelBox
    from focalbox.core.target import Ratio, Size
    from focalbox.cropper import Cropper
    from focalbox.errors import (
        DecodeError,
        FetchError,
        FocalboxError,
        InvalidRequest,
        LimitExceeded,
        ModelError,
        OutputError,
        Overloaded,
        SignatureError,
        SourceError,
    )
    from focalbox.imaging.limits import Limits
    from focalbox.options import CropKeywords, CropOptions
    from focalbox.options.trim import Trim
    from focalbox.result import Result

__all__ = [
    "Analysis",
    "Box",
    "Crop",
    "CropKeywords",
    "CropOptions",
    "Cropper",
    "DecodeError",
    "FetchError",
    "FocalboxError",
    "InvalidRequest",
    "LimitExceeded",
    "Limits",
    "ModelError",
    "OutputError",
    "Overloaded",
    "PixelBox",
    "Plan",
    "Ratio",
    "Result",
    "SaliencyMap",
    "SignatureError",
    "Size",
    "SourceError",
    "Subject",
    "Trim",
    "__version__",
    "analyze",
    "crop",
    "plan",
]

_HOMES = {
    "focalbox.analysis": ("Analysis",),
    "focalbox.core.choice.crop": ("Crop", "Plan"),
    "focalbox.core.evidence": ("SaliencyMap", "Subject"),
    "focalbox.core.geometry": ("Box", "PixelBox"),
    "focalbox.core.target": ("Ratio", "Size"),
    "focalbox.api": ("analyze", "crop", "plan"),
    "focalbox.cropper": ("Cropper",),
    "focalbox.errors": (
        "DecodeError",
        "FetchError",
        "FocalboxError",
        "InvalidRequest",
        "LimitExceeded",
        "ModelError",
        "OutputError",
        "Overloaded",
        "SignatureError",
        "SourceError",
    ),
    "focalbox.imaging.limits": ("Limits",),
    "focalbox.options": ("CropKeywords", "CropOptions"),
    "focalbox.result": ("Result",),
    "focalbox.options.trim": ("Trim",),
}
"""Where each public name lives."""
_HOME = {name: home for home, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:  # to type checkers, a name that is not above is a mistake

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first used: the command, and a batch's parent, need none of them."""
        if name == "batch":  # a package of its own, as `focalbox.batch.run`
            return importlib.import_module("focalbox.batch")
        if name not in _HOME:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = globals()[name] = getattr(importlib.import_module(_HOME[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
