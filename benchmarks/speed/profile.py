"""Where the time of a crop goes: shares of the parts of the path, by the profiler."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from typing import Any

__all__ = ["PARTS", "shares"]

PARTS = {
    "decode": ("imaging/picture.py", "decode"),
    "look": ("focalbox/looking.py", "look_at"),
    "place": ("focalbox/analysis.py", "plans"),
    "cut and resize": ("output/render.py", "render"),
    "write": ("output/encoding.py", "encode"),
}
"""The parts of the path by the file and the name of the function that does each."""


def shares(work: Callable[[], object], rounds: int = 3) -> dict[str, float]:
    """Return the share of the time that each part took, 0 to 1; the rest is the path itself."""
    work()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(rounds):
        work()
    profile.disable()
    stats: Any = pstats.Stats(profile)  # its typed form does not tell functions of one name in two files apart
    total, raw = stats.total_tt, stats.stats
    found = dict.fromkeys(PARTS, 0.0)
    for (file, _, function), (_, _, _, cumulative, _) in raw.items():
        for part, (ending, name) in PARTS.items():
            if file.replace("\\", "/").endswith(ending) and function == name:
                found[part] += cumulative / total
    return found
