"""One run of a batch: list the pictures, check the call, choose the tasks, do them, record the results."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TextIO, Unpack

from focalbox.amounts import as_whole
from focalbox.batch.execution import EngineName, choose_tasks, do_tasks, engine_of
from focalbox.batch.job import TEMPLATE, Job, Stopped
from focalbox.batch.listing import list_pictures
from focalbox.batch.progress import Progress, open_log
from focalbox.batch.records.files import check_name
from focalbox.batch.records.ledger import Ledger
from focalbox.batch.records.manifest import Manifest
from focalbox.batch.records.stored import stored_pictures
from focalbox.batch.report import check_place, write_report
from focalbox.batch.validation import (
    absolute_address,
    as_address_list,
    as_size_list,
    check_call,
    check_models,
    manifest_address,
    split_output,
)
from focalbox.errors import InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.machine import machine_processors
from focalbox.options import CropKeywords, CropOptions, SizeLike, parse_target
from focalbox.options.sizes import FREE
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.storage.base import is_remote
from focalbox.storage.local import folds_case
from focalbox.storage.open import storage_of
from focalbox.storage.temporary import temporary_folder

__all__ = ["EngineName", "Stopped", "Summary", "run"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a run.

    Parameters
    ----------
    listed, skipped, done, failed : int
        Numbers of pictures: found; already done before; processed now, failed ones included; failed now.
    analysed : int
        Pictures that a model looked at now; equal pictures are looked at once.
    pixels : int
        Pixels of the pictures that were processed now.
    seconds : float
        From the first picture to the last.
    manifest : str or None
        The manifest; None when its rows were only wanted for a report.
    report : str or None
        The report, if one was written.
    unlisted : int
        Folders that could not be listed, which was told: their pictures are missing here.
    """

    listed: int
    skipped: int
    done: int
    failed: int
    analysed: int
    pixels: int
    seconds: float
    manifest: str | None
    report: str | None
    unlisted: int = 0


def run(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    sizes: SizeLike | Sequence[SizeLike | None] | None = (),
    out: str | os.PathLike[str] | None = None,
    *,
    from_manifest: str | os.PathLike[str] | None = None,
    manifest: str | os.PathLike[str] | None = None,
    engine: EngineName = "local",
    address: str | None = None,
    workers: int | None = None,
    resume: bool = False,
    plan_only: bool = False,
    format: str | None = None,  # noqa: A002 - the word of the command
    quality: int = 80,
    cache_control: str = "",
    storage_class: str = "",
    analyses: bool = True,
    alternatives: int = 1,
    report: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    sample: int | None = None,
    fail_fast: bool = False,
    model: str = DEFAULT_MODEL,
    yunet: str | None = None,
    limits: Limits | None = None,
    progress: TextIO | None = None,
    quiet: bool = False,
    log: str | os.PathLike[str] | None = None,
    options: CropOptions | None = None,
    **keywords: Unpack[CropKeywords],
) -> Summary:
    """Crop many pictures, and record what was done with each.

    Parameters
    ----------
    sources : str, path or sequence of them
        Folders, globs, list files, files, or addresses such as ``s3://bucket/prefix``.
    sizes : str, (int, int), None or sequence of them
        The sizes to which each picture is cropped; ``"free"`` and None are the free-form crop.
    out : str or path, optional
        The folder or address to write results to, optionally with a template for their names, as in
        ``"crops/{folder}/{stem}-{size}{ext}"``. Required unless ``plan_only``.
    from_manifest : str or path, optional
        An earlier manifest, instead of sources. Its pictures are cropped by the analyses in it, and looked at again only
        when their content has changed. Without ``out`` crops are only planned, and no picture is read.
    manifest : str or path, optional
        The manifest to write, a file or address that ends with ``.parquet`` or ``.jsonl``. By default ``manifest.parquet``
        under ``out``, or a file beside ``from_manifest`` that is named after the sizes.
    engine : {"local", "ray"}
        Run on processes of this machine, or on a Ray cluster.
    address : str, optional
        The Ray cluster, ``"host:port"`` or ``"auto"``; by default one is started on this machine.
    workers : int, optional
        How many worker processes or actors; by default one for each core.
    resume : bool
        Continue an earlier run: skip the pictures that are done according to the manifest and the results.
    plan_only : bool
        Decide where to crop and write the manifest, but no pictures.
    format : str, optional
        ``"jpeg"``, ``"webp"`` and so on; by default the format that the ending of the template or of the picture's name
        tells.
    quality : int
        1 to 100.
    cache_control, storage_class : str
        For results in a store, such as ``"public, max-age=31536000"`` and ``"STANDARD_IA"``.
    analyses : bool
        Store the analyses in the manifest, for ``from_manifest``; at most 1.5 kB a picture (more for crowds).
    alternatives : int
        How many windows that clearly differ to store in the manifest for each size (except free-form) at most, the best
        first.
    report : str or path, optional
        The HTML file to write, for checking the batch by eye.
    limit : int, optional
        Crop at most so many pictures, the first ones.
    sample : int, optional
        Crop only so many pictures, drawn at random. With ``report`` and without ``out`` they are only planned.
    fail_fast : bool
        Stop at the first picture that fails.
    model : str
        The name of a model, or the path of an .onnx file.
    yunet : str, optional
        The path of a YuNet .onnx file that finds the faces.
    limits : Limits, optional
        What is refused before it is decoded.
    progress : text file, optional
        Where to print progress.
    quiet : bool
        Print only errors to ``progress``.
    log : str or path, optional
        A file to which progress and errors are appended, with the time.
    options : CropOptions, optional
    **keywords
        As in `focalbox.CropOptions`; they overrule ``options``.

    Returns
    -------
    Summary

    Raises
    ------
    InvalidRequest
        Before any work, when the call makes no sense: there are no pictures, a result would replace a file that is not in
        the manifest, or the manifest cannot be used.
    ModelError
        Before any work, when the file of ``model`` or ``yunet`` cannot be loaded.
    OutputError
        Before any work, when the destination cannot be written to.
    Stopped
        When the run could not go on, or a picture failed and ``fail_fast`` is set. ``resume`` continues it.

    Examples
    --------
    >>> run("holiday", ["500x200", "1:1"], "crops")  # doctest: +SKIP
    Summary(listed=200, skipped=0, done=200, failed=0, ...)
    """
    named = as_address_list(sources)
    earlier = None if from_manifest is None else absolute_address(from_manifest)
    plan_only = plan_only or (out is None and (earlier is not None or (sample is not None and report is not None)))
    destination, template = ("", TEMPLATE) if out is None else split_output(out)
    job = Job(
        sizes=tuple(FREE if (target := parse_target(size)) is None else str(target) for size in as_size_list(sizes)),
        out=None if plan_only or out is None else absolute_address(destination),
        options=CropOptions.of(keywords, options),
        format=format,
        quality=quality,
        model=model,
        yunet=yunet,
        limits=Limits() if limits is None else limits,
        template=template,
        cache_control=cache_control,
        storage_class=storage_class,
        analyses=analyses,
        alternatives=alternatives,
    )
    check_call(
        named,
        job,
        from_manifest=earlier,
        plan_only=plan_only,
        workers=workers,
        limit=limit,
        sample=sample,
        engine=engine,
        address=address,
    )
    workers, limit, sample = map(as_whole, (workers, limit, sample))
    check_models(job)
    page = None if report is None else absolute_address(report)
    with ExitStack() as stack:
        if earlier is not None:
            check_name(earlier)
        kept_at = manifest_address(manifest, None if out is None else destination, earlier, job)
        record = _open_manifest(stack, kept_at, page)
        ledger = stack.enter_context(Ledger(folds=_folds(job)))
        lines = None if log is None else stack.enter_context(closing(open_log(absolute_address(log))))
        engine_here = engine_of(engine, job, workers, address)
        before = Progress(0, progress, lines)
        listed = _list(ledger, job, named, earlier, None if fail_fast else before.say)
        unlisted = before.said
        if page is not None:
            check_place(page)
        skipped = choose_tasks(job, record, ledger, before.say, resume=resume, limit=limit, sample=sample)
        counted = Progress(ledger.count_tasks(), progress, lines, quiet=quiet)
        if counted.total:
            do_tasks(engine_here, ledger, record, job, counted, fail_fast=fail_fast)
        if counted.total or record.is_interrupted():
            record.finish(ledger)
        if job.out is not None:
            storage_of(job.out).clear(job.out)
        if page is not None:
            write_report(page, ledger, job, record.address, workers or machine_processors())
    return Summary(
        listed=listed,
        skipped=skipped,
        done=counted.done,
        failed=counted.failed,
        analysed=counted.analysed,
        pixels=counted.pixels,
        seconds=counted.seconds,
        manifest=kept_at,
        report=page,
        unlisted=unlisted,
    )


def _folds(job: Job) -> bool:
    """Tell whether two results whose names differ in case alone would be one file."""
    return job.out is not None and not is_remote(job.out) and folds_case(job.out)


def _open_manifest(stack: ExitStack, address: str | None, page: str | None) -> Manifest:
    """Open the manifest at an address, or in a temporary folder where its rows are only wanted for a report."""
    if address is None:
        if page is None:
            message = "a batch that only plans needs a manifest, or a place for one"
            raise InvalidRequest(message)
        address = str(stack.enter_context(temporary_folder()) / "manifest.jsonl")
    return stack.enter_context(closing(Manifest(address)))


def _list(
    ledger: Ledger, job: Job, named: Sequence[str], earlier: str | None, say: Callable[[str], None] | None
) -> int:
    """Enter the pictures into the ledger, those of an earlier manifest or those named, and return how many there are."""
    if earlier is None:
        found = list_pictures(map(absolute_address, named), say)
    else:
        found = ledger.add_stored(stored_pictures(earlier))
    listed = ledger.add_pictures(found, job)
    if listed == 0:
        message = f"no pictures were found in {', '.join(named) or earlier}"
        raise InvalidRequest(message)
    return listed
