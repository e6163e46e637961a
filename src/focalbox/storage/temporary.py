"""A temporary folder that a run locks while it goes on; what a killed run has left of it, the next one removes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from focalbox.errors import OutputError
from focalbox.storage.base import reason_of

__all__ = ["temporary_folder"]

_LOCK = "lock"
"""A file in the folder that its run holds locked: the system releases it however the run ends."""


@contextmanager
def temporary_folder(prefix: str = "focalbox-run-", place: Path | None = None) -> Iterator[Path]:
    """Make a temporary folder, and remove those whose runs were killed, where the system can tell (not on Windows).

    Parameters
    ----------
    prefix : str
        How its name begins, and those of the folders that are removed.
    place : Path, optional
        The folder that it is made in; the system's usual one when left out.

    Raises
    ------
    OutputError
        When none can be made.
    """
    try:
        made = tempfile.TemporaryDirectory(prefix=prefix, dir=place)
    except OSError as error:
        message = f"nothing can be written to the temporary folder: {reason_of(error)}"
        raise OutputError(message) from error
    with made, (Path(made.name) / _LOCK).open("wb") as lock:
        _hold(lock)
        for left in Path(made.name).parent.glob(f"{prefix}*/{_LOCK}"):
            with suppress(OSError), left.open("rb") as other:
                if _hold(other):
                    shutil.rmtree(left.parent, ignore_errors=True)
        yield Path(made.name)


def _hold(lock: IO[bytes]) -> bool:
    """Lock an open file until it is closed; tell whether nobody else held it."""
    try:
        import fcntl  # noqa: PLC0415 - only POSIX has it

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True
