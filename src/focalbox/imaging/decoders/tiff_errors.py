"""Keeps libtiff from writing to standard error: it writes a line for every damaged row, and rows of a fax cost no byte."""

from __future__ import annotations

import ctypes
from functools import cache

from PIL import _imaging

__all__ = ["silence_libtiff"]


@cache
def silence_libtiff() -> bool:
    """Keep Pillow's libtiff from writing messages; its return values tell whether it can decode.

    Pillow 13.0 turns its warnings off, and not its errors: a file of 200 bytes wrote 30,000 lines to a service's log.

    Returns
    -------
    bool
        Whether this worked: on Windows libtiff is built into Pillow and cannot be reached.
    """
    try:
        set_handler = ctypes.CDLL(_imaging.__file__).TIFFSetErrorHandler
    except (OSError, AttributeError):
        return False
    set_handler.argtypes, set_handler.restype = [ctypes.c_void_p], ctypes.c_void_p
    set_handler(None)
    return True
