"""The pictures of an earlier manifest, with what was found in them: a new size needs no second look."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from focalbox.batch.records.files import check_name, read_rows
from focalbox.batch.records.ledger import Row
from focalbox.errors import InvalidRequest
from focalbox.storage.base import FileInfo
from focalbox.storage.open import storage_of

__all__ = ["stored_pictures"]

_KEPT = ("content", "analysis", "salient_box", "jaccard", "focal_point", "model")
"""Columns that do not depend on the size."""


def stored_pictures(address: str) -> Iterator[tuple[FileInfo, dict[str, Any]]]:
    """Yield the pictures of a manifest, each with what is known of it; empty where no analysis is stored.

    Raises
    ------
    InvalidRequest
        When there is no such manifest, or it is damaged or of another version.
    """
    check_name(address)
    storage = storage_of(address)
    if storage.find(address) is None:
        message = f"there is no manifest {address} to take pictures from"
        raise InvalidRequest(message)
    with storage.open(address) as file:
        for _, rows in groupby(read_rows(file, address), key=lambda row: row["source"]["address"]):
            yield _picture(list(rows))


def _picture(rows: list[Row]) -> tuple[FileInfo, dict[str, Any]]:
    row = next((row for row in rows if row["analysis"] and row["error"] is None), None)
    source = (row or rows[0])["source"]
    found = FileInfo(source["address"], source["name"], source["bytes"], source["stamp"])
    return found, {name: row[name] for name in _KEPT} if row else {}
