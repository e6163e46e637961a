"""Finds the best quality at which an answer has at most a given number of bytes."""

from __future__ import annotations

from functools import partial
from typing import Any

from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.formats import FORMATS

__all__ = ["encode_within"]

_WORST = 10
"""The lowest quality that is tried: below it pictures look too bad."""


def encode_within(
    image: Any,
    format: str,  # noqa: A002 - the word of imaging/
    quality: int,
    most: int,
    *,
    metadata: Any = None,
    memory: int | None = None,
    progressive: bool = False,
    compress: bool = False,
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
    metadata, memory, progressive, compress
        As for `focalbox.imaging.output.encoding.encode`.
    """
    encoded = partial(
        encode, image, format, metadata=metadata, memory=memory, progressive=progressive, compress=compress
    )
    best = encoded(quality=quality)
    if not most or len(best) <= most or not FORMATS[format].lossy:
        return best
    low, high = _WORST, quality
    best = encoded(quality=min(_WORST, quality))
    while high - low > 1:
        middle = (low + high) // 2
        content = encoded(quality=middle)
        low, high = (middle, high) if len(content) <= most else (low, middle)
        best = content if len(content) <= most else best
    return best
