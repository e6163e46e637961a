"""A cache bounded in bytes that drops the least recently used value."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

__all__ = ["ByteLruCache"]

_T = TypeVar("_T")


class ByteLruCache(Generic[_T]):
    """Keeps values by name, up to a total number of bytes; the least recently used one is dropped first.

    Not shared between threads: the service uses it from its event loop alone.

    Parameters
    ----------
    capacity : int
        Bytes; 0 keeps nothing.

    Examples
    --------
    >>> memory = ByteLruCache[str](10)
    >>> memory.put("a", "first", 6)
    >>> memory.put("b", "second", 6)
    >>> memory.get("a"), memory.get("b"), memory.used
    (None, 'second', 6)
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[str, tuple[_T, int]] = OrderedDict()
        self.used = 0

    def get(self, name: str) -> _T | None:
        """Return a value and count it as used now; None when it is not there."""
        found = self._kept.get(name)
        if found is None:
            return None
        self._kept.move_to_end(name)
        return found[0]

    def put(self, name: str, value: _T, size: int) -> None:
        """Keep a value of a number of bytes, unless it is larger than the whole cache."""
        old = self._kept.pop(name, None)
        if old is not None:
            self.used -= old[1]
        if size > self._capacity:
            return
        self._kept[name] = (value, size)
        self.used += size
        while self.used > self._capacity:
            _, (_, freed) = self._kept.popitem(last=False)
            self.used -= freed
