"""How much of the machine this process may use: in a container, the container's share."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path

__all__ = ["machine_memory", "machine_processors"]

_GROUPS = Path("/sys/fs/cgroup")
"""Where Linux tells a process about its control group (cgroups v2 and v1)."""
_MEMORY = ("memory.max", "memory/memory.limit_in_bytes")
_QUOTA, _PERIOD = "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"
_UNKNOWN = 2**31
"""Bytes that a machine is taken to have when it does not say."""


def machine_memory(groups: Path = _GROUPS) -> int:
    """Return the bytes of memory that this process may use: the container's, or the machine's."""
    found = []
    with contextlib.suppress(ValueError, OSError, AttributeError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for name in _MEMORY:
        with contextlib.suppress(ValueError, OSError):
            found.append(int((groups / name).read_text("ascii")))
    return min(found, default=_UNKNOWN)


def machine_processors(groups: Path = _GROUPS) -> int:
    """Return how many processors this process may use; a container's share of time counts, rounded up.

    Without it, a container that may use two of 64 processors would run 64 threads, which all wait for each other's time.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    there = len(affinity(0)) if affinity else os.cpu_count() or 1
    with contextlib.suppress(ValueError, OSError):  # "max" is no number: no share is set
        quota, period = (groups / "cpu.max").read_text("ascii").split()
        return _share(there, int(quota), int(period))
    with contextlib.suppress(ValueError, OSError):
        return _share(there, *(int((groups / name).read_text("ascii")) for name in (_QUOTA, _PERIOD)))
    return there


def _share(there: int, quota: int, period: int) -> int:
    return min(there, max(1, math.ceil(quota / period))) if quota > 0 and period > 0 else there
