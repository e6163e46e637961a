"""How much of the machine this process may use: in a container or a unit of systemd, their share."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path, PurePosixPath

__all__ = ["machine_memory", "machine_processors"]

_GROUPS = Path("/sys/fs/cgroup")
"""Where Linux tells a process about control groups (cgroups v2 and v1)."""
_OWN = Path("/proc/self/cgroup")
"""Where it says which of them this process is in: a container sees its own at the root, a service of systemd does not."""
_UNKNOWN = 2**31
"""Bytes that a machine is taken to have when it does not say."""


def machine_memory(groups: Path = _GROUPS, own: Path = _OWN) -> int:
    """Return the bytes of memory that this process may use: the container's or the unit's of systemd, or the machine's."""
    found = []
    with contextlib.suppress(ValueError, OSError, AttributeError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for folder in _folders(groups, own, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            with contextlib.suppress(ValueError, OSError):  # "max" is no number: no limit is set
                found.append(int((folder / name).read_text("ascii")))
    return min(found, default=_UNKNOWN)


def machine_processors(groups: Path = _GROUPS, own: Path = _OWN) -> int:
    """Return how many processors this process may use; a container's or a unit's share of time counts, rounded up.

    Without it, a container that may use two of 64 processors would run 64 threads, which all wait for each other's time.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    there = len(affinity(0)) if affinity else os.cpu_count() or 1
    for folder in _folders(groups, own, "cpu"):
        with contextlib.suppress(ValueError, OSError):  # "max" is no number: no share is set
            quota, period = (folder / "cpu.max").read_text("ascii").split()
            there = _share(there, int(quota), int(period))
        with contextlib.suppress(ValueError, OSError):
            names = "cpu.cfs_quota_us", "cpu.cfs_period_us"
            there = _share(there, *(int((folder / name).read_text("ascii")) for name in names))
    return there


def _folders(groups: Path, own: Path, controller: str) -> list[Path]:
    """Return the folders of the groups that bound this process: its own and those around it, as far as they can be seen."""
    found = [groups, groups / controller]
    with contextlib.suppress(ValueError, OSError):
        for line in own.read_text("utf-8", "surrogateescape").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers or controller in controllers.split(","):
                top, inner = groups / controller if controllers else groups, PurePosixPath(path.lstrip("/"))
                found += [top / folder for folder in (inner, *inner.parents) if ".." not in folder.parts]
    return found


def _share(there: int, quota: int, period: int) -> int:
    return min(there, max(1, math.ceil(quota / period))) if quota > 0 and period > 0 else there
