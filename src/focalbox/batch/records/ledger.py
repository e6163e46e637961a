"""The ledger of one run: pictures listed, done and to do, with their rows. It is on disk, so that memory does not grow."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Self

from focalbox.batch.job import Job, Task
from focalbox.batch.row import failed_rows
from focalbox.errors import OutputError
from focalbox.storage.base import FileInfo, below, reason_of
from focalbox.storage.names import as_address, as_text

__all__ = ["Ledger", "Row"]

Row = dict[str, Any]
"""A row of the manifest, as JSON has it."""

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8000;
CREATE TABLE pictures (number INTEGER PRIMARY KEY, address TEXT UNIQUE, name TEXT, bytes INTEGER, stamp TEXT);
CREATE TABLE outputs (output TEXT PRIMARY KEY COLLATE {case}, number INTEGER, size TEXT) WITHOUT ROWID;
CREATE INDEX outputs_number ON outputs (number);
CREATE TABLE collisions (number INTEGER, size TEXT, output TEXT, other INTEGER, PRIMARY KEY (number, size)) WITHOUT ROWID;
CREATE TABLE stored (address TEXT PRIMARY KEY, document TEXT) WITHOUT ROWID;
CREATE TABLE present (output TEXT PRIMARY KEY COLLATE {case}, bytes INTEGER) WITHOUT ROWID;
CREATE TABLE begun (address TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE rows (
    address TEXT, size TEXT, bytes INTEGER, stamp TEXT, options TEXT, output TEXT, written INTEGER, error TEXT,
    kept REAL, confidence REAL, fresh INTEGER, row TEXT, PRIMARY KEY (address, size)
) WITHOUT ROWID;
CREATE TABLE todo (number INTEGER PRIMARY KEY, sizes TEXT, bytes INTEGER);
"""
_BATCH = 500
"""Rows read from the ledger at once."""
_GROUP = 256
"""The most pictures of one length that are kept together for one worker; among more, equal ones are analysed again when
they are that far apart, which costs time and changes nothing."""


class Ledger:
    """A temporary database of what the sources, the destination and the manifest say.

    Parameters
    ----------
    folds : bool
        Whether names of results that differ in case alone are one at the destination.

    Raises
    ------
    OutputError
        When there is no temporary folder that can be written, here, or when it is full, at the end of ``with``.
    """

    def __init__(self, *, folds: bool = False) -> None:
        try:
            self._open("NOCASE" if folds else "BINARY")
        except (OSError, sqlite3.Error) as error:
            message = f"nothing can be written to the temporary folder: {reason_of(error)}"
            raise OutputError(message) from error

    def _open(self, case: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="focalbox-")
        # the run writes from the thread that reads the answers, and a cluster's feeder reads from another
        self._base = sqlite3.connect(Path(self._folder.name) / "ledger", isolation_level=None, check_same_thread=False)
        self._base.executescript(_TABLES.format(case=case))
        self._base.create_function("shuffled", 1, _sample_key, deterministic=True)
        self._base.execute("BEGIN")  # never committed: no other process reads the database, and no later run does
        if os.name == "posix":  # the open file needs no name: nothing is left behind, however the run ends
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        self._base.close()
        self._folder.cleanup()
        if isinstance(error, sqlite3.Error):
            message = f"the ledger in the temporary folder cannot be written: {error}"
            raise OutputError(message) from error

    def add_pictures(self, pictures: Iterable[FileInfo], job: Job) -> int:
        """Add the listing, and return how many pictures it has; an address that comes twice counts once.

        Of two results that would have one name, the first to be listed gets it; the other is a collision.
        """
        base = self._base
        number = 0
        for listed in pictures:
            found = as_text(listed)
            values = (number, found.address, found.name, found.bytes, found.stamp)
            if not base.execute("INSERT OR IGNORE INTO pictures VALUES (?, ?, ?, ?, ?)", values).rowcount:
                continue  # a glob and a list may name the same picture
            for planned in job.plan(found.name):
                output = (planned.name, number, planned.size)
                if not base.execute("INSERT OR IGNORE INTO outputs VALUES (?, ?, ?)", output).rowcount:
                    base.execute(
                        "INSERT INTO collisions SELECT ?, ?, output, number FROM outputs WHERE output = ?",
                        (number, planned.size, planned.name),
                    )
            number += 1
        return number

    def add_stored(self, pictures: Iterable[tuple[FileInfo, Mapping[str, Any]]]) -> Iterator[FileInfo]:
        """Add what an earlier manifest says of its pictures, and yield the pictures."""
        for found, known in pictures:
            if known:
                values = (found.address, json.dumps(known))
                self._base.execute("INSERT OR REPLACE INTO stored VALUES (?, ?)", values)
            yield found

    def collisions(self, job: Job, number: int | None = None) -> Iterator[tuple[int, list[Row]]]:
        """Yield pictures with an error row for every size whose output name is taken by another picture.

        Parameters
        ----------
        job : Job
        number : int, optional
            Of one picture; without it, all pictures of which no size is left.
        """
        chosen = "= ?" if number is not None else "NOT IN (SELECT number FROM outputs)"
        query = f"""SELECT mine.number, mine.address, mine.name, mine.bytes, mine.stamp, size, output, other.address
            FROM collisions JOIN pictures AS mine ON mine.number = collisions.number
            JOIN pictures AS other ON other.number = collisions.other
            WHERE mine.number {chosen} ORDER BY mine.number, size"""  # noqa: S608 - our own words
        found = self._read(query, () if number is None else (number,))
        for mine, collisions in groupby(found, key=lambda values: int(values[0])):
            rows = []
            for _, address, name, length, stamp, size, output, other in collisions:
                task = Task(mine, address, name, length, stamp, (size,))
                sentence = f"{output} holds a result of {other}: name one differently, or batch them apart"
                rows += failed_rows(job, task, "OutputError", sentence)
            yield mine, rows

    def has_collisions(self) -> bool:
        """Tell whether any result would have the name of another."""
        return bool(self.ask("SELECT 1 FROM collisions LIMIT 1"))

    def add_present(self, present: Iterable[FileInfo]) -> None:
        """Add the files that lie at the destination."""
        seen = ((_text(found.name), found.bytes) for found in present)
        self._base.executemany("INSERT OR IGNORE INTO present VALUES (?, ?)", seen)

    def add_begun(self, addresses: Iterable[str]) -> None:
        """Add the pictures that an earlier run of this manifest was about to do."""
        self._base.executemany("INSERT OR IGNORE INTO begun VALUES (?)", ((address,) for address in addresses))

    def add_rows(self, rows: Iterable[Row], *, fresh: bool) -> None:
        """Add rows of the manifest, of an earlier run or ``fresh`` ones; the last one of a picture and size counts."""
        self._base.executemany(
            "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_values(row, fresh) for row in rows),
        )

    def choose(self, job: Job, limit: int | None = None, sample: int | None = None) -> int:
        """Choose the tasks: every picture and size that no row proves to be done.

        A result is proved by a row without error of the same length, stamp and options, whose result lies at the
        destination with the recorded length. Where a store tells no length, its tag is proof enough.

        Parameters
        ----------
        job : Job
        limit : int, optional
            At most so many pictures, the first ones.
        sample : int, optional
            Only so many pictures of the listing, drawn by chance, but the same ones whenever the listing is the same.

        Returns
        -------
        int
            Pictures that are done already.
        """
        proved = """SELECT 1 FROM rows WHERE rows.address = pictures.address AND rows.size = outputs.size
            AND (rows.bytes = pictures.bytes OR pictures.bytes < 0 AND pictures.stamp <> '')
            AND rows.stamp = pictures.stamp AND rows.options = ? AND rows.error IS NULL"""
        values: list[Any] = [job.fingerprint]
        if job.out is not None:
            self._name_places(job.out)
            proved += """ AND rows.output = place(outputs.output)
                AND EXISTS (SELECT 1 FROM present WHERE present.output = outputs.output AND present.bytes = rows.written)"""
        drawn = "AND number IN (SELECT number FROM pictures ORDER BY shuffled(address) LIMIT ?)" if sample else ""
        self._base.execute(
            f"""INSERT INTO todo SELECT number, GROUP_CONCAT(outputs.size, '|'), pictures.bytes
            FROM pictures JOIN outputs USING (number) WHERE NOT EXISTS ({proved}) {drawn}
            GROUP BY number ORDER BY number LIMIT ?""",  # noqa: S608 - our own words
            [*values, *([sample] if sample else []), -1 if limit is None else limit],
        )
        self._base.execute("CREATE INDEX todo_bytes ON todo (bytes)")
        ((done,),) = self.ask(
            f"""SELECT COUNT(*) FROM pictures WHERE number IN (SELECT number FROM outputs) AND NOT EXISTS
            (SELECT 1 FROM outputs WHERE outputs.number = pictures.number AND NOT EXISTS ({proved}))""",  # noqa: S608
            *values,
        )
        return int(done)

    def _name_places(self, out: str) -> None:
        """Let queries ask for the address of a result by its name, as rows have it."""
        folder = below(out, "")
        plain = as_address(folder) == folder  # as almost all are; then every name below it is one, too
        place = folder.__add__ if plain else lambda name: as_address(folder + name)
        self._base.create_function("place", 1, place, deterministic=True)

    def count_tasks(self) -> int:
        """Return how many pictures the run will report: those to do, and those whose output names are all taken."""
        ((todo,),) = self.ask("SELECT COUNT(*) FROM todo")
        ((collided,),) = self.ask(
            "SELECT COUNT(DISTINCT number) FROM collisions WHERE number NOT IN (SELECT number FROM outputs)"
        )
        return int(todo) + int(collided)

    def foreign(self, job: Job) -> str | None:
        """Return an output name that is taken by a file which this manifest did not make, or None."""
        self._name_places(job.out or "")
        found = self._base.execute(
            """SELECT present.output FROM todo JOIN outputs USING (number) JOIN present USING (output)
            JOIN pictures USING (number)
            WHERE INSTR('|' || todo.sizes || '|', '|' || outputs.size || '|')
            AND NOT EXISTS (SELECT 1 FROM rows WHERE rows.address = pictures.address AND rows.size = outputs.size
                AND rows.output = place(outputs.output))
            AND NOT EXISTS (SELECT 1 FROM begun WHERE begun.address = pictures.address) LIMIT 1"""
        ).fetchone()
        return None if found is None else str(found[0])

    def tasks(self) -> Iterator[Task]:
        """Yield the tasks in the order of the listing, with pictures of equal length right after the first of them."""
        query = """WITH grouped AS (
                SELECT number, sizes, bytes,
                    MIN(number) OVER (PARTITION BY bytes) AS first,
                    ROW_NUMBER() OVER (PARTITION BY bytes ORDER BY number) / ? AS share
                FROM todo)
            SELECT number, address, name, pictures.bytes, stamp, sizes, first, share, document
            FROM grouped JOIN pictures USING (number) LEFT JOIN stored USING (address) ORDER BY first, share, number"""
        group, last = -1, None
        for number, address, name, length, stamp, sizes, first, share, known in self._read(query, (_GROUP,)):
            if (first, share) != last:
                group, last = group + 1, (first, share)
            stored = json.loads(known) if known else {}
            yield Task(number, address, name, length, stamp, tuple(sizes.split("|")), group, stored)

    def rows(self, order: str = "address, size", limit: int | None = None) -> Iterator[Row]:
        """Yield the rows of the manifest."""
        query = f"SELECT row FROM rows ORDER BY {order} LIMIT ?"  # noqa: S608 - our own words
        for (row,) in self._read(query, (-1 if limit is None else limit,)):
            yield json.loads(row)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query, for the report."""
        return list(self._base.execute(query, values))

    def _read(self, query: str, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        cursor = self._base.execute(query, values)
        while found := cursor.fetchmany(_BATCH):
            yield from found


def _sample_key(address: str) -> bytes:
    """Return a hash by which addresses are ordered to draw a sample."""
    return hashlib.sha256(address.encode()).digest()[:8]


def _text(name: str) -> str:
    """Return a name at the destination as text that SQLite can store; the names of results are always UTF-8."""
    return name.encode("utf-8", errors="backslashreplace").decode()


def _values(row: Row, fresh: bool) -> tuple[Any, ...]:  # noqa: FBT001 - private
    source = row["source"]
    return (
        source["address"],
        row["size"],
        source["bytes"],
        source["stamp"],
        row["options"],
        row["output"],
        row["bytes"],
        row["error"],
        row["kept"],
        row["confidence"],
        int(fresh),
        json.dumps(row),
    )
