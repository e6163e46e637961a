"""A worker process: reads tasks as lines of JSON, answers with lines of JSON, and ends when its input ends.

Started as ``python -P -m focalbox.batch.workers.process``, so that a script which calls `focalbox.batch.run` needs no guard,
and a worker inherits neither its parent's threads nor its memory; or forked by a process that was started so
(`forkserver`).
"""

from __future__ import annotations

import json
import os
import signal
import sys
from base64 import b64encode
from typing import Any, TextIO

from focalbox.batch.job import Job, Task
from focalbox.batch.workers.worker import Worker, preview
from focalbox.errors import FocalboxError

__all__ = ["listen", "main", "read_job", "serve"]


def main() -> None:
    """Do tasks until standard input ends, which it also does when the parent process ends in any way."""
    answers = listen()
    job = read_job()
    serve(Worker(job), job, sys.stdin, answers)


def read_job() -> Job:
    """Return the job, which is the first line; end the process when the parent has ended before sending one."""
    line = sys.stdin.readline()
    if not line:
        raise SystemExit(0)
    return Job.from_json(line)


def listen() -> TextIO:
    """Leave control-C to the parent process; return the file for answers, to which nothing else is printed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # control-C is for the parent, which then ends the workers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # output of libraries must not look like an answer
    return answers


def serve(worker: Worker, job: Job, asked: TextIO, answers: TextIO) -> None:
    """Answer until the input ends, and end the process."""
    try:
        _answer(answers, {"ready": True})
        for line in asked:
            question = json.loads(line)
            if "preview" in question:
                _answer(answers, _preview(question, job))
            else:
                # `dataclasses.asdict` would copy every row: 0.3 ms a picture.
                _answer(answers, vars(worker(Task.from_dict(question))))
    except BrokenPipeError:  # the parent has ended
        pass
    os._exit(0)  # nothing needs to be closed, and closing a model takes a while


def _answer(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _preview(asked: dict[str, Any], job: Job) -> dict[str, Any]:
    try:
        content = preview(asked["preview"], asked["side"], job.limits)
    except FocalboxError:
        return {"preview": None}
    return {"preview": b64encode(content).decode("ascii")}


if __name__ == "__main__":
    main()
