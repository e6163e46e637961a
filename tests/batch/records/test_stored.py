"""The pictures of an earlier manifest: one each, in order, with what is known of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from focalbox.batch.job import Job, Task
from focalbox.batch.records.files import write_rows
from focalbox.batch.records.stored import stored_pictures
from focalbox.batch.row import blank_row
from focalbox.errors import InvalidRequest
from focalbox.storage.base import FileInfo

JOB = Job(("1:1", "2:1"))
KNOWN = {
    "content": "abc",
    "analysis": "1:xyz",
    "salient_box": {"left": 1, "top": 2, "width": 3, "height": 4},
    "jaccard": 0.5,
    "focal_point": {"x": 0.25, "y": 0.75},
    "model": "focalbox",
}


def rows_of(name: str, **changes: Any) -> list[dict[str, Any]]:
    task = Task(0, f"in/{name}", name, 10, "monday", JOB.sizes)
    return [blank_row(JOB, task, size) | changes for size in JOB.sizes]


@pytest.fixture(params=[".jsonl", ".parquet"])
def manifest(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"manifest{request.param}"


def write(path: Path, rows: Sequence[dict[str, Any]]) -> str:
    with path.open("wb") as file:
        write_rows(rows, file, path.suffix)
    return str(path)


def test_a_picture_of_several_sizes_comes_once_with_what_is_known(manifest: Path) -> None:
    first, second = rows_of("a.jpg", **KNOWN), rows_of("b.jpg", error="DecodeError", message="no picture")
    first[0] = first[0] | {"analysis": None}  # only one row of a picture keeps it
    found = list(stored_pictures(write(manifest, [*first, *second])))
    assert found == [
        (FileInfo("in/a.jpg", "a.jpg", 10, "monday"), KNOWN),
        (FileInfo("in/b.jpg", "b.jpg", 10, "monday"), {}),
    ]


def test_what_a_row_with_an_error_knows_is_not_taken(manifest: Path) -> None:
    rows = rows_of("a.jpg", **KNOWN, error="OutputError")
    assert list(stored_pictures(write(manifest, rows))) == [(FileInfo("in/a.jpg", "a.jpg", 10, "monday"), {})]


def test_what_is_no_manifest_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"there is no manifest .*gone\.jsonl to take pictures from"):
        list(stored_pictures(str(tmp_path / "gone.jsonl")))
    with pytest.raises(InvalidRequest, match=r"ends with \.parquet or \.jsonl"):
        list(stored_pictures(str(tmp_path / "manifest.csv")))
    damaged = tmp_path / "m.jsonl"
    damaged.write_text('{"half a row\n')
    with pytest.raises(InvalidRequest, match="damaged: line 1 is not a row"):
        list(stored_pictures(str(damaged)))
    file = io.BytesIO()
    write_rows([row | {"schema": 99} for row in rows_of("a.jpg")], file, ".jsonl")
    damaged.write_bytes(file.getvalue())
    with pytest.raises(InvalidRequest, match="has rows of version 99"):
        list(stored_pictures(str(damaged)))


@pytest.mark.parametrize("lacking", ["source", "size", "address", "name", "bytes", "stamp"])
def test_a_row_that_names_no_picture_is_damage(tmp_path: Path, lacking: str) -> None:
    (row, *_) = rows_of("a.jpg", **KNOWN)
    row["source"] = {**row["source"], lacking: None}
    row |= {lacking: None} if lacking in ("source", "size") else {}
    with pytest.raises(InvalidRequest, match="damaged: row 2 does not say which picture and size it is of"):
        list(stored_pictures(write(tmp_path / "m.jsonl", [*rows_of("b.jpg")[:1], row])))


def test_columns_that_are_missing_are_not_known(tmp_path: Path) -> None:
    row = rows_of("a.jpg", **KNOWN)[0]
    for column in row.keys() - {"schema", "source", "size"}:
        left = {name: value for name, value in row.items() if name != column}
        ((found, known),) = stored_pictures(write(tmp_path / "m.jsonl", [left]))
        assert found == FileInfo("in/a.jpg", "a.jpg", 10, "monday")
        assert known == ({} if column == "analysis" else {**KNOWN, **({column: None} if column in KNOWN else {})})
