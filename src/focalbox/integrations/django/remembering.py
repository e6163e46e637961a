"""Which crops a storage holds, remembered for some minutes in Django's cache: a bucket takes long to say so."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable

from django.conf import settings
from django.core.cache import cache

__all__ = ["recall", "remember"]

_SECONDS = 300
"""For how long a crop is taken to be there. One that somebody deletes is missing on pages for as long at most."""

_log = logging.getLogger(__name__)


def recall(alias: str, names: Iterable[str]) -> set[str]:
    """Return the names that a storage is known to hold; none while the cache fails, which is logged."""
    keys = {_key(alias, name): name for name in names}
    try:
        return {keys[key] for key in cache.get_many(keys)} if _seconds() else set()
    except Exception as error:  # noqa: BLE001 - each cache has errors of its own, and crops are found without it
        _log.warning("the cache failed: %s: %s", type(error).__name__, error)
        return set()


def remember(alias: str, names: Iterable[str]) -> None:
    """Keep in mind that a storage holds some names."""
    values = {_key(alias, name): True for name in names}
    try:
        if values and _seconds():
            cache.set_many(values, _seconds())
    except Exception as error:  # noqa: BLE001 - as above
        _log.warning("the cache failed: %s: %s", type(error).__name__, error)


def _seconds() -> float:
    seconds: float = getattr(settings, "FOCALBOX_REMEMBER", _SECONDS)
    return max(0, seconds)


def _key(alias: str, name: str) -> str:
    """Return a key that every cache takes: memcached allows 250 characters, and no spaces."""
    return f"focalbox:{hashlib.sha256(f'{alias}:{name}'.encode()).hexdigest()}"
