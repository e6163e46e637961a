"""One run of a batch: list, check, choose, do, write down. The engines differ only in where the work is done."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, TextIO

from focalbox.batch.grouping import regroup
from focalbox.batch.job import Job, Stopped, Task
from focalbox.batch.listing import list_pictures
from focalbox.batch.progress import Progress
from focalbox.batch.records.ledger import Ledger
from focalbox.batch.records.manifest import Manifest
from focalbox.batch.report import check_place, write_report
from focalbox.batch.row import TaskResult
from focalbox.batch.validation import absolute_address, as_size_list, check_call, cores
from focalbox.batch.workers.pool import WorkerPool
from focalbox.errors import InvalidRequest, OutputError
from focalbox.imaging.limits import Limits
from focalbox.options import SizeLike, parse_target
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.storage.base import below, is_remote
from focalbox.storage.open import storage_of

__all__ = ["EngineName", "Summary", "run"]

EngineName = Literal["local", "ray"]

_Engine = Callable[[Iterable[Task], int], Iterator[TaskResult]]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run has done.

    Parameters
    ----------
    listed, skipped, done, failed : int
        Pictures: found; proved done before; done now, the failed ones included; failed now.
    analysed : int
        Pictures that a model looked at now: the same content twice is looked at once.
    pixels : int
        Source pixels of the pictures done now.
    seconds : float
        From the first picture to the last.
    manifest : str or None
        Where the rows are.
    report : str or None
        Where the report is.
    """

    listed: int
    skipped: int
    done: int
    failed: int
    analysed: int
    pixels: int
    seconds: float
    manifest: str
    report: str | None


def run(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    sizes: SizeLike | Sequence[SizeLike],
    out: str | os.PathLike[str] | None = None,
    *,
    manifest: str | os.PathLike[str] | None = None,
    engine: EngineName = "local",
    address: str | None = None,
    workers: int | None = None,
    resume: bool = False,
    plan_only: bool = False,
    format: str | None = None,  # noqa: A002 - the word of the command
    quality: int = 80,
    report: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    fail_fast: bool = False,
    model: str = DEFAULT_MODEL,
    yunet: str | None = None,
    limits: Limits | None = None,
    progress: TextIO | None = None,
    **options: Any,
) -> Summary:
    """Crop many pictures, and write down what became of each.

    Parameters
    ----------
    sources : str, path or sequence of them
        Folders, globs, list files, files, or addresses such as ``s3://bucket/prefix``.
    sizes : str, (int, int) or sequence of them
        What each picture is cropped to.
    out : str or path, optional
        The folder or address where results are written; needed unless ``plan_only``.
    manifest : str or path, optional
        A file or address that ends with ``.parquet`` or ``.jsonl``; without it ``manifest.parquet`` under ``out``.
    engine : {"local", "ray"}
        Processes of this machine, or a Ray cluster.
    address : str, optional
        The Ray cluster, ``"host:port"`` or ``"auto"``; without it one is started on this machine.
    workers : int, optional
        Worker processes, or actors; without it, as many as there are cores.
    resume : bool
        Go on with what an earlier run has left; what the manifest and the results prove done is not done again.
    plan_only : bool
        Decide and write down, and make no picture.
    format : str, optional
        ``"jpeg"``, ``"webp"`` ...; without it as the picture's name ends.
    quality : int
        1 to 100.
    report : str or path, optional
        Where to write one HTML file to check the batch by eye.
    limit : int, optional
        Do at most so many pictures.
    fail_fast : bool
        Stop at the first picture that fails.
    model : str
        The name of a model, or the path of an .onnx file.
    yunet : str, optional
        The path of a YuNet .onnx file that finds the faces.
    limits : Limits, optional
        What is refused before it is decoded.
    progress : text file, optional
        Where to tell how it goes.
    **options
        As in `focalbox.options.CropOptions`.

    Returns
    -------
    Summary

    Raises
    ------
    InvalidRequest
        Before any work, when the call makes no sense: no pictures, colliding names, results in the way that this manifest
        did not make, a manifest that cannot be used.
    Stopped
        When the run could not go on, or ``fail_fast`` and a picture failed. What is done is written down: ``resume``.

    Examples
    --------
    >>> run("holiday", ["500x200", "1:1"], "crops")  # doctest: +SKIP
    Summary(listed=200, skipped=0, done=200, failed=0, ...)
    """
    several = as_size_list(sizes)
    named = (
        [os.fspath(sources)] if isinstance(sources, str | os.PathLike) else [os.fspath(source) for source in sources]
    )
    place = None if plan_only or out is None else absolute_address(out)
    job = Job(
        tuple(str(parse_target(size)) for size in several),
        place,
        options,
        format,
        quality,
        model,
        yunet,
        limits or Limits(),
    )
    check_call(named, out, plan_only=plan_only, workers=workers, limit=limit, engine=engine, address=address)
    if manifest is None and out is None:
        message = "a batch that only plans needs a manifest, or a place for one"
        raise InvalidRequest(message)
    record = Manifest(
        absolute_address(manifest if manifest is not None else below(absolute_address(out or ""), "manifest.parquet"))
    )
    with Ledger() as ledger, closing(record):
        said = Progress(0, progress)
        work = _engine(engine, job, workers, address)
        listed = ledger.enlist(list_pictures(absolute_address(source) for source in named), job)
        if listed == 0:
            message = f"no pictures were found in {', '.join(named)}"
            raise InvalidRequest(message)
        if report is not None:
            check_place(absolute_address(report))
        skipped = _choose(job, record, ledger, said, resume=resume, limit=limit)
        ((todo,),) = ledger.ask("SELECT COUNT(*) FROM todo")
        told = Progress(todo, progress)
        if todo:
            _do(work, ledger, record, told, fail_fast=fail_fast)
            record.finish(ledger)
        elif record.interrupted():
            record.finish(ledger)
        if job.out is not None:
            storage_of(job.out).clear(job.out)
        if report is not None:
            write_report(absolute_address(report), ledger, job, record.address, workers or cores())
    return Summary(
        listed,
        skipped,
        told.done,
        told.failed,
        told.analysed,
        told.pixels,
        told.seconds,
        record.address,
        None if report is None else absolute_address(report),
    )


def _do(engine: _Engine, ledger: Ledger, manifest: Manifest, told: Progress, *, fail_fast: bool) -> None:
    """Do what is chosen; whatever happens, the rows of what is done are written down."""
    tasks = manifest.announce(regroup(ledger.tasks()))
    try:
        with closing(engine(tasks, told.total)) as answers:  # type: ignore[type-var]
            for done in answers:
                if done.fatal is not None:
                    message = f"{done.fatal}; {told.done} pictures are done, --resume goes on from there"
                    raise Stopped(message)
                ledger.record(done.rows, fresh=True)
                manifest.add(done.rows)
                told.count(done)
                if fail_fast and done.rows and done.rows[0]["error"]:
                    row = done.rows[0]
                    message = f"stopped at the first failure: {row['source']['address']}: {row['message']}"
                    raise Stopped(message)
    except sqlite3.Error as error:
        message = (
            f"the ledger in the temporary folder cannot be written: {error}; --resume goes on from what is written"
        )
        raise Stopped(message) from error
    except OutputError as error:  # the manifest's own place
        message = f"{error}; --resume goes on from what is written"
        raise Stopped(message) from error
    finally:
        told.close()
        try:
            manifest.flush()
        except OutputError as error:
            told.say(str(error))


def _choose(job: Job, manifest: Manifest, ledger: Ledger, said: Progress, *, resume: bool, limit: int | None) -> int:
    """Hold the listing against what is there; return how many pictures are proved done."""
    if manifest.exists():
        if not resume:
            message = f"there is a manifest {manifest.address} already: go on with --resume, or name another"
            raise InvalidRequest(message)
        manifest.hold()
        manifest.load(ledger, said.say)
    else:
        manifest.hold()
    if job.out is not None:
        place = storage_of(job.out)
        place.clear(job.out)
        if not is_remote(job.out):
            probe = below(job.out, ".focalbox-probe")
            place.write(probe, b"", job.out)
            place.remove(probe)
            place.clear(job.out)
        ledger.see(place.list(job.out))
    _, skipped = ledger.choose(job, limit)
    if job.out is not None:
        foreign = ledger.foreign(job)
        if foreign is not None:
            message = (
                f"{below(job.out, foreign)} is there and was not made by this job; move it away or choose another place"
            )
            raise InvalidRequest(message)
    return skipped


def _engine(name: str, job: Job, workers: int | None, address: str | None) -> _Engine:
    if name == "ray":
        from focalbox.batch.workers.ray_engine import crop_on_cluster, reach  # noqa: PLC0415 - an extra of 0.9 GB

        reach(address)
        return lambda tasks, _: crop_on_cluster(job, tasks, workers)
    return lambda tasks, count: _crop_here(job, tasks, min(workers or cores(), count))


def _crop_here(job: Job, tasks: Iterable[Task], workers: int) -> Iterator[TaskResult]:
    with WorkerPool(job, workers) as pool:
        yield from pool.work(tasks)
