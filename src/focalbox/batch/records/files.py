"""Reads and writes rows of the manifest as Parquet or JSON lines, by the file's name."""

from __future__ import annotations

import codecs
import io
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any

from focalbox.batch.row import EMPTY, READABLE, SCHEMA
from focalbox.errors import InvalidRequest, show_value

__all__ = ["Damaged", "check_name", "read_rows", "write_rows"]

_AT_ONCE = 2_000
"""Rows of a row group of Parquet, some 10 MB as they are made: a file of any length is read and written in little memory."""
_MAX_WHOLE = 2**63
"""Upper bound of whole numbers in a manifest: Parquet and the ledger hold 64 bits."""
_LINES = {".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq"}


class Damaged(InvalidRequest):
    """A manifest, or a part of one, is not whole."""


def check_name(name: str) -> str:
    """Return the ending that rows are written with.

    Raises
    ------
    InvalidRequest
        When the name ends with neither, or Parquet is wanted and pyarrow is not here.

    Examples
    --------
    >>> check_name("s3://bucket/crops/manifest.jsonl")
    '.jsonl'
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending not in _LINES | _PARQUET:
        message = f"a manifest's name ends with .parquet or .jsonl, not {name!r}"
        raise InvalidRequest(message)
    if ending in _PARQUET:
        _arrow()
    return ending


def write_rows(rows: Iterable[dict[str, Any]], file: IO[bytes], ending: str) -> None:
    """Write rows to an open file, in little memory however many there are."""
    if ending in _LINES:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        return
    arrow, parquet = _arrow()
    schema = _schema(arrow)
    remaining = iter(rows)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(remaining, _AT_ONCE)):
            writer.write_table(arrow.Table.from_pylist(some, schema=schema))


def read_rows(content: bytes | IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file.

    Raises
    ------
    Damaged
        When it is not whole.
    InvalidRequest
        When its rows are of a version that this focalbox does not know.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    rows = _read_lines(file, name) if PurePosixPath(name).suffix.lower() in _LINES else _read_parquet(file, name)
    for number, row in enumerate(rows, start=1):
        version = row.get("schema")
        if version not in READABLE:
            message = (
                f"the manifest {name} has rows of version {version}, and this focalbox reads versions 1 to {SCHEMA}"
            )
            raise InvalidRequest(message)
        if not _names_a_picture(row):
            message = f"the manifest {name} is damaged: row {number} does not say which picture and size it is of"
            raise Damaged(message)
        wrong = _wrong_column(row)
        if wrong is not None:
            message = f"the manifest {name} is damaged: row {number} has {show_value(row[wrong])} as {wrong}"
            raise Damaged(message)
        yield {**EMPTY, **row, "schema": SCHEMA}


def _read_lines(file: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, start=1):
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901 - some editors write it
        if not line.strip():  # as editors leave them
            continue
        try:
            row = json.loads(line.decode())
            whole = line.endswith(b"\n") and isinstance(row, dict) and {"source", "size"} <= row.keys()
        except (ValueError, RecursionError):
            whole = False
        if not whole:
            message = f"the manifest {name} is damaged: line {number} is not a row"
            raise Damaged(message)
        yield row


def _read_parquet(file: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    arrow, parquet = _arrow()
    try:
        with parquet.ParquetFile(file) as opened:
            for batch in opened.iter_batches(batch_size=_AT_ONCE // 2):
                yield from map(_from_parquet, batch.to_pylist())
    except (arrow.ArrowException, OSError, KeyError, AttributeError) as error:
        message = f"the manifest {name} is damaged: {' '.join(str(error).split())[:200]}"
        raise Damaged(message) from error


def _names_a_picture(row: dict[str, Any]) -> bool:
    """Tell whether a row has the columns that identify it; any other column may be missing."""
    source = row.get("source")
    return (
        _is_text(row.get("size"))
        and isinstance(source, dict)
        and all(_is_text(source.get(key)) for key in ("address", "name", "stamp"))
        and _is_whole(source.get("bytes"))
    )


def _wrong_column(row: dict[str, Any]) -> str | None:
    """Return the name of a column whose value is not of the type in the schema; None when there is none."""
    for kind, columns in _COLUMNS.items():
        for column in columns:
            if row.get(column) is not None and not kind(row[column]):
                return column
    return None


def _is_text(value: object) -> bool:
    """Tell whether a value is text that can be written as UTF-8."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) < _MAX_WHOLE


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_box(value: object) -> bool:
    return isinstance(value, dict) and all(_is_whole(value.get(side)) for side in ("left", "top", "width", "height"))


_COLUMNS = {
    _is_text: ("content", "fit", "output", "model", "version", "options", "analysis", "error", "message"),
    _is_whole: ("bytes",),
    _is_number: ("jaccard", "kept", "confidence", "milliseconds"),
    _is_box: ("box", "salient_box"),
}
"""The kind of value that each column must have, if it has one, when a manifest is read."""


def _from_parquet(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON lines have it."""
    structs = {key: _present(row[key]) if row.get(key) else None for key in ("target", "padding")}
    if row.get("alternatives") is not None:
        row = {**row, "alternatives": _present(row["alternatives"])}
    return {**row, **structs}


def _present(value: Any) -> Any:
    """Return a value of Parquet, whose structs have all their fields, in the form of JSON: without empty ones."""
    if isinstance(value, list):
        return [_present(part) for part in value]
    if isinstance(value, dict):
        return {name: _present(part) for name, part in value.items() if part is not None}
    return value


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and 100 ms that JSON lines need not pay
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        message = "Parquet needs an extra: pip install 'focalbox[batch]'; or name a manifest that ends with .jsonl"
        raise InvalidRequest(message) from error
    return pa, parquet


def _schema(arrow: Any) -> Any:
    text, whole, number = arrow.string(), arrow.int64(), arrow.float64()
    box = arrow.struct([(side, whole) for side in ("left", "top", "width", "height")])
    sides = arrow.struct([(side, whole) for side in ("left", "top", "right", "bottom")])
    size = [("width", whole), ("height", whole)]
    target = arrow.struct([*size, ("ratio", text)])
    source = [("address", text), ("name", text), ("bytes", whole), ("stamp", text), *size]
    return arrow.schema(
        [
            ("schema", arrow.int32()),
            ("source", arrow.struct(source)),
            ("content", text),
            ("size", text),
            ("target", target),
            ("box", box),
            ("padding", sides),
            ("salient_box", box),
            ("jaccard", number),
            ("focal_point", arrow.struct([("x", number), ("y", number)])),
            ("fit", text),
            ("kept", number),
            ("confidence", number),
            ("notes", arrow.list_(text)),
            ("alternatives", arrow.list_(_crop(arrow, target, box, sides))),
            ("output", text),
            ("bytes", whole),
            ("model", text),
            ("version", text),
            ("options", text),
            ("milliseconds", number),
            ("analysis", text),
            ("error", text),
            ("message", text),
        ]
    )


def _crop(arrow: Any, target: Any, box: Any, padding: Any) -> Any:
    """Return the type of a crop as the one JSON form has it."""
    from focalbox.core.placement.score import Score  # noqa: PLC0415 - loads NumPy, which lines of JSON do without

    text, number = arrow.string(), arrow.float64()
    fractions = arrow.struct([(side, number) for side in ("left", "top", "width", "height")])
    subject = [("kind", text), ("score", number), ("box", fractions)]
    return arrow.struct(
        [
            ("target", target),
            ("box", box),
            ("fit", text),
            ("kept", number),
            ("confidence", number),
            ("score", arrow.struct([(part.name, number) for part in fields(Score)])),
            ("padding", padding),
            ("cut", arrow.list_(arrow.struct([*subject, ("head", fractions)]))),
            ("notes", arrow.list_(text)),
        ]
    )
