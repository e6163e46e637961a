"""The report: a self-contained HTML file for checking a batch by eye."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

from focalbox.batch.job import Job
from focalbox.batch.records.ledger import Ledger
from focalbox.batch.workers.pool import WorkerPool
from focalbox.errors import InvalidRequest
from focalbox.storage.base import is_remote, local_path
from focalbox.storage.names import as_address
from focalbox.storage.open import storage_of
from focalbox.version import __version__

__all__ = ["check_place", "write_report"]

_MAX_PICTURES = 5_000
"""The most pictures shown, the least confident ones: at some 3 kB each the page has 20 MB, which browsers open without
delay."""
_SIDE = 200
"""Pixels of the longer side of a picture that is shown."""
_TITLE, _HEAD = b"<title>focalbox batch report", 4096
"""The beginning of a report, by which it is recognised."""
_BINS = 20
"""Bars of a distribution."""


def write_report(address: str, ledger: Ledger, job: Job, manifest: str, workers: int) -> None:
    """Write the report of everything in a manifest.

    Parameters
    ----------
    address : str
        The file or address to write.
    ledger : Ledger
        With all rows.
    job : Job
    manifest : str
        Its address, for the reader.
    workers : int
        Processes that make the small pictures.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    sizes, manifest = job.size_names, as_address(manifest)
    document = {
        "key": hashlib.sha256(f"{manifest} {job.fingerprint}".encode()).hexdigest()[:16],
        "manifest": manifest,
        "model": as_address(job.model),
        "version": __version__,
        "sizes": sizes,
        "totals": _totals(ledger),
        "kept": _distribution(ledger, "kept"),
        "confidence": _distribution(ledger, "confidence"),
        "failures": _failures(ledger),
        "total": _count(ledger, "SELECT COUNT(DISTINCT address) FROM rows WHERE error IS NULL"),
        "pictures": _pictures(ledger, job, sizes, workers),
    }
    page = resources.files("focalbox.batch").joinpath("report.html").read_text("utf-8")
    written = json.dumps(document, separators=(",", ":")).replace("<", "\\u003c")  # no name closes the script
    storage_of(address).write(address, page.replace("__DATA__", written).encode(), address.rpartition("/")[0] or ".")
    storage_of(address).clear(address.rpartition("/")[0] or ".")


def check_place(address: str) -> None:
    """Make sure before any work that a report can be written, and that it would replace nothing but a report.

    Raises
    ------
    InvalidRequest
        When it would replace something else, or its folder is not there.
    OutputError
        When it cannot be written.
    """
    place = storage_of(address)
    if place.find(address) is not None:
        with place.open(address) as file:
            if _TITLE not in file.read(_HEAD):
                message = f"{address} is there and is no report of a batch; name another"
                raise InvalidRequest(message)
    elif not is_remote(address):
        root = address.rpartition("/")[0] or "."
        if not Path(local_path(root)).is_dir():
            message = f"the report {address} cannot be written: there is no folder {root}"
            raise InvalidRequest(message)
        place.write(address, b"", root)
        place.remove(address)
        place.clear(root)


def _totals(ledger: Ledger) -> list[tuple[str, int]]:
    return [
        ("pictures", _count(ledger, "SELECT COUNT(DISTINCT address) FROM rows")),
        ("crops", _count(ledger, "SELECT COUNT(*) FROM rows WHERE error IS NULL")),
        ("pictures failed", _count(ledger, "SELECT COUNT(DISTINCT address) FROM rows WHERE error IS NOT NULL")),
        ("kept less than half", _count(ledger, "SELECT COUNT(*) FROM rows WHERE kept < 0.5")),
        ("confidence below 0.5", _count(ledger, "SELECT COUNT(*) FROM rows WHERE confidence < 0.5")),
    ]


def _count(ledger: Ledger, query: str) -> int:
    ((count,),) = ledger.ask(query)
    return int(count)


def _distribution(ledger: Ledger, column: str) -> list[int]:
    counts = [0] * _BINS
    query = f"SELECT MIN(CAST({column} * ? AS INTEGER), ?), COUNT(*) FROM rows WHERE {column} IS NOT NULL GROUP BY 1"  # noqa: S608
    for index, count in ledger.ask(query, _BINS, _BINS - 1):
        counts[index] = count
    return counts


def _failures(ledger: Ledger) -> list[dict[str, Any]]:
    found = ledger.ask(
        """SELECT error, COUNT(DISTINCT address), MIN(row) FROM rows WHERE error IS NOT NULL
        GROUP BY error ORDER BY 2 DESC, 1"""
    )
    return [
        {
            "error": error,
            "count": count,
            "example": f"{json.loads(row)['source']['name']}: {json.loads(row)['message']}",
        }
        for error, count, row in found
    ]


def _pictures(ledger: Ledger, job: Job, sizes: list[str], workers: int) -> list[dict[str, Any]]:
    chosen = ledger.ask(
        """SELECT address FROM rows WHERE error IS NULL GROUP BY address
        ORDER BY MIN(confidence), MIN(kept), address LIMIT ?""",
        _MAX_PICTURES,
    )
    pictures = {}
    for (address,) in chosen:
        rows = [json.loads(row) for (row,) in ledger.ask("SELECT row FROM rows WHERE address = ?", address)]
        picture = _picture([row for row in rows if _is_drawn(row) and row["size"] in sizes], sizes)
        if picture is not None:
            pictures[address] = picture
    if pictures:
        with WorkerPool(job, min(workers, len(pictures))) as pool:
            for address, preview in pool.previews(pictures, _SIDE):
                pictures[address]["preview"] = preview
    return list(pictures.values())


def _is_drawn(row: dict[str, Any]) -> bool:
    """Tell whether a row has the columns that the report shows; rows of an earlier version may lack some."""
    shown = ("box", "salient_box", "kept", "confidence")
    return row["error"] is None and all(row[column] is not None for column in shown)


def _picture(rows: list[dict[str, Any]], sizes: list[str]) -> dict[str, Any] | None:
    """Return one picture of the report; boxes are size, left, top, width, height, kept and confidence."""
    if not rows:
        return None
    source = rows[0]["source"]
    return {
        "address": source["address"],
        "name": source["name"],
        "width": source["width"],
        "height": source["height"],
        "salient": _sides(rows[0]["salient_box"]),
        "boxes": [
            [sizes.index(row["size"]), *_sides(row["box"]), round(row["kept"], 3), round(row["confidence"], 3)]
            for row in sorted(rows, key=lambda row: sizes.index(row["size"]))
        ],
        "preview": None,
    }


def _sides(box: dict[str, int]) -> list[int]:
    return [box["left"], box["top"], box["width"], box["height"]]
