"""A worker process: reads tasks as lines of JSON, answers with lines of JSON, ends when nobody asks any more.

Started as ``python -P -m focalbox.batch.process``, so that a script which calls `focalbox.batch.run` needs no guard, and a
worker inherits neither its parent's threads nor its memory.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from base64 import b64encode
from typing import Any, TextIO

from focalbox.batch.job import Job, Task
from focalbox.batch.work import Worker, preview
from focalbox.errors import FocalboxError

__all__ = ["main"]


def main() -> None:
    """Do tasks until standard input ends: when the parent is gone, however it went, the worker goes too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # control-C is for the parent, which then ends the workers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not look like an answer
    job = Job.from_json(sys.stdin.readline())
    worker = Worker(job)
    try:
        _answer(answers, {"ready": True})
        for line in sys.stdin:
            asked = json.loads(line)
            done = _previewed(asked, job) if "preview" in asked else dataclasses.asdict(worker(Task.from_dict(asked)))
            _answer(answers, done)
    except BrokenPipeError:  # nobody is left to be told
        pass
    os._exit(0)  # nothing is left to be closed, and closing a model takes a while


def _answer(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _previewed(asked: dict[str, Any], job: Job) -> dict[str, Any]:
    try:
        content = preview(asked["preview"], asked["side"], job.limits)
    except FocalboxError:
        return {"preview": None}
    return {"preview": b64encode(content).decode("ascii")}


if __name__ == "__main__":
    main()
