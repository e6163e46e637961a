"""Reads the files of labelled pictures, for benchmarks and training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

__all__ = ["EXCHANGED", "DataError", "read_rows", "swap_axes"]

EXCHANGED = frozenset({"scene500"})
"""Files that hold x and y of the fixations exchanged, as shares of the sides. In scene500 the standardised edge energy at
the fixations is 0.09 as stored and 0.65 with the axes swapped; in the other sets it is the other way round."""


class DataError(Exception):
    """A data file is missing or damaged; the message says which and what to do."""


def read_rows(folder: Path, file: str, split: str, needed: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Read the rows of one split of ``folder/file.parquet``.

    Raises
    ------
    DataError
        When the file is missing, damaged, lacks a column or has no such row.
    """
    path = folder / f"{file}.parquet"
    if not path.is_file():
        message = f"{path} is missing: put the labelled pictures there, or name their folder with --data."
        raise DataError(message)
    try:
        rows = parquet.read_table(path, filters=[("split", "=", split)]).to_pylist()
    except (pa.ArrowException, OSError) as error:
        message = f"{path} is damaged ({type(error).__name__}: {error}): copy it again from its source."
        raise DataError(message) from error
    columns = ("image", "width", "height", *needed)
    if not rows or any(column not in rows[0] for column in columns):
        message = f"{path} has no {split} rows with {', '.join(columns)}: copy it again from its source."
        raise DataError(message)
    return [swap_axes(row) for row in rows] if file in EXCHANGED else rows


def swap_axes(row: dict[str, Any]) -> dict[str, Any]:
    """Put a row's fixations right whose x and y were exchanged as fractions of the sides.

    Examples
    --------
    >>> swap_axes({"width": 400, "height": 200, "fixations": [[40, 100]]})["fixations"]
    [[200.0, 20.0]]
    """
    width, height = row["width"], row["height"]
    return row | {"fixations": [[y / height * width, x / width * height] for x, y in row["fixations"]]}
