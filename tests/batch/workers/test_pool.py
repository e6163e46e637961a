"""The pool of workers: killed and hanging workers, full disks, and pictures that change during a run."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch.albums import command, contents, read_manifest, tasks_of
from focalbox.batch.job import Job, Stopped
from focalbox.batch.runner import run
from focalbox.batch.workers import pool as module
from focalbox.batch.workers.pool import WorkerPool


def kill_readers(pipe: Path, pool: WorkerPool, times: int) -> Iterator[int]:
    """Kill the worker that opens a pipe as its picture, so many times; opening the other end waits for it."""
    for _ in range(times):
        with pipe.open("wb"):
            while not (reading := [pid for pid in pool.pids if holds(pid, pipe)]):
                pass  # the system shows a file among a process's a moment after it was opened
            ending = os.pidfd_open(reading[0])
            os.kill(reading[0], signal.SIGKILL)
            select.select([ending], [], [], 10)  # until then it may still hold the pipe
            os.close(ending)
            yield reading[0]


def holds(pid: int, path: Path) -> bool:
    """Tell whether a process has a file open."""
    return str(path) in [os.path.realpath(entry.path) for entry in os.scandir(f"/proc/{pid}/fd")]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks at the files of a process as Linux shows them")
@pytest.mark.parametrize("times", [1, 2])
def test_a_picture_whose_worker_is_killed_is_tried_once_more_alone_and_then_recorded(
    album: Path, tmp_path: Path, times: int
) -> None:
    pipe = tmp_path / "deadly.jpg"
    os.mkfifo(pipe)
    good = [album / f"{name}.jpg" for name in ("coffee", "chelsea", "astronaut", "rocket")]
    tasks = tasks_of(good[0], pipe, *good[1:])
    killed: list[int] = []
    with WorkerPool(Job(("1:1",), str(tmp_path / "o")), 2) as pool:
        workers = set(pool.pids)

        def attack() -> None:
            killed.extend(kill_readers(pipe, pool, times))
            if times == 1:
                pipe.write_bytes(good[0].read_bytes())  # the second try gets a picture

        attacker = threading.Thread(target=attack)
        attacker.start()
        done = {answer.number: answer for answer in pool.work(tasks)}
        attacker.join(timeout=30)
        assert len(killed) == times
        assert len(pool.pids) == 2
        assert set(pool.pids) != workers
    assert set(done) == {0, 1, 2, 3, 4}
    assert all(done[number].rows[0]["error"] is None for number in (0, 2, 3, 4))
    (row,) = done[1].rows
    if times == 1:
        assert row["error"] is None
    else:
        assert row["error"] == "WorkerKilled"
        assert "SIGKILL" in row["message"]
        assert "twice" in row["message"]


def test_workers_that_cannot_start_stop_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, album: Path) -> None:
    (tmp_path / "PIL").mkdir()
    (tmp_path / "PIL" / "__init__.py").write_text("raise ImportError('no Pillow here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    job = Job(("1:1",))
    with WorkerPool(job, 1) as pool, pytest.raises(Stopped, match="end as soon as they start"):
        list(pool.work(tasks_of(album / "coffee.jpg")))


def test_a_preview_that_never_comes_is_none(album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "endless.jpg"
    os.mkfifo(pipe)  # nobody writes to it
    with WorkerPool(Job(("1:1",)), 1) as pool:
        ((_, shown),) = pool.previews([str(album / "coffee.jpg")], 32)
        assert shown is not None
        monkeypatch.setattr(module, "_MAX_SECONDS", 0.5)  # the worker is ready now, and answers sooner
        before = pool.pids
        assert list(pool.previews([str(pipe)], 32)) == [(str(pipe), None)]
        assert pool.pids != before


def test_workers_end_when_their_parent_is_killed(album: Path, tmp_path: Path) -> None:
    script = """
import os
from focalbox.batch.workers.pool import WorkerPool
from focalbox.batch.job import Job
pool = WorkerPool(Job(("1:1",)), 2)
print(*pool.pids, flush=True)
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL  # and the pipes of its output, which workers share, are closed
    assert len(ended.stdout.split()) == 2


def test_a_full_disk_stops_the_run_and_resume_goes_on(album: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        arguments = (album, "-s", "400x300", "--out", disk / "o", "--manifest", tmp_path / "m.jsonl", "--workers", "1")
        ended = command(*arguments)
        assert ended.returncode == 1
        assert "No space left on device" in ended.stderr
        assert "--resume" in ended.stderr
        subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
        resumed = command(*arguments, "--resume")
        assert "1 of" in resumed.stderr  # the damaged picture
        assert len(contents(disk / "o")) == 6
        assert len(read_manifest(tmp_path / "m.jsonl")) == 7
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_place_that_cannot_be_written_is_found_out_before_any_work(album: Path, tmp_path: Path) -> None:
    (tmp_path / "o").write_text("a file, no folder")
    ended = command(album, "-s", "1:1", "--out", tmp_path / "o" / "crops", "--manifest", tmp_path / "m.jsonl")
    assert ended.returncode == 1
    assert "cannot be written: Not a directory" in ended.stderr
    ended = command(album, "-s", "1:1", "--out", tmp_path / "p", "--manifest", tmp_path / "o" / "m.jsonl")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert sorted(contents(tmp_path)) == ["o"]


def test_a_picture_that_vanishes_or_changes_during_the_run_is_a_row(album: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / f"{name}.jpg").write_bytes((album / "coffee.jpg").read_bytes())
    gone, changed = tasks_of(tmp_path / "in" / "a.jpg", tmp_path / "in" / "b.jpg")
    (tmp_path / "in" / "a.jpg").unlink()
    (tmp_path / "in" / "b.jpg").write_bytes((album / "chelsea.jpg").read_bytes())
    with WorkerPool(Job(("1:1",), str(tmp_path / "o")), 1) as pool:
        first, second = pool.work([gone, changed])
    assert (first.rows[0]["error"], first.rows[0]["message"]) == ("FetchError", f"there is no file {gone.address}")
    stat = (tmp_path / "in" / "b.jpg").stat()
    assert second.rows[0]["error"] is None
    assert second.rows[0]["source"]["bytes"] == stat.st_size  # the row says what was cropped, not what was listed
    assert second.rows[0]["source"]["stamp"] == str(stat.st_mtime_ns)


def test_equal_pictures_are_looked_at_once_however_many_workers(album: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(24):
        name = ("coffee", "chelsea", "rocket")[number % 3]
        (tmp_path / "in" / f"{number}.jpg").write_bytes((album / f"{name}.jpg").read_bytes())
    summary = run(tmp_path / "in", "64x64", tmp_path / "o", workers=2)
    assert (summary.done, summary.analysed) == (24, 3)
    assert len(set(contents(tmp_path / "o").values())) == 4  # and the manifest
