"""An answer of at most so many bytes: the best quality that achieves it."""

from __future__ import annotations

from typing import Any

from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.formats import FORMATS

__all__ = ["encode_within"]

_WORST = 10
"""The lowest quality that is tried: below it a picture is not worth its bytes."""


def encode_within(
    image: Any,
    format: str,  # noqa: A002
    quality: int,
    most: int,
    metadata: Any = None,
    *,
    memory: int | None = None,
) -> bytes:
    """Encode a picture at the best quality, up to the one asked for, that makes at most so many bytes.

    Parameters
    ----------
    image : PIL.Image.Image
    format : str
    quality : int
        1 to 100.
    most : int
        Bytes; 0 for no bound. Where no quality achieves it, or the format has none, the answer is larger.
    metadata : Metadata, optional
    memory : int, optional
        As for `focalbox.imaging.output.encoding.encode`.
    """
    best = encode(image, format, quality=quality, metadata=metadata, memory=memory)
    if not most or len(best) <= most or not FORMATS[format].lossy:
        return best
    low, high = _WORST, quality
    best = encode(image, format, quality=min(_WORST, quality), metadata=metadata, memory=memory)
    while high - low > 1:
        middle = (low + high) // 2
        content = encode(image, format, quality=middle, metadata=metadata, memory=memory)
        low, high = (middle, high) if len(content) <= most else (low, middle)
        best = content if len(content) <= most else best
    return best
