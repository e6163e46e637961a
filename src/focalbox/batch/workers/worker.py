"""One picture in, its rows of the manifest out: what every engine runs."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from focalbox.batch.job import Job, PlannedOutput, Task
from focalbox.batch.row import TaskResult, blank_row, failed, source_of
from focalbox.core.crop import Crop
from focalbox.core.geometry import PixelBox, Size
from focalbox.cropper import Cropper
from focalbox.errors import FocalboxError, OutputError
from focalbox.imaging.encoding import encode
from focalbox.imaging.render import render
from focalbox.imaging.source import Limits, open_picture
from focalbox.saliency.yunet import YuNet
from focalbox.storage.base import below, is_remote
from focalbox.storage.open import storage_of

__all__ = ["Worker", "preview"]

_PREVIEW_QUALITY = 45
"""WebP quality of the report's small pictures: about 3 kB at 200 pixels, so 5,000 fit into 20 MB."""

_REHEARSED = 64
"""Pixels a side of the picture that nobody gets to see."""


@dataclass(frozen=True)
class _Made:
    """The results of one content, by size."""

    crops: dict[str, Crop]
    encoded: dict[tuple[str, str], bytes]


class Worker:
    """Does pictures, one after the other, with one model.

    Parameters
    ----------
    job : Job
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        detectors = [YuNet(job.yunet)] if job.yunet else None
        self._cropper = Cropper(model=job.model, detectors=detectors, limits=job.limits)
        self._group: int | None = None
        self._made: dict[str, _Made] = {}

    def warm_up(self) -> None:
        """Crop and read a drawn picture, so that all that is loaded at a first look is loaded."""
        with suppress(Exception):  # what fails here fails with every picture, and their rows say so
            image = self._cropper.crop(np.zeros((_REHEARSED, _REHEARSED, 3), np.uint8), "1:1")
            self._cropper.analyze(encode(image, "jpeg"))

    def __call__(self, task: Task) -> TaskResult:
        """Do one picture; only what makes every further picture impossible stays out of its rows."""
        started = time.perf_counter()
        if task.group != self._group:
            self._group, self._made = task.group, {}
        planned = [plan for plan in self._job.plan(task.name) if plan.size in task.sizes]
        known: dict[str, Any] = {}
        try:
            content, stamp = self._read(task)
            # the stamp is that of the bytes that were read: a picture that has changed since it was listed is another
            task = Task(task.number, task.address, task.name, len(content), stamp or task.stamp, task.sizes, task.group)
            digest = hashlib.sha256(content).hexdigest()
            known["content"] = digest
            before = self._made.get(digest)
            made, analysed = self._make(content, planned, before)
            self._made[digest] = made
            rows = [self._row(task, digest, plan, made) for plan in planned]
            self._write(planned, made, rows)
        except OutputError as error:
            return TaskResult(task.number, [], 0, analysed=False, fatal=str(error))
        except FocalboxError as error:
            rows = failed(self._job, task, type(error).__name__, str(error), **known)
            return TaskResult(task.number, _timed(rows, started), 0, analysed=False)
        except Exception as error:  # noqa: BLE001 - a picture that finds a defect is a row too, and the next one is done
            rows = failed(self._job, task, type(error).__name__, f"this should not happen: {error}", **known)
            return TaskResult(task.number, _timed(rows, started), 0, analysed=False)
        pixels = rows[0]["source"]["width"] * rows[0]["source"]["height"]
        return TaskResult(task.number, _timed(rows, started), pixels, analysed=analysed)

    def _read(self, task: Task) -> tuple[bytes, str]:
        if task.bytes == 0 and is_remote(task.address):
            return b"", task.stamp  # a range of nothing cannot be asked for
        self._job.limits.check_bytes(max(task.bytes, 0))
        return storage_of(task.address).read(task.address, self._job.limits.bytes)

    def _make(self, content: bytes, planned: list[PlannedOutput], before: _Made | None) -> tuple[_Made, bool]:
        """Crop, or take what an equal picture has given; tell whether a model looked."""
        wanted = {(plan.size, plan.format) for plan in planned}
        if before is not None and (wanted <= before.encoded.keys() or self._job.out is None):
            return before, False
        sizes = [plan.size for plan in planned]
        if self._job.out is None:
            analysis = self._cropper.analyze(content, trim=self._job.options.get("trim"))
            return _Made({size: analysis.plan(size, **self._job.options) for size in sizes}, {}), True
        results = self._cropper.results(content, sizes, **self._job.options)
        encoded = {
            (plan.size, plan.format): result.encode(plan.format, quality=self._job.quality)
            for plan, result in zip(planned, results, strict=True)
        }
        return _Made({size: result.crop for size, result in zip(sizes, results, strict=True)}, encoded), True

    def _row(self, task: Task, digest: str, plan: PlannedOutput, made: _Made) -> dict[str, Any]:
        crop = made.crops[plan.size]
        document = crop.to_dict()
        (chosen,) = document["crops"]
        encoded = made.encoded.get((plan.size, plan.format))
        return blank_row(self._job, task, plan.size) | {
            "source": source_of(task, crop.source),
            "content": digest,
            "target": chosen["target"],
            "box": chosen["box"],
            "padding": chosen.get("padding"),
            "salient_box": document["salient_box"],
            "jaccard": document["jaccard"],
            "focal_point": document["focal_point"],
            "fit": chosen["fit"],
            "kept": chosen["kept"],
            "confidence": chosen["confidence"],
            "notes": chosen.get("notes", []),
            "output": None if self._job.out is None else below(self._job.out, plan.name),
            "bytes": None if encoded is None else len(encoded),
        }

    def _write(self, planned: list[PlannedOutput], made: _Made, rows: list[dict[str, Any]]) -> None:
        """Write the results when all of them are made."""
        if self._job.out is None:
            return
        place = storage_of(self._job.out)
        for plan, row in zip(planned, rows, strict=True):
            place.write(row["output"], made.encoded[plan.size, plan.format], self._job.out)


def preview(address: str, side: int, limits: Limits) -> bytes:
    """Return a small picture of a whole source for the report: WebP, sides of at most ``side`` pixels."""
    content, _ = storage_of(address).read(address, limits.bytes)
    picture = open_picture(content, limits)
    full = picture.size
    scale = min(1.0, side / max(full.width, full.height))
    small = Size(max(1, int(full.width * scale)), max(1, int(full.height * scale)))
    working = picture.decode(small)
    return encode(render(working, PixelBox(0, 0, full.width, full.height), small), "webp", quality=_PREVIEW_QUALITY)


def _timed(rows: list[dict[str, Any]], started: float) -> list[dict[str, Any]]:
    spent = round((time.perf_counter() - started) * 1000, 3)
    return [row | {"milliseconds": spent} for row in rows]
