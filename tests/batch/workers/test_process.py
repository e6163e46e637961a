"""A worker process: a line of JSON for a line of JSON, nothing else on its output, and an end whenever its input ends."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from focalbox.batch.job import Job, Task
from focalbox.batch.workers.handles import start

JOB = Job(("1:1",), model="classical")


def asked(*questions: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """Ask a worker, end its input; return its exit code and what it answered."""
    process = start("focalbox.batch.workers.process")
    lines = [JOB.to_json(), *map(json.dumps, questions)]
    said, _ = process.communicate("".join(f"{line}\n" for line in lines).encode(), timeout=60)
    return process.returncode, [json.loads(line) for line in said.splitlines()]


def task(number: int, path: Path) -> dict[str, Any]:
    return Task(number, str(path), path.name, path.stat().st_size, "", ("1:1",)).to_dict()


def test_every_question_has_its_answer_in_order(album: Path) -> None:
    preview = {"preview": str(album / "rocket.jpg"), "side": 40}
    broken = {"preview": str(album / "summer" / "broken.jpg"), "side": 40}
    code, answers = asked(
        task(7, album / "coffee.jpg"), preview, broken, task(3, album / "summer" / "broken.jpg"), {**preview, "side": 9}
    )
    assert code == 0
    ready, first, shown, missing, second, smaller = answers
    assert ready == {"ready": True}
    assert [(one["number"], one["rows"][0]["error"]) for one in (first, second)] == [(7, None), (3, "DecodeError")]
    assert missing == {"preview": None}
    sides = [max(Image.open(io.BytesIO(base64.b64decode(one["preview"]))).size) for one in (shown, smaller)]
    assert sides == [40, 9]


def test_without_a_question_it_gets_ready_and_ends() -> None:
    assert asked() == (0, [{"ready": True}])


@pytest.mark.parametrize("module", ["process", "forkserver"])
def test_it_ends_without_a_word_when_its_parent_ended_before_it_told_the_job(
    module: str, capfd: pytest.CaptureFixture[str]
) -> None:
    process = start(f"focalbox.batch.workers.{module}")
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be held back there")
def test_control_c_is_for_the_parent_from_the_very_start() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    try:
        process = start("focalbox.batch.workers.process")
    finally:
        signal.signal(signal.SIGINT, before)
    process.send_signal(signal.SIGINT)  # as a terminal does, long before it listens
    answers, _ = process.communicate(f"{JOB.to_json()}\n".encode(), timeout=60)
    assert (process.returncode, json.loads(answers)) == (0, {"ready": True})
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_it_ends_when_nobody_listens_any_more(album: Path) -> None:
    process = start("focalbox.batch.workers.process")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{JOB.to_json()}\n".encode())
    process.stdin.flush()
    assert json.loads(process.stdout.readline()) == {"ready": True}
    process.stdout.close()
    process.stdin.write(json.dumps(task(1, album / "coffee.jpg")).encode() + b"\n")
    process.stdin.flush()
    with process.stdin:  # which stays open until the process has ended by itself
        assert process.wait(60) == 0


def test_what_libraries_print_is_no_answer_and_control_c_is_for_the_parent() -> None:
    script = (
        "import os, signal\n"
        "from focalbox.batch.workers.process import listen\n"
        "answers = listen()\n"
        "print('a remark', flush=True)\n"
        "os.write(1, b'another\\n')\n"
        "signal.raise_signal(signal.SIGINT)\n"
        "answers.write('an answer\\n')\n"
        "answers.close()\n"
    )
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    try:
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (ran.stdout, ran.stderr) == ("an answer\n", f"a remark{os.linesep}another\n")
