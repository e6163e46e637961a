"""The resources that making an answer takes: cropper, threads, memory and metrics."""

from __future__ import annotations

from dataclasses import dataclass

from focalbox.cropper import Cropper
from focalbox.service.runtime.memory import MemoryBudget
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool

__all__ = ["Resources"]


@dataclass(frozen=True, slots=True, eq=False)
class Resources:
    """The resources that the parts which make answers share.

    Parameters
    ----------
    cropper : Cropper
    pool : Pool
        Threads, and how many requests may wait for one.
    memory : MemoryBudget
        Bytes for pictures at work.
    metrics : Metrics
    """

    cropper: Cropper
    pool: Pool
    memory: MemoryBudget
    metrics: Metrics
