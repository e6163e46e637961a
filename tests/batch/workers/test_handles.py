"""Worker processes, forked or started one by one: what they load, how they end, and what the system refuses."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from batch.albums import tasks_of
from focalbox.batch.job import Job, Stopped
from focalbox.batch.workers.handles import ForkServer
from focalbox.batch.workers.pool import WorkerPool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there workers are forked")

JOB = Job(("1:1",))


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_pool_has_loaded_everything_once(album: Path) -> None:
    with WorkerPool(JOB, 3) as pool:
        (fork_server,) = {parent_of(pid) for pid in pool.pids}
        assert fork_server != os.getpid()
        answers = list(pool.work(tasks_of(album / "coffee.jpg", album / "rocket.jpg", album / "chelsea.jpg")))
        pids = pool.pids
    assert sorted(answer.number for answer in answers) == [0, 1, 2]
    assert all(answer.rows[0]["error"] is None for answer in answers)
    assert not any(Path(f"/proc/{pid}").exists() for pid in (*pids, fork_server))


def test_a_worker_tells_how_it_ended() -> None:
    fork_server = ForkServer(JOB, 3)
    patient, stubborn, killed = fork_server.handles
    patient.close_input()
    assert patient.process.end(10) == 0
    assert stubborn.process.end(0.05) == -signal.SIGKILL
    os.kill(killed.process.pid, signal.SIGTERM)
    assert killed.process.end(10) == -signal.SIGTERM
    assert killed.process.end(10) == -signal.SIGTERM
    fork_server.close(10)
    for handle in fork_server.handles:
        handle.close_input()
        handle.answers.close()


def test_what_the_system_refuses_a_worker_is_said() -> None:
    import resource  # noqa: PLC0415 - only POSIX has it

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only their number counts
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 9, limits[1]))
    try:
        with pytest.raises(Stopped, match=r"no worker can be started: Too many open files; fewer .* \(--workers\)"):
            WorkerPool(JOB, 50)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_pool_outlives_its_fork_server(album: Path) -> None:
    with WorkerPool(JOB, 2) as pool:
        os.kill(parent_of(pool.pids[0]), signal.SIGKILL)
        os.kill(pool.pids[0], signal.SIGKILL)
        answers = list(pool.work(tasks_of(album / "coffee.jpg", album / "rocket.jpg", album / "chelsea.jpg")))
    assert sorted(answer.number for answer in answers) == [0, 1, 2]
    assert all(answer.rows[0]["error"] is None for answer in answers)


def test_where_something_has_started_threads_every_worker_is_started_by_itself(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    (tmp_path / "sitecustomize.py").write_text(thread)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with WorkerPool(JOB, 2) as pool:
        assert {parent_of(pid) for pid in pool.pids} == {os.getpid()}
        (answer,) = pool.work(tasks_of(album / "coffee.jpg"))
    assert answer.rows[0]["error"] is None
