"""Rows as the bytes of a file: written rows are read back, and incomplete files are reported as damaged."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import pytest

from focalbox import Analysis, Box, SaliencyMap, Size, Subject
from focalbox.batch.job import Job, Task
from focalbox.batch.records.files import Damaged, check_name, read_rows, write_rows
from focalbox.batch.row import READABLE, SCHEMA, blank_row
from focalbox.errors import InvalidRequest


def rows_of(count: int) -> list[dict[str, Any]]:
    job = Job(("1:1",), "/crops")
    tasks = (Task(number, f"/in/{number}é.jpg", f"{number}é.jpg", number, "x", ("1:1",)) for number in range(count))
    return [blank_row(job, task, "1:1") | {"target": {"ratio": "1:1"}, "kept": task.bytes / 7} for task in tasks]


def written(rows: list[dict[str, Any]], ending: str) -> bytes:
    if ending == ".parquet":
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow, an extra")
    file = io.BytesIO()
    write_rows(rows, file, ending)
    return file.getvalue()


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
@pytest.mark.parametrize("count", [0, 1, 2345])
def test_what_is_written_is_read_again(ending: str, count: int) -> None:
    rows = rows_of(count)
    assert list(read_rows(written(rows, ending), f"m{ending}")) == rows


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_alternatives_are_read_as_plans_have_them(ending: str) -> None:
    faces = [Subject(Box(x, 0.1, 0.3, 0.3), head=Box(x, 0.05, 0.3, 0.4)) for x in (0.0, 0.7)]
    lines = [Subject(Box(0.4, 0.8, 0.6, 0.1), "text")]
    analysis = Analysis(Size(400, 300), SaliencyMap([[3, 1, 2]]), (*faces, *lines))
    (row,) = rows_of(1)
    row["alternatives"] = crops = analysis.plans(["1:1", "3:1", "500x200"], fit="pad", alternatives=2).to_dict()[
        "crops"
    ]
    assert {"score", "cut", "padding", "fit", "kept"} <= {name for crop in crops for name in crop}
    assert any("head" in subject for crop in crops for subject in crop.get("cut", ()))
    assert list(read_rows(written([row], ending), f"m{ending}")) == [row]


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_a_file_without_its_end_is_damaged(ending: str) -> None:
    content = written(rows_of(3), ending)
    with pytest.raises(Damaged, match=f"the manifest m{ending} is damaged"):
        list(read_rows(content[:-5], f"m{ending}"))


@pytest.mark.parametrize("line", [b"{}\n", b"[]\n", b"no JSON\n", b"\xff\n", b"[" * 100_000 + b"\n"])
def test_a_line_that_is_no_row_is_named_by_its_number(line: bytes) -> None:
    content = written(rows_of(2), ".jsonl") + line
    with pytest.raises(Damaged, match=r"line 3 is not a row"):
        list(read_rows(content, "m.jsonl"))


def test_what_editors_add_to_lines_is_no_damage() -> None:
    rows = rows_of(2)
    first, second = written(rows, ".jsonl").splitlines()
    edited = b"\xef\xbb\xbf" + first + b"\r\n\r\n" + second + b"\r\n \n\n"
    assert list(read_rows(edited, "m.jsonl")) == rows
    with pytest.raises(Damaged, match=r"line 4 is not a row"):
        list(read_rows(b"\n" + first + b"\n\n{}\n", "m.jsonl"))


@pytest.mark.parametrize("version", READABLE)
def test_every_version_is_read_as_the_newest_and_others_are_refused(version: int) -> None:
    (row,) = rows_of(1)
    later = {"analysis": 2, "alternatives": 3}  # the version that a column came with
    old = {name: value for name, value in row.items() if later.get(name, 1) <= version} | {"schema": version}
    assert list(read_rows(json.dumps(old).encode() + b"\n", "m.jsonl")) == [row]
    future = json.dumps(row | {"schema": SCHEMA + 1}).encode() + b"\n"
    with pytest.raises(InvalidRequest, match=rf"has rows of version {SCHEMA + 1}, and this focalbox reads versions 1"):
        list(read_rows(future, "m.jsonl"))


def test_a_name_tells_the_kind_of_file() -> None:
    assert [check_name(name) for name in ("a.jsonl", "s3://b/a.NDJSON")] == [".jsonl", ".ndjson"]
    with pytest.raises(InvalidRequest, match=r"ends with \.parquet or \.jsonl, not 'a\.csv'"):
        check_name("a.csv")


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("kept", "much"),
        ("kept", math.nan),
        ("confidence", [0.5]),
        ("bytes", 2**63),
        ("bytes", True),
        ("output", {}),
        ("options", 7),
        ("error", "\ud800"),
        ("message", 7),
        ("analysis", 7),
        ("box", {"left": 0}),
        ("salient_box", [0, 0, 1, 1]),
    ],
)
def test_a_row_with_something_of_another_kind_is_damaged(column: str, wrong: object) -> None:
    lines = written(rows_of(1), ".jsonl") + json.dumps({**rows_of(1)[0], column: wrong}).encode() + b"\n"
    with pytest.raises(Damaged, match=rf"damaged: row 2 has .* as {column}$"):
        list(read_rows(lines, "m.jsonl"))


@pytest.mark.parametrize("wrong", [{"bytes": 2**63}, {"address": "\ud800"}, {"name": None}, {"name": "\ud800"}])
def test_a_row_of_no_picture_is_damaged(wrong: dict[str, object]) -> None:
    row = rows_of(1)[0]
    line = json.dumps({**row, "source": {**row["source"], **wrong}}).encode() + b"\n"
    with pytest.raises(Damaged, match="row 1 does not say which picture"):
        list(read_rows(line, "m.jsonl"))
