"""What a storage raises, as one of focalbox's errors: each storage has errors of its own, and no page may break on them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.db.models.fields.files import FieldFile

from focalbox.errors import FetchError, FocalboxError

__all__ = ["address_of", "storage_errors"]

_log = logging.getLogger(__name__)


@contextmanager
def storage_errors(name: str) -> Iterator[None]:
    """Turn whatever a storage raises over a file into a sentence.

    Raises
    ------
    FetchError
        For everything but focalbox's own errors and mistakes in the settings, which are for the programmer to see.
    """
    try:
        yield
    except (FocalboxError, ImproperlyConfigured):
        raise
    except Exception as error:
        message = f"the storage of {name} failed: {type(error).__name__}: {error}"
        raise FetchError(message) from error


def address_of(file: FieldFile) -> str:
    """Return the address of a whole picture; empty, with a warning in the log, when its storage cannot say it."""
    try:
        with storage_errors(str(file.name)):
            return str(file.url)
    except FetchError as error:
        _log.warning("%s has no address: %s", file.name, error)
        return ""
