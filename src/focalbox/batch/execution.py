"""The steps of a run: decide which pictures are done already, let an engine do the others, record the results."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Literal

from focalbox.batch.grouping import regroup
from focalbox.batch.job import Job, Stopped, Task
from focalbox.batch.progress import Progress
from focalbox.batch.records.ledger import Ledger
from focalbox.batch.records.manifest import Manifest
from focalbox.batch.row import TaskResult
from focalbox.batch.workers.pool import WorkerPool
from focalbox.errors import InvalidRequest, OutputError
from focalbox.machine import machine_processors
from focalbox.storage.base import below, is_remote
from focalbox.storage.open import storage_of

__all__ = ["Engine", "EngineName", "choose_tasks", "do_tasks", "engine_of"]

EngineName = Literal["local", "ray"]

Engine = Callable[[Iterable[Task], int], Iterator[TaskResult]]
"""Takes tasks and their number, and yields the result of each as it is done."""


def choose_tasks(
    job: Job,
    manifest: Manifest,
    ledger: Ledger,
    warn: Callable[[str], None],
    *,
    resume: bool,
    limit: int | None,
    sample: int | None,
) -> int:
    """Compare the listing with the manifest and the destination; return how many pictures are done already.

    Raises
    ------
    InvalidRequest
        When there is a manifest and the run does not resume, or a result would replace something that is not its own.
    OutputError
        When nothing can be written to the destination or beside the manifest.
    """
    if manifest.exists() and not resume:
        what = "there is a manifest" if manifest.complete() else "an unfinished run has left its rows beside"
        message = f"{what} {manifest.address}: go on with --resume, or name another manifest"
        raise InvalidRequest(message)
    manifest.lock()
    manifest.load(ledger, warn)
    if job.out is not None:
        storage = storage_of(job.out)
        storage.clear(job.out)
        if not is_remote(job.out):
            probe = below(job.out, ".focalbox-probe")
            storage.write(probe, b"", job.out)
            storage.remove(probe)
            storage.clear(job.out)
        ledger.add_present(storage.list(job.out))
    skipped = ledger.choose(job, limit, sample)
    foreign = ledger.foreign(job) if job.out is not None else None
    if foreign is not None:
        place = below(job.out or "", foreign)
        message = f"{place} is there and was not made by this job; move it away or choose another place"
        raise InvalidRequest(message)
    return skipped


def do_tasks(
    engine: Engine, ledger: Ledger, manifest: Manifest, job: Job, progress: Progress, *, fail_fast: bool
) -> None:
    """Do the chosen tasks; the rows of what is done are written however the run ends.

    Raises
    ------
    Stopped
        When the run cannot go on, or ``fail_fast`` and a picture failed.
    """
    tasks = manifest.announce(regroup(ledger.tasks()))
    interrupted = False
    try:
        with closing(engine(tasks, progress.total)) as answers:  # type: ignore[type-var]
            for result in _with_collisions(answers, ledger, job):
                if result.fatal is not None:
                    message = f"{result.fatal}; {progress.done} pictures are done, --resume goes on from there"
                    raise Stopped(message)
                _record(result, ledger, manifest, progress)
                failure = next((row for row in result.rows if row["error"]), None)
                if fail_fast and failure is not None:
                    message = f"stopped at the first failure: {failure['source']['address']}: {failure['message']}"
                    raise Stopped(message)
    except sqlite3.Error as error:
        message = (
            f"the ledger in the temporary folder cannot be written: {error}; --resume goes on from what is written"
        )
        raise Stopped(message) from error
    except OutputError as error:  # raised by the manifest's own storage
        message = f"{error}; --resume goes on from what is written"
        raise Stopped(message) from error
    except KeyboardInterrupt:
        interrupted = True
        raise
    finally:
        progress.close()
        try:
            manifest.flush()
            if interrupted:
                counted = f"interrupted: {progress.done} of {progress.total} pictures are done and written down"
                progress.say(f"{counted}; the same call with --resume goes on from there")
        except OutputError as error:
            progress.say(str(error))


def _record(result: TaskResult, ledger: Ledger, manifest: Manifest, progress: Progress) -> None:
    ledger.add_rows(result.rows, fresh=True)
    try:
        manifest.add(result.rows)
    finally:  # even when writing a part fails, the rows are kept, and written when the run ends
        progress.count(result)


def _with_collisions(answers: Iterator[TaskResult], ledger: Ledger, job: Job) -> Iterator[TaskResult]:
    """Yield results, with error rows for the sizes whose output names are taken by other pictures."""
    if not ledger.has_collisions():
        yield from answers
        return
    for number, rows in list(ledger.collisions(job)):
        yield TaskResult(number, rows, 0, analysed=False)
    for result in answers:
        for _, rows in ledger.collisions(job, result.number):
            result.rows.extend(rows)
        yield result


def engine_of(name: str, job: Job, workers: int | None, address: str | None) -> Engine:
    """Return the engine of that name.

    Raises
    ------
    InvalidRequest
        When a cluster is wanted and cannot be reached.
    """
    if name == "ray":
        from focalbox.batch.workers.ray_engine import connect, crop_on_cluster  # noqa: PLC0415 - an extra of 0.9 GB

        connect(address)
        return lambda tasks, _: crop_on_cluster(job, tasks, workers)
    return lambda tasks, count: _crop_here(job, tasks, min(workers or machine_processors(), count))


def _crop_here(job: Job, tasks: Iterable[Task], workers: int) -> Iterator[TaskResult]:
    with WorkerPool(job, workers) as pool:
        yield from pool.work(tasks)
