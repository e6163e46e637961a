"""focalbox finds what matters in a picture and crops to any size around it."""

from focalbox.analysis import Analysis
from focalbox.core.crop import Crop
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.geometry import Box, PixelBox, Ratio, Size
from focalbox.cropper import Cropper, analyze, crop, plan
from focalbox.errors import (
    DecodeError,
    FetchError,
    FocalboxError,
    InvalidRequest,
    LimitExceeded,
    ModelError,
    Overloaded,
    SignatureError,
    SourceError,
)
from focalbox.imaging.source import Limits
from focalbox.version import __version__

__all__ = [
    "Analysis",
    "Box",
    "Crop",
    "Cropper",
    "DecodeError",
    "FetchError",
    "FocalboxError",
    "InvalidRequest",
    "LimitExceeded",
    "Limits",
    "ModelError",
    "Overloaded",
    "PixelBox",
    "Ratio",
    "SaliencyMap",
    "SignatureError",
    "Size",
    "SourceError",
    "Subject",
    "__version__",
    "analyze",
    "crop",
    "plan",
]
