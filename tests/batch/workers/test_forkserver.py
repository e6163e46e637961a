"""The fork server: its workers share only what was loaded before, and it reports how each ended."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Self

import pytest

from focalbox.batch.job import Job, Task
from focalbox.batch.workers.handles import start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there workers are forked")

JOB = Job(("1:1",), model="classical")
SECONDS = 30.0
"""How long an answer may take on a busy machine."""


def line_of(pipe: IO[bytes]) -> bytes:
    """Return the one line that is to come, empty at the end."""
    assert select.select([pipe], [], [], SECONDS)[0], "no answer"
    return pipe.readline()


class Server:
    """A fork server that was started by hand, and both ends of its workers' pipes."""

    def __init__(self, workers: int) -> None:
        pipes = [(os.pipe(), os.pipe()) for _ in range(workers)]
        files = [file for asked, answered in pipes for file in (asked[0], answered[1])]
        self.process = start("focalbox.batch.workers.forkserver", files)
        for file in files:
            os.close(file)
        self.asked = [os.fdopen(asked[1], "wb", buffering=0) for asked, _ in pipes]
        self.answers = [os.fdopen(answered[0], "rb") for _, answered in pipes]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.stdin.write(f"{JOB.to_json()}\n".encode())
        self.stdin.flush()
        self.told = line_of(self.stdout)
        self.pids: list[int] = json.loads(self.told or b"[]")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            files: list[IO[bytes]] = [*self.asked, *self.answers, self.stdout, self.stdin]
            for file in files:
                stack.callback(file.close)
            self.process.kill()
            self.process.wait()
            for pid in self.pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def ask(self, worker: int, question: dict[str, Any]) -> dict[str, Any]:
        self.asked[worker].write(json.dumps(question).encode() + b"\n")
        answer: dict[str, Any] = json.loads(line_of(self.answers[worker]))
        return answer

    def end(self, worker: int, patience: float) -> int:
        self.stdin.write(f"{self.pids[worker]} {patience}\n".encode())
        self.stdin.flush()
        return int(line_of(self.stdout))


@contextmanager
def errors_in(path: Path) -> Iterator[None]:
    """Let what is started here write its errors into a file."""
    ours = os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(ours, 2)
        os.close(ours)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Start a fork server with three workers that are ready."""
    with errors_in(tmp_path / "errors"):
        started = Server(3)
    with started as server:
        assert [json.loads(line_of(answers)) for answers in server.answers] == [{"ready": True}] * 3
        yield server


def task(path: Path) -> dict[str, Any]:
    return Task(5, str(path), path.name, path.stat().st_size, "", ("1:1",)).to_dict()


def test_workers_answer_and_end_each_by_itself(server: Server, album: Path) -> None:
    assert len(set(server.pids)) == 3
    rows = [server.ask(worker, task(album / "coffee.jpg"))["rows"][0] for worker in (2, 0, 1)]
    assert all(row["error"] is None and row["box"] == rows[0]["box"] for row in rows)
    for worker in (0, 2):  # the others hold no file of its, so that it sees its input's end
        server.asked[worker].close()
        assert line_of(server.answers[worker]) == b""
        assert server.end(worker, SECONDS) == 0
    assert server.ask(1, task(album / "rocket.jpg"))["rows"][0]["error"] is None


def test_it_waits_as_long_as_it_is_told_and_then_kills(server: Server) -> None:
    assert server.end(0, 0) == -signal.SIGKILL
    assert line_of(server.answers[0]) == b""
    os.kill(server.pids[1], signal.SIGTERM)
    assert server.end(1, SECONDS) == -signal.SIGTERM
    server.asked[2].close()
    assert server.end(2, SECONDS) == 0
    server.stdin.close()
    assert server.process.wait(SECONDS) == 0
    assert line_of(server.stdout) == b""


def test_a_worker_that_fails_says_why_and_never_does_the_servers_work(server: Server, tmp_path: Path) -> None:
    server.asked[1].write(b"this is no JSON\n")
    assert line_of(server.answers[1]) == b""
    assert server.end(1, SECONDS) == 1
    assert "JSONDecodeError" in (tmp_path / "errors").read_text()
    server.stdin.close()
    assert server.process.wait(SECONDS) == 0
    assert line_of(server.stdout) == b""  # no second list of process ids


def test_a_process_of_several_threads_forks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    (tmp_path / "sitecustomize.py").write_text(thread)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with errors_in(tmp_path / "errors"):
        started = Server(2)
    with started as server:
        assert server.told == b""
        assert server.process.wait(SECONDS) == 0
        assert [line_of(answers) for answers in server.answers] == [b"", b""]
    assert (tmp_path / "errors").read_text() == ""
