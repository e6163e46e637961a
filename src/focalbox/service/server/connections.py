"""The count of open connections, in all and from each address, and which one to close when there are too many."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol as Interface

__all__ = ["Closable", "Connections"]


class Closable(Interface):
    """What `Connections` needs of a connection."""

    def abort(self) -> None:
        """Close it now."""


class Connections:
    """Counts connections and makes room: an idle one is closed before a new one is refused.

    A connection is *idle* from its beginning to the end of its first header, and between requests. The one that has been
    idle longest is closed first, so that a thousand silent sockets only push each other out.

    Parameters
    ----------
    limit : int
        Connections in all.
    limit_per_address : int
        Connections from one address.
    changed : callable, optional
        Told how many are open whenever that changes.

    Examples
    --------
    >>> class Line:
    ...     def __init__(self, name): self.name = name
    ...     def abort(self): print("closed", self.name)
    >>> connections = Connections(2, 2)
    >>> lines = [Line(name) for name in "abc"]
    >>> [connections.admit(line, "203.0.113.5") for line in lines[:2]]
    [True, True]
    >>> connections.busy(lines[0])
    >>> connections.admit(lines[2], "203.0.113.5")
    closed b
    True
    """

    def __init__(
        self, limit: int, limit_per_address: int, changed: Callable[[int], None] = lambda _number: None
    ) -> None:
        self._limit, self._limit_per_address, self._changed = limit, limit_per_address, changed
        self._address: dict[Closable, str] = {}
        self._idle: dict[str, OrderedDict[Closable, None]] = {}
        self._order: OrderedDict[Closable, None] = OrderedDict()
        self._count: dict[str, int] = {}

    def admit(self, connection: Closable, address: str) -> bool:
        """Count a new connection, which is idle; False when there is no room and no idle connection to close."""
        if self._count.get(address, 0) >= self._limit_per_address and not self._evict(self._idle.get(address)):
            return False
        if len(self._address) >= self._limit and not self._evict(self._order):
            return False
        self._address[connection] = address
        self._count[address] = self._count.get(address, 0) + 1
        self.idle(connection)
        self._changed(len(self))
        return True

    def busy(self, connection: Closable) -> None:
        """Mark a connection as busy with a request."""
        address = self._address.get(connection)
        if address is not None:
            self._order.pop(connection, None)
            self._idle.get(address, OrderedDict()).pop(connection, None)

    def idle(self, connection: Closable) -> None:
        """Mark a connection as idle."""
        address = self._address.get(connection)
        if address is not None:
            self._order[connection] = None
            self._idle.setdefault(address, OrderedDict())[connection] = None

    def leave(self, connection: Closable) -> None:
        """Forget a connection that is closed."""
        self.busy(connection)
        address = self._address.pop(connection, None)
        if address is None:
            return
        self._count[address] -= 1
        if not self._count[address]:
            del self._count[address]
            self._idle.pop(address, None)
        self._changed(len(self))

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._address)

    def make_room(self) -> bool:
        """Close the longest idle connection, when the system has no files left; False when none is idle."""
        return self._evict(self._order)

    def _evict(self, idle: OrderedDict[Closable, None] | None) -> bool:
        if not idle:
            return False
        connection = next(iter(idle))
        self.leave(connection)
        connection.abort()
        return True
