"""How much memory a picture at work takes, told from its header and from what is asked."""

from __future__ import annotations

from collections.abc import Sequence

from focalbox.core.target import Size, Target
from focalbox.imaging.scales import decode_scale
from focalbox.options import CropOptions
from focalbox.prepared import needed_size

__all__ = ["memory_at_work"]

_PIXEL = 8
"""Bytes of a pixel of the working image: four channels, twice, as decoded and as turned upright or brought to sRGB."""
_DECODERS = {"JPEG": 6, "WEBP": 20, "AVIF": 12, "HEIF": 12}
"""Bytes that decoders hold for each stored pixel besides the working image: coefficients of a JPEG in many scans at full
chroma (libjpeg's jdcoefct.c), canvases of libwebp and planes of AV1 and HEVC, as measured on 24 MP with Pillow 13."""
_STORED = 4
"""Bytes of each stored pixel where a format is decoded whole and then made smaller."""


def memory_at_work(form: str, size: Size, targets: Sequence[Target | None], options: CropOptions) -> int:
    """Return about how many bytes a picture takes while it is decoded and cropped.

    Parameters
    ----------
    form : str
        ``"JPEG"``, ``"PNG"`` and so on.
    size : Size
        Pixels of the upright picture.
    targets : sequence of Target or None
    options : CropOptions

    Examples
    --------
    >>> memory_at_work("PNG", Size(1000, 1000), [Size(100, 100)], CropOptions()) // 10**6
    6
    """
    scale = decode_scale(size, needed_size(size, targets, options))
    return size.pixels * _DECODERS.get(form, _STORED) + size.pixels * _PIXEL // scale**2
