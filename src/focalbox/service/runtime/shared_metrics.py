"""The files in which several processes count together: in memory where the system can, and reserved in advance.

prometheus_client maps its files into memory. On a full disk, a write into a page that has no space yet ends the process
(SIGBUS), so each file is written once in advance.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from focalbox.errors import OutputError
from focalbox.storage.temporary import temporary_folder

__all__ = ["VARIABLE", "common_folder", "forget", "join", "place_for", "reserve"]

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The variable in which prometheus_client looks for the folder when it is loaded."""
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is the user's own
"""Where Linux keeps files in memory."""
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")
"""Variables by which a user says where temporary files go, as `tempfile` reads them."""
_BYTES: Mapping[str, int] = {"counter": 2**18, "gauge_livesum": 2**16, "histogram": 2**16}
"""Bytes reserved for each kind of file: some 170 for each series, and requests have at most 600 series (dialects, answers,
statuses)."""
_HEAD = 8
"""Bytes before the first entry of a file of prometheus_client; four of them say how many bytes are used."""

_log = logging.getLogger("focalbox.service")


@contextmanager
def common_folder() -> Iterator[Path | None]:
    """Make the folder in which processes count together; None, with a warning, where nothing can be written."""
    with ExitStack() as stack:
        folder = None
        try:
            folder = stack.enter_context(temporary_folder("focalbox-metrics-", place_for()))
        except OutputError as error:
            _warn(error)
        yield folder


def join(folder: Path) -> Path | None:
    """Let this process count with the others, or by itself (None), with a warning, where there is no room for that."""
    try:
        reserve(folder)
    except OSError as error:
        _warn(error)
        return None
    os.environ[VARIABLE] = str(folder)
    return folder


def place_for() -> Path | None:
    """Return where the folder belongs: in memory, unless the user has said otherwise; None for the system's usual place."""
    said = any(os.environ.get(name) for name in _TEMPORARY)
    return _MEMORY if not said and os.access(_MEMORY, os.W_OK | os.X_OK) else None


def reserve(folder: Path) -> None:
    """Reserve the memory in which this process counts.

    Raises
    ------
    OSError
        When there is not enough space; nothing is then reserved.
    """
    files = {folder / f"{kind}_{os.getpid()}.db": most for kind, most in _BYTES.items()}
    try:
        for file, most in files.items():
            file.write_bytes(bytes(most))
    except OSError:
        for file in files:
            file.unlink(missing_ok=True)
        raise


def forget(folder: Path, worker: int) -> None:
    """Remove the gauges of a process that has ended, such as its open connections; its counters stay.

    What was reserved for further counters is given back: a service whose workers are killed again and again would otherwise
    fill the memory of the machine.
    """
    for file in folder.glob(f"gauge_live*_{worker}.db"):
        file.unlink(missing_ok=True)
    for file in folder.glob(f"*_{worker}.db"):
        with file.open("r+b") as opened:
            used = int.from_bytes(opened.read(_HEAD)[:4], sys.byteorder)
            opened.truncate(max(used, _HEAD))


def _warn(error: Exception) -> None:
    _log.warning("a process counts by itself: /metrics is not the sum", extra={"reason": str(error)})
