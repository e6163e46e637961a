"""Groups pictures that may be equal, by their length and a sample of bytes, so that one worker analyses them once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from focalbox.batch.job import Task
from focalbox.storage.base import is_remote, local_path

__all__ = ["regroup"]

_SAMPLE = 16 * 2**10
"""Bytes read from the middle of a file, to distinguish it from others of its length: headers are often equal, pixels are
not."""


def regroup(tasks: Iterable[Task]) -> Iterator[Task]:
    """Split groups of equal length into groups that may really be equal.

    Pictures of one camera without compression all have one length: without this, one worker would do them all.
    """
    number = 0
    for _, members in groupby(tasks, key=lambda task: task.group):
        group = list(members)
        shares: dict[str, list[Task]] = {}
        for task in group:
            shares.setdefault(_sample(task) if len(group) > 1 else "", []).append(task)
        for share in shares.values():
            for task in share:
                yield replace(task, group=number)
            number += 1


def _sample(task: Task) -> str:
    """Return what distinguishes pictures of one length: a store's tag of the content, or a hash of the middle."""
    if task.stored:
        return str(task.stored["content"])
    if is_remote(task.address):
        return task.stamp
    if task.bytes < 0:  # no file, and perhaps a pipe that nobody writes to
        return f"unreadable {task.number}"
    try:
        with open(local_path(task.address), "rb") as file:  # noqa: PTH123 - an address is text
            file.seek(max(0, (task.bytes - _SAMPLE) // 2))
            return hashlib.sha256(file.read(_SAMPLE)).hexdigest()
    except (OSError, ValueError):
        return f"unreadable {task.number}"
