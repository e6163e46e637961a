"""The work on one picture, which every engine runs: from a task to results and rows of the manifest."""

from __future__ import annotations

import errno
import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from focalbox.analysis import Analysis
from focalbox.batch.compact import pack, unpack
from focalbox.batch.job import Job, PlannedOutput, Task
from focalbox.batch.row import TaskResult, blank_row, failed_rows, source_of
from focalbox.core.choice.crop import Crop
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.cropper import Cropper
from focalbox.errors import FetchError, FocalboxError, InvalidRequest, ModelError, OutputError
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.formats import FORMATS
from focalbox.imaging.output.render import render
from focalbox.imaging.source import Limits, open_picture
from focalbox.options import parse_target
from focalbox.saliency.yunet import YuNet
from focalbox.storage.base import ObjectHeaders, below, is_remote
from focalbox.storage.names import as_address
from focalbox.storage.open import storage_of

__all__ = ["Worker", "preview"]

_PREVIEW_QUALITY = 45
"""WebP quality of the report's small pictures: about 3 kB at 200 pixels, so 5,000 fit into 20 MB."""

_STORED = ("content", "salient_box", "jaccard", "focal_point", "model")
"""Columns that are taken from an earlier manifest with an analysis."""

_OF_A_NAME = {errno.ENAMETOOLONG, errno.EISDIR, errno.EINVAL, errno.EILSEQ}
"""Errors of writing that concern one result's name, such as a long one: other pictures can still be written."""

_DRAWN_SIDE = 64
"""Pixels a side of the picture with which the worker warms up."""


@dataclass(frozen=True)
class _ContentResults:
    """The results of one content, by size, and what was found in it as it is stored; of some sizes, why they failed."""

    source: Size
    crops: dict[str, Crop]
    encoded: dict[tuple[str, str], bytes]
    analysis: str | None
    alternatives: dict[str, list[dict[str, Any]] | None]
    failures: dict[str, FocalboxError] = field(default_factory=dict)


class Worker:
    """Crops pictures, one after the other, with one model.

    Parameters
    ----------
    job : Job
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        detectors = [YuNet(job.yunet)] if job.yunet else None
        self._cropper = Cropper(model=job.model, detectors=detectors, limits=job.limits)
        self._group: int | None = None
        self._made: dict[str, _ContentResults] = {}

    def warm_up(self) -> None:
        """Crop a drawn picture, so that everything that a first look loads is loaded."""
        with suppress(Exception):  # an error here comes with every picture too, and their rows tell it
            image = self._cropper.crop(np.zeros((_DRAWN_SIDE, _DRAWN_SIDE, 3), np.uint8), "1:1")
            self._cropper.analyze(encode(image, "jpeg"))

    def __call__(self, task: Task) -> TaskResult:
        """Do one task; an error becomes rows, unless it makes every further picture impossible too."""
        started = time.perf_counter()
        if task.group != self._group:
            self._group, self._made = task.group, {}
        planned = [plan for plan in self._job.plan(task.name) if plan.size in task.sizes]
        known: dict[str, Any] = {}
        try:
            stored = self._load_stored(task)
            if stored is not None and self._job.out is None:
                rows = self._plan_stored(task, stored, planned)
                return TaskResult(task.number, _add_seconds(rows, started), stored.source.pixels, analysed=False)
            content, stamp = self._read(task)
            # the stamp is that of the bytes that were read: a picture that has changed since it was listed is another
            task = replace(task, bytes=len(content), stamp=stamp or task.stamp)
            digest = hashlib.sha256(content).hexdigest()
            known["content"] = digest
            if task.stored.get("content") != digest:
                stored = None  # the picture has been replaced since it was looked at
            made, analysed = self._make(content, planned, self._made.get(digest), stored)
            self._made[digest] = made
            rows = [self._row(task, digest, plan, made) for plan in planned]
            for row in [row for row in rows if not row["error"]][:1]:
                row["analysis"] = made.analysis
            self._write(planned, made, rows)
        except FocalboxError as error:
            if self._is_fatal(error):
                return TaskResult(task.number, [], 0, analysed=False, fatal=str(error))
            rows = failed_rows(self._job, task, type(error).__name__, str(error), **known)
            return TaskResult(task.number, _add_seconds(rows, started), 0, analysed=False)
        except Exception as error:  # noqa: BLE001 - a picture that finds a defect is a row too, and the next one is done
            rows = failed_rows(self._job, task, type(error).__name__, f"this should not happen: {error}", **known)
            return TaskResult(task.number, _add_seconds(rows, started), 0, analysed=False)
        return TaskResult(task.number, _add_seconds(rows, started), made.source.pixels, analysed=analysed)

    def _is_fatal(self, error: FocalboxError) -> bool:
        """Tell whether every further picture would fail too: nothing can be written, or the model cannot be loaded."""
        if isinstance(error, ModelError):
            try:
                self._cropper.load()
            except ModelError:
                return True
        return isinstance(error, OutputError) and getattr(error.__cause__, "errno", None) not in _OF_A_NAME

    def _read(self, task: Task) -> tuple[bytes, str]:
        if task.bytes == 0 and is_remote(task.address):
            return b"", task.stamp  # an empty range cannot be requested
        self._job.limits.check_bytes(max(task.bytes, 0))
        storage = storage_of(task.address)
        if task.bytes < 0 and not is_remote(task.address) and storage.find(task.address) is None:
            message = f"there is no file {task.address}: it is gone, a dead link, a folder or a pipe"
            raise FetchError(message)
        return storage.read(task.address, self._job.limits.bytes)

    def _load_stored(self, task: Task) -> Analysis | None:
        """Return the analysis that an earlier manifest stored; None when none can be read, or its border is another."""
        try:
            stored = unpack(task.stored["analysis"]) if task.stored else None
        except InvalidRequest:
            return None
        if stored is None or (stored.visible.trimmed is None) != (self._job.options.trim is None):
            return None
        return stored

    def _plan_stored(self, task: Task, stored: Analysis, planned: list[PlannedOutput]) -> list[dict[str, Any]]:
        """Plan from the analysis of an earlier manifest, without reading the picture."""
        rows = []
        for plan in planned:
            crop = stored.plan(parse_target(plan.size), options=self._job.options)
            rows.append(
                blank_row(self._job, task, plan.size)
                | {"source": source_of(task, stored.source), **_columns(crop)}
                | {"alternatives": self._alternatives(stored, plan.size)}
                | {name: task.stored[name] for name in _STORED}
            )
        rows[0]["analysis"] = task.stored["analysis"] if self._job.analyses else None
        return rows

    def _make(
        self, content: bytes, planned: list[PlannedOutput], before: _ContentResults | None, stored: Analysis | None
    ) -> tuple[_ContentResults, bool]:
        """Crop, or take the results of an equal picture; tell whether a model looked."""
        names, sizes = [plan.size for plan in planned], [parse_target(plan.size) for plan in planned]
        wanted = set() if self._job.out is None else {(plan.size, plan.format) for plan in planned}
        if before is not None and before.crops.keys() >= set(names) and before.encoded.keys() >= wanted:
            return before, False
        options = self._job.options
        if self._job.out is None:
            analysis = self._cropper.analyze(content, trim=options.trim, animate=options.animate)
            crops = {name: analysis.plan(size, options=options) for name, size in zip(names, sizes, strict=True)}
            return self._results(analysis, crops, {}), True
        prepared = self._cropper.prepare(content, sizes, analysis=stored, options=options)
        crops, encoded = {}, {}
        failures: dict[str, FocalboxError] = {}
        for plan, size in zip(planned, sizes, strict=True):
            try:
                (result,) = self._cropper.finish(prepared, [size], options=options)
                encoded[plan.size, plan.format] = result.encode(plan.format, quality=self._job.quality)
                crops[plan.size] = replace(result.crop, notes=result.notes_for(plan.format))
            except FocalboxError as error:  # the other sizes are made
                failures[plan.size] = error
        made = self._results(prepared.analysis, crops, encoded)
        return replace(made, failures=failures), prepared.analysis is not stored

    def _results(
        self, analysis: Analysis, crops: dict[str, Crop], encoded: dict[tuple[str, str], bytes]
    ) -> _ContentResults:
        packed = pack(analysis) if self._job.analyses else None
        alternatives = {size: self._alternatives(analysis, size) for size in crops}
        return _ContentResults(analysis.source, crops, encoded, packed, alternatives)

    def _alternatives(self, analysis: Analysis, size: str) -> list[dict[str, Any]] | None:
        """Return the best few windows of a size as the one JSON form has crops; None when they were not asked for.

        The free-form crop has none: it has no shape of which another window could be taken.
        """
        target = parse_target(size)
        if self._job.alternatives == 1 or target is None:
            return None
        planned = analysis.alternatives(target, self._job.alternatives, options=self._job.options)
        found: list[dict[str, Any]] = planned.to_dict()["crops"]
        return found

    def _row(self, task: Task, digest: str, plan: PlannedOutput, made: _ContentResults) -> dict[str, Any]:
        failure = made.failures.get(plan.size)
        if failure is not None:
            (row,) = failed_rows(
                self._job, replace(task, sizes=(plan.size,)), type(failure).__name__, str(failure), content=digest
            )
            return row | {"source": source_of(task, made.source)}
        crop = made.crops[plan.size]
        document = crop.to_dict()
        encoded = made.encoded.get((plan.size, plan.format))
        return blank_row(self._job, task, plan.size) | {
            "source": source_of(task, crop.source),
            "content": digest,
            "salient_box": document["salient_box"],
            "jaccard": document["jaccard"],
            "focal_point": document["focal_point"],
            **_columns(crop),
            "alternatives": made.alternatives[plan.size],
            "output": None if self._job.out is None else as_address(below(self._job.out, plan.name)),
            "bytes": None if encoded is None else len(encoded),
        }

    def _write(self, planned: list[PlannedOutput], made: _ContentResults, rows: list[dict[str, Any]]) -> None:
        """Write the results when all of them are made."""
        if self._job.out is None:
            return
        storage = storage_of(self._job.out)
        for plan, row in zip(planned, rows, strict=True):
            if row["error"]:
                continue
            headers = ObjectHeaders(FORMATS[plan.format].mime, self._job.cache_control, self._job.storage_class)
            storage.write(below(self._job.out, plan.name), made.encoded[plan.size, plan.format], self._job.out, headers)


def preview(address: str, side: int, limits: Limits) -> bytes:
    """Return a small picture of a whole source for the report: WebP, sides of at most ``side`` pixels."""
    content, _ = storage_of(address).read(address, limits.bytes)
    picture = open_picture(content, limits)
    full = picture.size
    scale = min(1.0, side / max(full.width, full.height))
    small = Size(max(1, int(full.width * scale)), max(1, int(full.height * scale)))
    working = picture.decode(small)
    return encode(render(working, PixelBox(0, 0, full.width, full.height), small), "webp", quality=_PREVIEW_QUALITY)


def _columns(crop: Crop) -> dict[str, Any]:
    """Return the columns that say what was decided for a size, as the one JSON form has them."""
    return {
        "target": crop.target.to_dict() if crop.target else None,
        "box": crop.box.to_dict(),
        "padding": crop.padding.to_dict() if crop.padding else None,
        "fit": crop.fit,
        "kept": crop.kept,
        "confidence": crop.confidence,
        "notes": list(crop.notes),
    }


def _add_seconds(rows: list[dict[str, Any]], started: float) -> list[dict[str, Any]]:
    spent = round((time.perf_counter() - started) * 1000, 3)
    return [row | {"milliseconds": spent} for row in rows]
