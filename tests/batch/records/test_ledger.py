"""The ledger against a plain model of it: the tasks are those that no row proves done."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.batch.job import Job, Task
from focalbox.batch.records.ledger import Ledger
from focalbox.batch.row import blank_row
from focalbox.errors import OutputError
from focalbox.storage.base import FileInfo, below

JOB = Job(("1:1", "8x5"), "out", format="webp")
LENGTHS, STAMPS = (10, 20, 30), ("monday", "tuesday")

pictures = st.lists(
    st.builds(
        lambda name, length, stamp: FileInfo(f"in/{name}", name, length, stamp),
        st.sampled_from(["a.jpg", "a.png", "b.jpg", "b/a.jpg", "b/c.tif", "c.gif", "c.jpg"]),
        st.sampled_from(LENGTHS),
        st.sampled_from(STAMPS),
    ),
    max_size=7,
)


@pytest.mark.parametrize(("stamp", "done"), [("monday", 1), ("", 0)])
def test_of_a_length_that_a_store_does_not_tell_its_tag_is_proof_enough(stamp: str, done: int) -> None:
    listed = FileInfo("http://host/a.jpg", "a.jpg", -1, stamp)
    rows = [row_of(JOB, replace(listed, bytes=5000), size) for size in JOB.sizes]
    with Ledger() as ledger:
        ledger.add_pictures([listed], JOB)
        ledger.add_rows(rows, fresh=False)
        ledger.add_present(FileInfo(planned.name, planned.name, 7, "") for planned in JOB.plan("a.jpg"))
        assert ledger.choose(JOB) == done


def row_of(job: Job, found: FileInfo, size: str, **changes: Any) -> dict[str, Any]:
    """Return the row of a result that was made of just this picture."""
    task = Task(0, found.address, found.name, found.bytes, found.stamp, (size,))
    (name,) = (planned.name for planned in job.plan(found.name) if planned.size == size)
    return blank_row(job, task, size) | {"output": below(job.out or "", name), "bytes": 7, **changes}


changes = st.sampled_from(
    [{}, {}, {"error": "DecodeError"}, {"options": "other"}, {"bytes": 8}, {"output": "elsewhere/a.webp"}]
)


@given(
    listed=pictures,
    earlier=pictures,
    change=st.lists(changes, min_size=14, max_size=14),
    gone=st.sets(st.integers(0, 13)),
)
def test_what_is_to_do_is_what_no_row_proves_done(
    listed: list[FileInfo], earlier: list[FileInfo], change: list[dict[str, Any]], gone: set[int]
) -> None:
    rows = [
        row_of(JOB, found, size, **change[2 * index + place])
        for index, found in enumerate(earlier)
        for place, size in enumerate(JOB.sizes)
    ]
    present = {
        planned.name: 7
        for index, found in enumerate(earlier)
        for place, planned in enumerate(JOB.plan(found.name))
        if 2 * index + place not in gone
    }
    with Ledger() as ledger:
        count = ledger.add_pictures(listed, JOB)
        ledger.add_rows(rows, fresh=False)
        ledger.add_present(FileInfo(below("out", name), name, length, "") for name, length in present.items())
        done = ledger.choose(JOB)
        tasks = {task.address: set(task.sizes) for task in ledger.tasks()}
        collided = {
            (row["source"]["address"], row["size"])
            for number in range(count)
            for _, found in ledger.collisions(JOB, number)
            for row in found
        } | {(row["source"]["address"], row["size"]) for _, found in ledger.collisions(JOB) for row in found}

    once = list({found.address: found for found in reversed(listed)}.values())
    once.sort(key=lambda found: next(place for place, one in enumerate(listed) if one.address == found.address))
    holder: dict[str, FileInfo] = {}
    for found in once:
        for planned in JOB.plan(found.name):
            holder.setdefault(planned.name, found)
    last = {(row["source"]["address"], row["size"]): row for row in rows}
    expected: dict[str, set[str]] = {}
    owners, lost = set(), set()
    for found in once:
        for planned in JOB.plan(found.name):
            if holder[planned.name] is not found:
                lost.add((found.address, planned.size))
                continue
            owners.add(found.address)
            row = last.get((found.address, planned.size))
            proved = row is not None and (row["source"]["bytes"], row["source"]["stamp"], row["options"]) == (
                found.bytes,
                found.stamp,
                JOB.fingerprint,
            )
            proved = proved and row is not None and row["error"] is None
            proved = proved and row is not None and row["output"] == below("out", planned.name)
            proved = proved and row is not None and present.get(planned.name) == row["bytes"]
            if not proved:
                expected.setdefault(found.address, set()).add(planned.size)
    assert count == len(once)
    assert tasks == expected
    assert done == len(owners) - len(expected)
    assert collided == lost


@given(listed=pictures)
def test_pictures_of_one_length_come_together_in_the_order_of_the_listing(listed: list[FileInfo]) -> None:
    with Ledger() as ledger:
        ledger.add_pictures(listed, Job(("1:1",)))
        ledger.choose(Job(("1:1",)))
        tasks = list(ledger.tasks())
    groups: dict[int, list[Task]] = {}
    for task in tasks:
        groups.setdefault(task.group, []).append(task)
    assert [task for members in groups.values() for task in members] == tasks  # a group is in one piece
    assert len({members[0].bytes for members in groups.values()}) == len(groups)
    for members in groups.values():
        assert {task.bytes for task in members} == {members[0].bytes}
        assert [task.number for task in members] == sorted(task.number for task in members)
    firsts = [members[0].number for members in groups.values()]
    assert firsts == sorted(firsts)


def albums(count: int) -> list[FileInfo]:
    return [FileInfo(f"in/{number}.jpg", f"{number}.jpg", 10, "") for number in range(count)]


def chosen(listed: Iterable[FileInfo], **options: int) -> set[str]:
    with Ledger() as ledger:
        ledger.add_pictures(listed, Job(("1:1",)))
        ledger.choose(Job(("1:1",)), **options)
        return {task.address for task in ledger.tasks()}


def test_a_sample_is_drawn_by_chance_but_the_same_in_any_order() -> None:
    listed = albums(200)
    drawn = chosen(listed, sample=20)
    assert len(drawn) == 20
    assert drawn == chosen(reversed(listed), sample=20)
    assert drawn != {found.address for found in listed[:20]}
    assert chosen(listed, limit=3) == {"in/0.jpg", "in/1.jpg", "in/2.jpg"}
    assert len(chosen(listed, limit=3, sample=20)) == 3


def test_the_last_row_of_a_picture_and_size_holds_and_rows_are_in_order() -> None:
    first, second = albums(2)
    with Ledger() as ledger:
        ledger.add_rows([row_of(JOB, second, "1:1"), row_of(JOB, first, "8x5"), row_of(JOB, first, "1:1")], fresh=False)
        ledger.add_rows([row_of(JOB, first, "1:1", error="DecodeError")], fresh=True)
        found = list(ledger.rows())
    places = [(row["source"]["address"], row["size"]) for row in found]
    assert places == [("in/0.jpg", "1:1"), ("in/0.jpg", "8x5"), ("in/1.jpg", "1:1")]
    assert [row["error"] for row in found] == ["DecodeError", None, None]


def test_what_another_made_is_foreign_until_a_row_or_a_beginning_says_otherwise() -> None:
    listed = albums(2)
    (planned,) = Job(("1:1",), "out").plan(listed[1].name)
    job = Job(("1:1",), "out")

    def foreign(*, row: bool = False, begun: bool = False) -> str | None:
        with Ledger() as ledger:
            ledger.add_pictures(listed, job)
            ledger.add_present([FileInfo(below("out", planned.name), planned.name, 99, "")])
            if row:
                ledger.add_rows([row_of(job, listed[1], "1:1")], fresh=False)
            if begun:
                ledger.add_begun([listed[1].address])
            ledger.choose(job)
            return ledger.foreign(job)

    assert foreign() == planned.name
    assert foreign(row=True) is None
    assert foreign(begun=True) is None


def test_what_an_earlier_manifest_knows_reaches_the_task() -> None:
    known, unknown = albums(2)
    with Ledger() as ledger:
        listed = ledger.add_stored([(known, {"content": "abc", "jaccard": 0.5}), (unknown, {})])
        ledger.add_pictures(listed, Job(("1:1",)))
        ledger.choose(Job(("1:1",)))
        tasks = list(ledger.tasks())
    assert [dict(task.stored) for task in tasks] == [{"content": "abc", "jaccard": 0.5}, {}]


def test_names_of_results_that_would_be_one_are_said() -> None:
    twins = [FileInfo("in/a.jpg", "a.jpg", 1, ""), FileInfo("in/a.png", "a.png", 2, "")]
    with Ledger() as ledger:
        ledger.add_pictures(twins, JOB)
        assert ledger.has_collisions()
        ledger.choose(JOB)
        assert ledger.count_tasks() == 2  # one to do, and one that only collides
        ((number, rows),) = ledger.collisions(JOB)
    assert number == 1
    assert [(row["size"], row["error"]) for row in rows] == [("1:1", "OutputError"), ("8x5", "OutputError")]
    assert rows[0]["message"].startswith("a-1-1.webp holds a result of in/a.jpg")


def test_where_case_does_not_count_names_that_differ_in_it_are_one() -> None:
    twins = [FileInfo("in/a.jpg", "a.jpg", 1, ""), FileInfo("in/A.JPG", "A.JPG", 2, "")]
    for folds in (False, True):
        with Ledger(folds=folds) as ledger:
            ledger.add_pictures(twins, JOB)
            ledger.add_present(FileInfo(f"out/{name}", name, 7, "") for name in ("A-1-1.WEBP", "other.webp"))
            assert ledger.has_collisions() == folds
            ledger.choose(JOB)
            assert ledger.foreign(JOB) == ("A-1-1.WEBP" if folds else None)


def many(count: int) -> Iterable[FileInfo]:
    return (FileInfo(f"in/{number}.jpg", f"{number}.jpg", number, "") for number in range(count))


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file keeps its name")
def test_a_run_that_is_killed_leaves_no_ledger_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Ledger() as ledger:
        ledger.ask("PRAGMA cache_size = 10")  # pages, so that most are on disk
        assert ledger.add_pictures(many(2_000), JOB) == 2_000
        assert list(tmp_path.iterdir()) == []
        ledger.choose(JOB, None, None)
        assert sum(1 for _ in ledger.tasks()) == 2_000


def test_a_temporary_folder_that_is_missing_or_full_is_an_error_of_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill() -> None:
        with Ledger() as ledger:
            ledger.ask("PRAGMA max_page_count = 40")
            ledger.add_pictures(many(10_000), JOB)

    with pytest.raises(OutputError, match=r"the temporary folder cannot be written: .*full"):
        fill()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(OutputError, match="nothing can be written to the temporary folder: No such file"):
        Ledger()
