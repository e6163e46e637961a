"""The Ray engine: Ray Data gives groups of pictures to actors, each of which has one worker process with its model."""

from __future__ import annotations

import dataclasses
import json
import logging
import signal
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from focalbox.batch.job import Job, Stopped, Task
from focalbox.batch.row import TaskResult
from focalbox.batch.workers.pool import WorkerPool
from focalbox.errors import InvalidRequest
from focalbox.storage.base import reason_of

__all__ = ["connect", "crop_on_cluster"]

_WAVE = 50_000
"""Pictures of one Ray Data pipeline: their tasks take some 15 MB of the driver, and starting actors anew a few seconds."""
_BATCH = 8
"""Groups of pictures of one call of an actor: what a lost node does again."""
_PATIENCE = 10.0
"""Seconds to wait for the first answer of a cluster's address."""


class _Cropper:
    """The actor: keeps a worker process, which loads the model once and is replaced when the system kills it."""

    def __init__(self, job: str) -> None:
        self._pool = WorkerPool(Job.from_json(job), 1)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        tasks = [Task.from_dict(task) for group in batch["tasks"] for task in json.loads(group)]
        return {"done": [json.dumps(dataclasses.asdict(done)) for done in self._pool.work(tasks)]}


def connect(address: str | None) -> None:
    """Connect to a cluster, or start one here.

    Raises
    ------
    InvalidRequest
        When Ray is not installed, or the cluster cannot be reached.
    """
    try:
        import ray  # noqa: PLC0415 - an extra of 0.9 GB
    except ImportError as error:
        message = "the engine ray needs an extra: pip install 'focalbox[batch]'"
        raise InvalidRequest(message) from error
    if ray.is_initialized():
        return
    if address not in {None, "auto", "local"}:
        _check_reachable(str(address))
    try:
        here = {"include_dashboard": False} if address in {None, "local"} else {}
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR, **here}
        with _sigterm_kept():
            ray.init(address=address, **quiet)
    except Exception as error:
        message = f"the Ray cluster {address or 'on this machine'} cannot be reached: {reason_of(error)}"
        raise InvalidRequest(message) from error


@contextmanager
def _sigterm_kept() -> Iterator[None]:
    """Keep what this process does on SIGTERM: Ray sets a handler of its own, which ends a run with nothing written down."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if before is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def _check_reachable(address: str) -> None:
    """Check that the cluster answers, because Ray itself waits for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        message = f"a Ray cluster's address is host:port, ray://host:port or auto, not {address}"
        raise InvalidRequest(message)
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        message = f"the Ray cluster {address} cannot be reached: {reason_of(error)}"
        raise InvalidRequest(message) from error


def crop_on_cluster(job: Job, tasks: Iterable[Task], workers: int | None) -> Iterator[TaskResult]:
    """Do tasks on the cluster that `connect` connected to; yield the result of each as it is done.

    Parameters
    ----------
    job : Job
    tasks : iterable of Task
        Tasks of one group follow one another.
    workers : int or None
        Actors, of one core each; None for as many as the cluster has cores.

    Raises
    ------
    Stopped
        When the cluster is lost.
    """
    groups = (list(members) for _, members in groupby(tasks, key=lambda task: task.group))
    while wave := _take(groups, _WAVE):
        yield from _do(job, wave, workers)


def _take(groups: Iterator[list[Task]], maximum: int) -> list[list[Task]]:
    taken: list[list[Task]] = []
    count = 0
    for group in groups:
        taken.append(group)
        count += len(group)
        if count >= maximum:
            break
    return taken


def _do(job: Job, groups: list[list[Task]], workers: int | None) -> Iterator[TaskResult]:
    import ray  # noqa: PLC0415 - an extra of 0.9 GB

    _silence_ray_data()
    actors = min(workers or _cores(), len(groups))
    rows = [{"tasks": json.dumps([task.to_dict() for task in group])} for group in groups]
    blocks = max(1, min(len(rows), max(4 * actors, -(-len(rows) // (4 * _BATCH)))))
    try:
        done = ray.data.from_items(rows, override_num_blocks=blocks).map_batches(
            _Cropper,
            fn_constructor_args=(job.to_json(),),
            batch_size=_BATCH,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors),
            num_cpus=1,
        )
        for batch in done.iter_batches(batch_size=None, prefetch_batches=1):
            for answer in batch["done"]:
                yield TaskResult(**json.loads(answer))
    except ray.exceptions.RayError as error:
        message = f"the Ray cluster was lost: {reason_of(error)}; --resume goes on from what is written"
        raise Stopped(message) from error


def _cores() -> int:
    import ray  # noqa: PLC0415

    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return max(1, int(resources.get("CPU", 1)))


def _silence_ray_data() -> None:
    """Turn off the progress of Ray Data: a run reports its own."""
    import ray  # noqa: PLC0415

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
