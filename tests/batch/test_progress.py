"""What a run says while it works: to a terminal, to a file, into a log."""

from __future__ import annotations

import datetime as dt
import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.batch.job import Job, Task
from focalbox.batch.progress import Progress, duration_text, open_log
from focalbox.batch.row import TaskResult, blank_row, failed_rows
from focalbox.errors import OutputError

JOB = Job(("1:1",))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def result(number: int, *, failed: bool = False, analysed: bool = True) -> TaskResult:
    task = Task(number, f"in/{number}.jpg", f"{number}.jpg", 10, "", ("1:1",))
    rows: list[dict[str, Any]] = [blank_row(JOB, task, "1:1")]
    if failed:
        rows = failed_rows(JOB, task, "DecodeError", "it is no picture")
    return TaskResult(number, rows, 1_000_000, analysed=analysed)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_everything_is_counted(results: list[tuple[bool, bool]]) -> None:
    progress = Progress(len(results), None)
    for number, (failed, analysed) in enumerate(results):
        progress.count(result(number, failed=failed, analysed=analysed))
    assert (progress.done, progress.pixels) == (len(results), 1_000_000 * len(results))
    assert progress.failed == sum(failed for failed, _ in results)
    assert progress.analysed == sum(analysed for _, analysed in results)


def test_on_a_terminal_there_is_a_bar_that_grows_and_is_taken_away() -> None:
    out = Terminal()
    progress = Progress(4, out, seconds_between=0)
    for number in range(4):
        progress.count(result(number))
    progress.close()
    states = out.getvalue().split("\r\x1b[K")
    assert states[0] == states[-1] == ""
    assert [state.count("#") for state in states[1:-1]] == sorted(state.count("#") for state in states[1:-1])
    assert "1/4 pictures, 0 failed" in states[1]
    assert "4/4 pictures, 0 failed" in states[4]
    assert "MP/s, 0 s left" in states[4]
    assert all(len(state) < 80 for state in states)
    assert "\n" not in out.getvalue()


def test_elsewhere_there_are_lines_without_signs_of_a_terminal() -> None:
    out = io.StringIO()
    progress = Progress(2, out, seconds_between=0)
    progress.count(result(0))
    progress.count(result(1))
    progress.close()
    lines = out.getvalue().splitlines()
    assert [line.split(" pictures")[0] for line in lines] == ["focalbox: 1/2", "focalbox: 2/2"]
    assert "\x1b" not in out.getvalue()


def test_nothing_is_told_before_it_is_time_but_failures_are() -> None:
    out = io.StringIO()
    progress = Progress(20, out, seconds_between=3600)
    for number in range(20):
        progress.count(result(number, failed=number > 2))
    lines = out.getvalue().splitlines()
    assert lines[0] == "focalbox: in/3.jpg: it is no picture"
    assert len(lines) == 10
    assert lines[-1] == "focalbox: in/12.jpg: it is no picture; further ones are in the manifest"
    assert progress.failed == 17


def test_a_log_has_lines_with_the_time_and_is_added_to(tmp_path: Path) -> None:
    path = tmp_path / "batch.log"
    for _ in range(2):
        with open_log(str(path)) as log:
            progress = Progress(1, None, log, seconds_between=3600)
            progress.count(result(0, failed=True))
            progress.close()
    lines = path.read_text("utf-8").splitlines()
    said = [line.split(" ", 1) for line in lines]
    assert [sentence for _, sentence in said[::2]] == ["in/0.jpg: it is no picture"] * 2
    assert all(sentence.startswith("1/1 pictures, 1 failed") for _, sentence in said[1::2])
    assert all(dt.datetime.fromisoformat(time).tzinfo is not None for time, _ in said)


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: Is a directory"):
        open_log(str(tmp_path))


@given(st.floats(0, 10**7))
def test_a_time_is_told_to_its_two_largest_units(seconds: float) -> None:
    units = {"h": 3600, "min": 60, "s": 1}
    words = duration_text(seconds).split()
    told = sum(int(number) * units[unit] for number, unit in zip(words[::2], words[1::2], strict=True))
    assert abs(told - seconds) <= (60 if "h" in words else 0.5)
    assert len(words) <= 4


@pytest.mark.parametrize("out", [io.StringIO(), Terminal()], ids=["file", "terminal"])
def test_quiet_tells_failures_alone_and_names_a_picture_once(out: io.StringIO) -> None:
    log = io.StringIO()
    progress = Progress(3, out, log, seconds_between=0, quiet=True)
    progress.count(result(0))
    progress.count(result(1, failed=True))
    rows = failed_rows(JOB, Task(2, "in/2.jpg", "2.jpg", 10, "", ("1:1",)), "FetchError", "there is no file in/2.jpg")
    progress.count(TaskResult(2, rows, 0, analysed=False))
    progress.close()
    assert out.getvalue() == "focalbox: in/1.jpg: it is no picture\nfocalbox: there is no file in/2.jpg\n"
    assert "3/3 pictures, 2 failed" in log.getvalue()


class Full(io.StringIO):
    """A file on a disk that is full."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_run_goes_on_when_nobody_can_be_told() -> None:
    progress = Progress(2, Full(), seconds_between=0)
    progress.count(result(0, failed=True))
    progress.count(result(1))
    progress.close()
    assert progress.done == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_log_on_a_full_disk_is_said_once_and_the_run_goes_on() -> None:
    out = io.StringIO()
    with open_log("/dev/full") as log:
        progress = Progress(2, out, log, seconds_between=3600)
        progress.count(result(0, failed=True))
        progress.count(result(1, failed=True))
        progress.close()
    said = [line for line in out.getvalue().splitlines() if "log" in line]
    assert said == ["focalbox: the log cannot be written any more: No space left on device"]
