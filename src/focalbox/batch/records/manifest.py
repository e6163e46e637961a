"""The manifest: what was done with every picture. It is written in parts during the run, and as one file at its end.

While a run goes on there is a folder ``FILE.parts`` beside FILE:

    part-000001-....parquet   rows; complete or absent
    begun-000001-....jsonl    the pictures that the run was about to do: proof that a result without a row is its own
    lock                      held by the run, on a disk of this machine

At the end all rows are written to FILE, in the order of addresses and sizes, and the folder is removed.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, Any

from focalbox.batch.job import Task
from focalbox.batch.records.files import Damaged, check_name, read_rows, write_rows
from focalbox.batch.records.ledger import Ledger, Row
from focalbox.errors import InvalidRequest, OutputError
from focalbox.storage.base import FileInfo, is_remote, reason_of
from focalbox.storage.open import storage_of

__all__ = ["Manifest"]

_ROWS = 2_000
"""Rows of a part: about 600 kB as Parquet, so that 10^6 pictures make some hundred parts and not a million."""
_SOONEST, _LATEST = 0.5, 30.0
"""Seconds after which a part is written however few its rows, at the beginning of a run and later."""
_SHARE = 0.05
"""Share of a run's time after which a part is written: the most work that a killed run does again."""
_AHEAD = 1_000
"""Pictures announced at once."""


class Manifest:
    """The manifest of a run.

    Parameters
    ----------
    address : str
        A file name or address that ends with ``.parquet`` or ``.jsonl``.

    Raises
    ------
    InvalidRequest
        When it ends with neither.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._ending = check_name(address)
        self._folder = f"{address}.parts"
        self._storage = storage_of(address)
        self._number = 0
        self._rows: list[Row] = []
        self._started = self._since = time.monotonic()
        self._lock: Any = None

    def exists(self) -> bool:
        """Tell whether an earlier run has left anything."""
        return self.complete() or self.is_interrupted()

    def complete(self) -> bool:
        """Tell whether an earlier run has come to its end."""
        return self._storage.find(self.address) is not None

    def is_interrupted(self) -> bool:
        """Tell whether an earlier run has left parts that are not in the file yet."""
        return next(self._pieces(), None) is not None

    def _pieces(self) -> Iterator[FileInfo]:
        pieces = self._storage.list(self._folder)
        return (piece for piece in pieces if piece.name.startswith(("part-", "begun-")))

    def load(self, ledger: Ledger, warn: Callable[[str], None]) -> None:
        """Read what earlier runs have left into the ledger; a damaged part is reported, and its pictures are done again.

        Raises
        ------
        InvalidRequest
            When the file is damaged, or of another version.
        """
        if self.complete():
            with self._storage.open(self.address) as file:
                ledger.add_rows(read_rows(file, self.address), fresh=False)
        for piece in list(self._pieces()):
            self._number = max(self._number, int(piece.name.split("-")[1]))
            content, _ = self._storage.read(piece.address, 2**31)
            try:
                if piece.name.startswith("begun-"):
                    ledger.add_begun(_read_begun(content, piece.name))
                else:
                    ledger.add_rows(list(read_rows(content, piece.address)), fresh=False)
            except Damaged as error:
                warn(f"{error}; its pictures are done again")

    def lock(self) -> None:
        """Make sure that no other run writes the same manifest, where the system can tell.

        Raises
        ------
        InvalidRequest
            When another run does.
        OutputError
            When nothing can be written there.
        """
        if is_remote(self.address):
            return
        try:
            import fcntl  # noqa: PLC0415 - only POSIX has it

            path = Path(self._folder) / "lock"
            while self._lock is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._lock = path.open("wb")
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not _is_at(self._lock, path):  # the earlier run has just ended, and removed its folder
                    self._lock.close()
                    self._lock = None
        except ImportError:
            return
        except BlockingIOError as error:
            self._lock.close()
            self._lock = None
            message = f"another run is writing the manifest {self.address}"
            raise InvalidRequest(message) from error
        except OSError as error:
            message = f"the manifest {self.address} cannot be written: {error.strerror}"
            raise OutputError(message) from error

    def announce(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Yield tasks, a thousand at a time, after writing down that they are begun."""
        remaining = iter(tasks)
        while some := list(islice(remaining, _AHEAD)):
            lines = "".join(json.dumps(task.address) + "\n" for task in some)
            self._put("begun", lines.encode("ascii"), ".jsonl")
            yield from some

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows; a part is written when there are enough of them, or after some time."""
        self._rows += rows
        now = time.monotonic()
        patience = min(_LATEST, max(_SOONEST, _SHARE * (now - self._started)))
        if len(self._rows) >= _ROWS or now - self._since > patience:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are not in a part yet."""
        if self._rows:
            file = BytesIO()
            write_rows(self._rows, file, self._ending)
            self._put("part", file.getvalue(), self._ending)
            self._rows = []
        self._since = time.monotonic()

    def _put(self, kind: str, content: bytes, ending: str) -> None:
        self._number += 1
        name = f"{self._folder}/{kind}-{self._number:06d}-{secrets.token_hex(4)}{ending}"
        self._storage.write(name, content, self._folder)

    def finish(self, ledger: Ledger) -> None:
        """Write all rows to the one file, and remove the parts.

        Raises
        ------
        OutputError
            When it cannot be written, there or first in the temporary folder; the parts stay.
        """
        self.flush()
        try:
            with _temporary_file() as (file, path):
                write_rows(ledger.rows(), file, self._ending)
                file.flush()
                self._storage.send(path, self.address, self._folder)
        except OSError as error:  # from the temporary folder: storage raises its own as OutputError
            message = (
                f"the manifest cannot be put together in the temporary folder: {reason_of(error)}; --resume does it"
            )
            raise OutputError(message) from error
        self._storage.remove_folder(self._folder)
        self.close()

    def close(self) -> None:
        """Release the lock, and remove the folder when it has no rows and is not another run's."""
        if self._lock is None:
            return
        if not self.is_interrupted():
            self._storage.remove_folder(self._folder)
        self._lock.close()
        self._lock = None


@contextmanager
def _temporary_file() -> Iterator[tuple[IO[bytes], Path]]:
    """Return an open file of the temporary folder, and a path by which it can be read.

    Its name goes at once where the system still leads to it (Linux): nothing is left behind, however the run ends.
    """
    with tempfile.TemporaryDirectory(prefix="focalbox-") as folder, (Path(folder) / "manifest").open("wb") as file:
        path = Path(folder) / "manifest"
        nameless = Path(f"/proc/self/fd/{file.fileno()}")
        if nameless.exists():
            path.unlink()
            path.parent.rmdir()
            path = nameless
        yield file, path


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Tell whether this path still leads to the open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _read_begun(content: bytes, name: str) -> list[str]:
    try:
        return [str(json.loads(line)) for line in content.decode("ascii").splitlines()]
    except ValueError as error:
        message = f"{name} is damaged"
        raise Damaged(message) from error
