"""Secrets from files, as Docker and Kubernetes hand them over: ``NAME_FILE`` is the path of what ``NAME`` would hold."""

from __future__ import annotations

import re

from focalbox.amounts import show_bytes
from focalbox.errors import InvalidRequest

__all__ = ["FILE_SUFFIX", "read_secret"]

FILE_SUFFIX = "_FILE"
"""How the variable ends that names a file; that of the official images of databases."""
_MOST = 2**16
"""Bytes of a file: about a thousand keys, and nothing of a picture or a device that was named by mistake."""

_NOT_IN_A_LINE = re.compile(r"[\r\n\0]")


def read_secret(path: str) -> str:
    """Return the one line of text in a file, without the newline at its end.

    Raises
    ------
    InvalidRequest
        When the file cannot be read, or holds something else. The message continues a sentence that the variable begins, and
        shows neither content nor path: the path may be the secret itself, set by mistake.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - an empty path is no file, not the folder of today
            content = file.read(_MOST + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        message = (
            f"the path of a file that can be read, not of one that cannot ({getattr(error, 'strerror', None) or error})"
        )
        raise InvalidRequest(message) from error
    if len(content) > _MOST:
        message = f"the path of a file of at most {show_bytes(_MOST)}, not of a larger one"
        raise InvalidRequest(message)
    try:
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        message = "the path of a file of text in UTF-8, not of other bytes"
        raise InvalidRequest(message) from error
    if not text or _NOT_IN_A_LINE.search(text):
        what = "one with several lines" if text else "an empty one"
        message = f"the path of a file with one line of text, not of {what}"
        raise InvalidRequest(message)
    return text
