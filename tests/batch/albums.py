"""What the tests of batches share: reading manifests, comparing runs, running the command."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from focalbox.batch.job import Task

Rows = list[dict[str, Any]]

LONG = "n" * 250
PATH_MAX = 4096
"""Bytes from which Linux refuses a path; other systems have less."""

CHANCE = {"milliseconds"}
"""What differs between two runs of one job."""


def read_manifest(path: Path) -> Rows:
    """Return the rows of a manifest."""
    if path.suffix == ".parquet":
        rows: Rows = pq.read_table(io.BytesIO(path.read_bytes())).to_pylist()  # not by its path, which need be no UTF-8
        for row in rows:
            for key in ("target", "padding"):
                row[key] = {name: value for name, value in row[key].items() if value is not None} if row[key] else None
        return rows
    return [json.loads(line) for line in path.read_text().splitlines()]


def lasting(rows: Rows, roots: Mapping[Path, str] | None = None) -> Rows:
    """Return rows without what is chance, with folders called what they are."""
    text = json.dumps([{key: value for key, value in row.items() if key not in CHANCE} for row in rows])
    for folder, name in (roots or {}).items():
        text = text.replace(str(folder), name)
    found: Rows = json.loads(text)
    return sorted(found, key=lambda row: (row["source"]["address"], row["size"]))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def arguments_of(*arguments: str | os.PathLike[str]) -> list[str]:
    """Return the command line of a batch, as a user types it."""
    return [sys.executable, "-m", "focalbox", "batch", *(os.fspath(argument) for argument in arguments)]


def unlistable(folder: Path) -> None:
    """Put folders into a folder, inside each other, of which the last ones have paths too long for the system."""
    inner = os.open(folder, os.O_RDONLY)
    for _ in range(PATH_MAX // len(LONG) + 1):
        os.mkdir(LONG, dir_fd=inner)
        outer, inner = inner, os.open(LONG, os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)


def command(*arguments: str | os.PathLike[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a batch as a user does."""
    return subprocess.run(arguments_of(*arguments), capture_output=True, text=True, check=False, timeout=120, **options)


def tasks_of(*paths: Path) -> list[Task]:
    """Return a task for each picture, to be cropped to 1:1."""
    return [
        Task(number, str(path), path.name, path.stat().st_size, "", ("1:1",), group=number)
        for number, path in enumerate(paths)
    ]
