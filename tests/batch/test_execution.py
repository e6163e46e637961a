"""The steps of a run with an engine of the test's own: the chosen tasks, and the rows written however a run ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from focalbox.batch.execution import Engine, choose_tasks, do_tasks
from focalbox.batch.job import Job, Stopped, Task
from focalbox.batch.listing import list_pictures
from focalbox.batch.progress import Progress
from focalbox.batch.records.ledger import Ledger
from focalbox.batch.records.manifest import Manifest
from focalbox.batch.row import TaskResult, blank_row, failed_rows
from focalbox.errors import InvalidRequest, OutputError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with pictures to do in ``in``, which nobody opens here."""
    (tmp_path / "in").mkdir()
    for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
        (tmp_path / "in" / name).write_bytes(bytes(number + 1))
    return tmp_path


class Run:
    """One run over the pictures of a place, as `focalbox.batch.run` puts it together."""

    def __init__(self, place: Path, sizes: tuple[str, ...] = ("1:1",), *, format: str | None = None) -> None:  # noqa: A002
        self.job = Job(sizes, str(place / "out"), format=format)
        self.place, self.said = place, list[str]()
        self.manifest = Manifest(str(place / "m.jsonl"))

    def go(self, engine: Engine, *, resume: bool = False, fail_fast: bool = False) -> tuple[int, int]:
        """Return how many pictures were done before, and are done now."""
        with closing(self.manifest), Ledger() as ledger:
            ledger.add_pictures(list_pictures([str(self.place / "in")]), self.job)
            skipped = choose_tasks(
                self.job, self.manifest, ledger, self.said.append, resume=resume, limit=None, sample=None
            )
            progress = Progress(ledger.count_tasks(), None)
            do_tasks(engine, ledger, self.manifest, self.job, progress, fail_fast=fail_fast)
            self.manifest.finish(ledger)
            return skipped, progress.done

    def rows(self) -> dict[str, str | None]:
        """Return the error of every row, those of parts included."""
        with Ledger() as ledger:
            self.manifest.load(ledger, self.said.append)
            return {f"{row['source']['name']} {row['size']}": row["error"] for row in ledger.rows()}

    def write(self, task: Task) -> TaskResult:
        """Do a task as a worker does, with bytes that are no picture."""
        rows = []
        for planned in self.job.plan(task.name):
            if planned.size in task.sizes:
                path = self.place / "out" / planned.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"result")
                rows.append(blank_row(self.job, task, planned.size) | {"output": str(path), "bytes": 6})
        return TaskResult(task.number, rows, 1, analysed=True)

    def all(self, tasks: Iterable[Task], _: int) -> Iterator[TaskResult]:
        """Do every task."""
        yield from map(self.write, tasks)

    def until(self, name: str, end: Callable[[Task], TaskResult]) -> Engine:
        """Do every task but the one of this name, of which something else becomes."""

        def engine(tasks: Iterable[Task], _: int) -> Iterator[TaskResult]:
            for task in tasks:
                yield end(task) if task.name == name else self.write(task)

        return engine

    def failed(self, task: Task) -> TaskResult:
        """Fail."""
        return TaskResult(task.number, failed_rows(self.job, task, "DecodeError", "no picture"), 0, analysed=False)


def test_what_is_done_is_written_down_and_not_done_again(place: Path) -> None:
    assert Run(place).go(Run(place).all) == (0, 3)
    assert Run(place).rows() == {"a.jpg 1:1": None, "b.jpg 1:1": None, "c.jpg 1:1": None}
    assert Run(place).go(Run(place).all, resume=True) == (3, 0)
    (place / "out" / "b-1-1.jpg").unlink()
    (place / "in" / "c.jpg").write_bytes(b"another")
    assert Run(place).go(Run(place).all, resume=True) == (1, 2)


def test_a_second_run_names_what_the_first_has_left(place: Path) -> None:
    Run(place).go(Run(place).all)
    with pytest.raises(InvalidRequest, match=r"there is a manifest .*m\.jsonl: go on with --resume"):
        Run(place).go(Run(place).all)


def test_another_size_is_not_proved_by_the_first(place: Path) -> None:
    Run(place).go(Run(place).all)
    both = Run(place, ("1:1", "2:1"))
    assert both.go(both.all, resume=True) == (0, 3)
    assert len(both.rows()) == 6


def test_failing_fast_stops_at_the_first_failure_and_keeps_the_rest(place: Path) -> None:
    run = Run(place)
    with pytest.raises(Stopped, match=r"stopped at the first failure: .*b\.jpg: no picture"):
        run.go(run.until("b.jpg", run.failed), fail_fast=True)
    assert run.rows() == {"a.jpg 1:1": None, "b.jpg 1:1": "DecodeError"}
    again = Run(place)
    with pytest.raises(InvalidRequest, match="an unfinished run has left its rows"):
        again.go(again.all)
    assert Run(place).go(Run(place).all, resume=True) == (1, 2)


def test_what_nobody_can_go_on_from_stops_the_run(place: Path) -> None:
    run = Run(place)
    fatal = run.until("c.jpg", lambda task: TaskResult(task.number, [], 0, analysed=False, fatal="the disk is full"))
    with pytest.raises(Stopped, match="the disk is full; 2 pictures are done, --resume goes on from there"):
        run.go(fatal)
    assert list(run.rows()) == ["a.jpg 1:1", "b.jpg 1:1"]


def test_a_manifest_that_cannot_be_written_any_more_stops_the_run(place: Path) -> None:
    run = Run(place)

    def full(_: Task) -> TaskResult:
        message = "the manifest cannot be written: No space left on device"
        raise OutputError(message)

    with pytest.raises(Stopped, match="No space left on device; --resume goes on from what is written"):
        run.go(run.until("b.jpg", full))
    assert list(run.rows()) == ["a.jpg 1:1"]


def test_an_interrupted_run_says_how_to_go_on(place: Path) -> None:
    run, said = Run(place), place / "said"

    def interrupt(_: Task) -> TaskResult:
        raise KeyboardInterrupt

    with said.open("w") as out, closing(run.manifest), Ledger() as ledger:
        ledger.add_pictures(list_pictures([str(place / "in")]), run.job)
        choose_tasks(run.job, run.manifest, ledger, run.said.append, resume=False, limit=None, sample=None)
        with pytest.raises(KeyboardInterrupt):
            do_tasks(
                run.until("c.jpg", interrupt),
                ledger,
                run.manifest,
                run.job,
                Progress(3, out, None, 3600),
                fail_fast=False,
            )
    assert said.read_text() == (
        "focalbox: interrupted: 2 of 3 pictures are done and written down; the same call with --resume goes on from there\n"
    )
    assert list(run.rows()) == ["a.jpg 1:1", "b.jpg 1:1"]


PART_ROWS = 2_000
"""Rows with which a part of the manifest is written at once."""


class Stopping(dict[str, object]):
    """A row; whoever asks for its columns a second time is interrupted, once."""

    asked = 0

    def items(self):  # type: ignore[no-untyped-def]
        self.asked += 1
        if self.asked == 2:  # first by the ledger, then by a part of the manifest
            raise KeyboardInterrupt
        return super().items()


def test_a_picture_whose_rows_were_being_written_is_counted_and_written(place: Path) -> None:
    run, said = Run(place), place / "said"

    def many(task: Task) -> TaskResult:
        rows = [blank_row(run.job, task, f"{number}:1") for number in range(1, PART_ROWS)]
        return TaskResult(task.number, [*rows, Stopping(blank_row(run.job, task, "1:2"))], 1, analysed=True)

    with said.open("w") as out, closing(run.manifest), Ledger() as ledger:
        ledger.add_pictures(list_pictures([str(place / "in")]), run.job)
        choose_tasks(run.job, run.manifest, ledger, run.said.append, resume=False, limit=None, sample=None)
        progress = Progress(3, out, None, 3600)
        with pytest.raises(KeyboardInterrupt):
            do_tasks(run.until("b.jpg", many), ledger, run.manifest, run.job, progress, fail_fast=False)
    assert "interrupted: 2 of 3 pictures are done and written down" in said.read_text()
    assert len(run.rows()) == 1 + PART_ROWS


def test_a_result_that_this_job_did_not_make_is_not_replaced(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "b-1-1.jpg").write_bytes(b"a drawing of mine")
    run = Run(place)
    with pytest.raises(InvalidRequest, match=r"out/b-1-1\.jpg is there and was not made by this job"):
        run.go(run.all)
    assert (place / "out" / "b-1-1.jpg").read_bytes() == b"a drawing of mine"


def test_results_of_one_name_are_rows_of_the_second(place: Path) -> None:
    (place / "in" / "a.png").write_bytes(b"four")
    run = Run(place, ("1:1", "2:1"), format="webp")
    assert run.go(run.all) == (0, 4)
    failed = {name for name, error in run.rows().items() if error == "OutputError"}
    assert failed == {"a.png 1:1", "a.png 2:1"}
