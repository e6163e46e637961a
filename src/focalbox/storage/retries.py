"""Retries calls to a store that fail for a temporary reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from focalbox.storage.base import reason_of

__all__ = ["TRIES", "retry"]

TRIES = 5
"""How often a call is made before its fault counts: with the pauses below, a store may be away for about 3 s."""
_PAUSE = 0.2
"""Seconds before the second try; twice as long before each further one, times a random 0.5 to 1.5 so that a thousand
workers do not come back at once."""
_FINAL = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError)
"""Errors that a retry cannot mend."""
_FINAL_NAMES = {"NoCredentialsError", "PartialCredentialsError"}
"""The same, of libraries that may not be installed."""

_T = TypeVar("_T")


def retry(call: Callable[[], _T], sentence: str, kind: type[Exception], tries: int = TRIES) -> _T:
    """Call a store, and again when it fails for a temporary reason.

    Parameters
    ----------
    call : callable
    sentence : str
        What is said when it fails for good, before the reason: ``"s3://bucket/tom.jpg cannot be read"``.
    kind : exception class
        What is raised then; its cause is the store's own error.
    tries : int
        How often it is called at most.

    Examples
    --------
    >>> retry(lambda: 7, "seven cannot be had", ValueError)
    7
    """
    attempt = 1
    while True:
        try:
            return call()
        except Exception as error:  # every store has errors of its own
            final = isinstance(error, _FINAL) or type(error).__name__ in _FINAL_NAMES
            if final or attempt >= tries:
                message = f"{sentence}: {reason_of(error)}"
                raise kind(message) from error
        import random  # noqa: PLC0415 - only a store that fails needs it

        time.sleep(_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        attempt += 1
