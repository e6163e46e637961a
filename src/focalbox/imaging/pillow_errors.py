"""Turns whatever Pillow and the libraries below it raise into errors of focalbox, with one sentence each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL.Image import DecompressionBombError, DecompressionBombWarning

from focalbox.errors import DecodeError, FocalboxError, LimitExceeded

__all__ = ["ENDS_EARLY", "translating"]

ENDS_EARLY = "the file ends too early"

_SAID = {
    "its header is damaged": ("not identified by this driver", "could not create decoder object"),
    "its pixels are damaged": (
        "decoder error",
        "broken data stream",
        "unrecognized data stream",
        "failed to read next frame",
        "Failed to decode frame",
        "WebPDecode",
    ),
}
"""Our sentences, and the phrases in messages of Pillow, libwebp and libavif that they replace."""
_EARLY = ("truncated", "unexpected end of file")
"""Phrases in messages of these libraries and of libheif about a file that ends too early."""
_MAX_REASON = 120
"""Characters of another library's message that are passed on."""


@contextmanager
def translating(name: str, ends_early: Callable[[], bool] = bool) -> Iterator[None]:
    """Turn every exception into a `SourceError` about the picture called ``name``.

    Parameters
    ----------
    name : str
        What the picture is called in the message.
    ends_early : callable
        Tells, after an error, whether the end of the file is missing; the message then says this.

    Raises
    ------
    LimitExceeded
        When there is not memory enough.
    DecodeError
        For anything else that is not a `FocalboxError` already.
    """
    try:
        yield
    except FocalboxError:
        raise
    except (MemoryError, DecompressionBombError, DecompressionBombWarning) as error:
        message = f"{name} needs more memory to decode than there is"
        raise LimitExceeded(message) from error
    except Exception as error:
        reason = " ".join(str(error).split())[:_MAX_REASON] or type(error).__name__
        reason = next((said for said, begins in _SAID.items() if reason.startswith(begins)), reason)
        if ends_early() or any(words in reason.lower() for words in _EARLY):
            reason = ENDS_EARLY
        message = f"{name} cannot be decoded: {reason}"
        raise DecodeError(message) from error
