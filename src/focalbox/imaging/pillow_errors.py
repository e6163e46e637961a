"""The border to Pillow and the libraries below it: whatever they raise leaves as one sentence of focalbox's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PIL.Image import DecompressionBombError, DecompressionBombWarning

from focalbox.errors import DecodeError, FocalboxError, LimitExceeded

__all__ = ["translating"]

_MOST_REASON = 120
"""Characters of a foreign message that are passed on."""


@contextmanager
def translating(name: str) -> Iterator[None]:
    """Turn every exception into a `SourceError` about the picture called ``name``.

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
        reason = " ".join(str(error).split())[:_MOST_REASON] or type(error).__name__
        message = f"{name} cannot be decoded: {reason}"
        raise DecodeError(message) from error
