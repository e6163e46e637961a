"""The result of one picture's task and its rows of the manifest; imports nothing that decodes pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from focalbox.batch.job import Job, Task
from focalbox.core.target import Size
from focalbox.errors import in_a_line
from focalbox.storage.names import as_address
from focalbox.version import __version__

__all__ = ["EMPTY", "READABLE", "SCHEMA", "TaskResult", "blank_row", "failed_rows", "source_of"]

SCHEMA = 3
"""The version of the manifest's rows."""
READABLE = range(1, SCHEMA + 1)
"""The versions that are read; columns that came later (2: `analysis`, 3: `alternatives`) are None in their rows."""

EMPTY: Mapping[str, Any] = {
    "schema": SCHEMA,
    "source": None,
    "content": None,
    "size": None,
    "target": None,
    "box": None,
    "padding": None,
    "salient_box": None,
    "jaccard": None,
    "focal_point": None,
    "fit": None,
    "kept": None,
    "confidence": None,
    "notes": (),
    "alternatives": None,
    "output": None,
    "bytes": None,
    "model": None,
    "version": None,
    "options": None,
    "milliseconds": None,
    "analysis": None,
    "error": None,
    "message": None,
}
"""An empty row, with all columns in their order."""


@dataclass(frozen=True)
class TaskResult:
    """The result of a task.

    Parameters
    ----------
    number : int
        The number of the task.
    rows : list of dict
        One row for each size.
    pixels : int
        Pixels of the source; 0 when it could not be read.
    analysed : bool
        Whether a model looked; False when an equal picture was looked at before.
    fatal : str or None
        Why no other picture can be written either, if so.
    """

    number: int
    rows: list[dict[str, Any]]
    pixels: int
    analysed: bool
    fatal: str | None = None


def failed_rows(job: Job, task: Task, error: str, sentence: str, *, content: str | None = None) -> list[dict[str, Any]]:
    """Return the rows of a picture that failed, one for each size."""
    return [
        blank_row(job, task, size) | {"content": content, "error": error, "message": in_a_line(sentence[:1000])}
        for size in task.sizes
    ]


def source_of(task: Task, size: Size | None) -> dict[str, Any]:
    """Return what a row says of its source; ``size`` is None while it is not known."""
    return {
        "address": task.address,
        "name": str(PurePosixPath(task.name)),
        "bytes": task.bytes,
        "stamp": task.stamp,
        "width": size.width if size else None,
        "height": size.height if size else None,
    }


def blank_row(job: Job, task: Task, size: str) -> dict[str, Any]:
    """Return a row with everything that is known before the picture is read."""
    return {
        **EMPTY,
        "source": source_of(task, None),
        "size": size,
        "notes": [],
        "model": as_address(job.model),
        "version": __version__,
        "options": job.fingerprint,
    }
