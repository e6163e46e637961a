"""Fetched pictures kept on disk: a bounded SQLite file that any number of processes share."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from focalbox.service.sources.freshness import Freshness

__all__ = ["DiskCache"]

_FILE = "pictures-1.sqlite"
"""The name of the file, with the version of its tables."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, said TEXT, size INTEGER, used REAL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS by_use ON facts (used, size)",
    "CREATE TABLE IF NOT EXISTS contents (name TEXT PRIMARY KEY, data BLOB)",
)
_ENTRY = 8192
"""Bytes that an entry takes besides its picture: two pages of SQLite, one of facts and one half full."""
_ONE_IN = 8
"""Divisor: a picture larger than this part of the cache is not kept, since it would displace too many others."""
_FREED = 16
"""Divisor: this part of the cache is freed at once, so that not every new picture has to make room."""
_WAIT = 2.0
"""Seconds that one process waits for another to finish writing; a write takes milliseconds."""
_USED = 60.0
"""Seconds within which a second use is not noted."""
_TELL = 60.0
"""Seconds between two lines of log about a cache that fails."""
_CLOSES_REMOVED = 3, 34, 0
"""The version from which SQLite is trusted to close a file that is no longer at its path and to leave the journal of the
one that is there now; earlier ones removed it (`databaseIsUnmoved` in its pager.c)."""

_T = TypeVar("_T")
_log = logging.getLogger("focalbox.service")


class DiskCache:
    """A cache of pictures and of the caching headers of their servers; the least recently used are removed first.

    An error of the disk is never raised: the picture counts as not cached, and is fetched again. A disk that is full or
    cannot be written any more is still read.

    Parameters
    ----------
    folder : Path
        A folder on a disk of this machine.
    capacity : int
        Bytes of all pictures together.
    count_failure : callable
        Called whenever the disk fails.
    """

    def __init__(self, folder: Path, capacity: int, count_failure: Callable[[], None] = lambda: None) -> None:
        self._path, self._capacity, self._count_failure = folder / _FILE, capacity, count_failure
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._abandoned: list[sqlite3.Connection] = []
        self._told = -_TELL
        self.used = 0  # bytes in the cache when this process last wrote to it

    def find(self, name: str) -> Freshness | None:
        """Return the caching headers of a cached picture; None when it is not in the cache."""

        def find(connection: sqlite3.Connection) -> tuple[Freshness, float] | None:
            row = connection.execute("SELECT said, used FROM facts WHERE name = ?", (name,)).fetchone()
            return None if row is None else (Freshness.from_json(row[0]), row[1])

        found, now = self._attempt(find, None), time.time()
        if found is None:
            return None
        said, used = found
        if abs(now - used) > _USED:  # also when the clock was set back meanwhile
            note = "UPDATE facts SET used = ? WHERE name = ?"
            self._attempt(lambda connection: connection.execute(note, (now, name)), None)
        return said

    def data(self, name: str) -> bytes | None:
        """Return the bytes of a cached picture; None when it is not in the cache."""
        select = "SELECT data FROM contents WHERE name = ?"
        row = self._attempt(lambda connection: connection.execute(select, (name,)).fetchone(), None)
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    def put(self, name: str, said: Freshness, data: bytes) -> None:
        """Keep a picture, when it is not too large."""
        size = len(data) + _ENTRY
        if size > self._capacity // _ONE_IN:
            self.drop(name)
            return

        def keep(connection: sqlite3.Connection) -> None:
            with _transaction(connection):
                self._make_room(connection, size)
                fact = (name, said.to_json(), size, time.time())
                connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", fact)
                connection.execute("INSERT OR REPLACE INTO contents VALUES (?, ?)", (name, data))
                self.used = _total(connection)

        self._attempt(keep, None)

    def confirm(self, name: str, known: Freshness, said: Freshness) -> None:
        """Record that a picture has not changed, and its server's new headers.

        Only where ``known`` are still its headers: another process may have kept a newer version meanwhile, which these are
        not the headers of.
        """
        update = "UPDATE facts SET said = ?, used = ? WHERE name = ? AND said = ?"
        values = said.to_json(), time.time(), name, known.to_json()
        self._attempt(lambda connection: connection.execute(update, values), None)

    def drop(self, name: str) -> None:
        """Forget a picture."""

        def drop(connection: sqlite3.Connection) -> None:
            with _transaction(connection):
                _forget(connection, [name])
                self.used = _total(connection)

        self._attempt(drop, None)

    def fail(self, reason: str) -> None:
        """Count that the disk has failed, and say so, but not each time."""
        self._count_failure()
        if time.monotonic() - self._told >= _TELL:
            self._told = time.monotonic()
            _log.warning("the cache of pictures does not work", extra={"reason": reason})

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _make_room(self, connection: sqlite3.Connection, size: int) -> None:
        total = _total(connection)
        if total + size <= self._capacity:
            return
        order = "SELECT name, size FROM facts ORDER BY used <= ?, used"  # used in the future: the clock was wrong
        oldest, names = connection.execute(order, (time.time() + _USED,)), []
        for name, bytes_ in oldest:
            names.append(name)
            total -= bytes_
            if total + size <= self._capacity - self._capacity // _FREED:
                break
        _forget(connection, names)

    def _attempt(self, work: Callable[[sqlite3.Connection], _T], otherwise: _T) -> _T:
        """Run work on the database; return ``otherwise`` when the disk is full, the file damaged or the folder gone."""
        with self._lock:
            try:
                return work(self._connect())
            except (sqlite3.Error, ValueError, TypeError, RecursionError) as error:
                self.fail(str(error))
                if self._connection is not None:
                    with suppress(sqlite3.Error):
                        self._connection.close()
                self._connection = None
                return otherwise

    def _connect(self) -> sqlite3.Connection:
        """Return the connection, opened at its first use: SQLite forbids carrying one into a forked process.

        When somebody has removed the file, to empty the cache, a new one is begun. The old one takes room on the disk until
        all processes have closed it.
        """
        if self._connection is not None and self._file() != self._opened:
            if sqlite3.sqlite_version_info >= _CLOSES_REMOVED:
                self._connection.close()
            else:
                self._abandoned.append(self._connection)
            self._connection = None
        if self._connection is None:
            connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            self._connection = connection
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            for table in _TABLES:
                connection.execute(table)
            self.used, self._opened = _total(connection), self._file()
        return self._connection

    def _file(self) -> tuple[int, int] | None:
        """Return which file stands at the path; None for none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _total(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(sum(size), 0) FROM facts").fetchone()[0])


def _forget(connection: sqlite3.Connection, names: list[str]) -> None:
    for table in ("facts", "contents"):
        connection.executemany(f"DELETE FROM {table} WHERE name = ?", [(name,) for name in names])  # noqa: S608 - our own names
