"""Rows of pictures: the same columns whatever happened."""

from __future__ import annotations

from focalbox.batch.job import Job, Task
from focalbox.batch.row import SCHEMA, blank_row, failed_rows, source_of
from focalbox.core.target import Size
from focalbox.version import __version__

JOB = Job(("1:1", "500x200"), "/crops")
TASK = Task(3, "/in/cats/tom.jpg", "cats/tom.jpg", 1234, "monday", ("1:1", "500x200"))


def test_a_blank_row_says_what_is_known_before_reading() -> None:
    row = blank_row(JOB, TASK, "1:1")
    known = {name: value for name, value in row.items() if value is not None}
    assert known == {
        "schema": SCHEMA,
        "source": {
            "address": "/in/cats/tom.jpg",
            "name": "cats/tom.jpg",
            "bytes": 1234,
            "stamp": "monday",
            "width": None,
            "height": None,
        },
        "size": "1:1",
        "notes": [],
        "model": JOB.model,
        "version": __version__,
        "options": JOB.fingerprint,
    }


def test_a_failure_is_a_row_for_each_size_with_a_sentence_of_bounded_length() -> None:
    rows = failed_rows(JOB, TASK, "DecodeError", "x" * 5000, content="abc")
    assert [row["size"] for row in rows] == ["1:1", "500x200"]
    assert {row["error"] for row in rows} == {"DecodeError"}
    assert {len(row["message"]) for row in rows} == {1000}
    assert {row["content"] for row in rows} == {"abc"}
    assert all(row.keys() == blank_row(JOB, TASK, "1:1").keys() for row in rows)


def test_a_size_is_said_once_it_is_known() -> None:
    assert source_of(TASK, Size(40, 30)) | {"width": None, "height": None} == source_of(TASK, None)
    assert (source_of(TASK, Size(40, 30))["width"], source_of(TASK, Size(40, 30))["height"]) == (40, 30)
