"""What a picture on the command line is: a file, standard input, or a mistake that is easily made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from focalbox.errors import FetchError
from focalbox.naming import PIPE

__all__ = ["source_of"]

_WILD = "*?["


def source_of(picture: str) -> str | BinaryIO:
    """Return what a cropper reads for an argument.

    Raises
    ------
    FetchError
        For a folder, and a pattern that no file has as its name.
    """
    if picture == PIPE:
        return sys.stdin.buffer
    path = Path(picture)
    if picture and path.is_dir():
        message = f"{picture} is a directory, not a picture; for many pictures: focalbox batch {picture}"
        raise FetchError(message)
    if any(sign in picture for sign in _WILD) and "://" not in picture and not path.exists():
        message = f"there is no file {picture}; for many pictures: focalbox batch '{picture}'"
        raise FetchError(message)
    return picture
