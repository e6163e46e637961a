"""A limit on uploads or fetches at the same time, in total and for each host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from focalbox.errors import Overloaded

__all__ = ["Gate"]


class Gate:
    """Admits a limited number at once, in total and for each name; others are refused, not made to wait.

    Parameters
    ----------
    what : str
        What is admitted, in the plural, for messages.
    limit : int
        The most in total.
    limit_per_name : int, optional
        The most for one name.

    Examples
    --------
    >>> gate = Gate("fetches", 2, 1)
    >>> with gate.enter("a.example"), gate.enter("b.example"):
    ...     len(gate)
    2
    """

    def __init__(self, what: str, limit: int, limit_per_name: int | None = None) -> None:
        self._what, self._limit = what, limit
        self._limit_per_name = limit if limit_per_name is None else limit_per_name
        self._count: dict[str, int] = {}

    @contextmanager
    def enter(self, name: str = "") -> Iterator[None]:
        """Count as admitted while the context lasts.

        Raises
        ------
        Overloaded
            When the limit is reached.
        """
        count = self._count.get(name, 0)
        if len(self) >= self._limit or count >= self._limit_per_name:
            message = f"too many {self._what} at once: try again later"
            raise Overloaded(message)
        self._count[name] = count + 1
        try:
            yield
        finally:
            self._count[name] -= 1
            if not self._count[name]:
                del self._count[name]

    def __len__(self) -> int:
        """Return how many are admitted now."""
        return sum(self._count.values())
