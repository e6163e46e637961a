"""What the soak makes of the memory of the service: whether it leaks, and whether the allocator keeps more than it is to."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.service.noted_memory import Note
from focalbox.service.runtime.allocator import ARENAS, KEPT

__all__ = ["MINUTE", "Growth", "growth"]

MINUTE = 60.0
FLAT, FLAT_PEAK = 1.05, 1.1
"""How much more memory may be in use in the last three minutes than in the second one, at the median, and than in the first
two, at the peak: two large pictures at once are seldom, so that a single minute may go without."""
HELD = ARENAS * KEPT / 1e6
"""MB of free memory that the allocator may hold. It grows for some ten minutes, whenever more small pictures than before
come together: resident memory then grows by a tenth, though nothing is lost."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How the memory of a process went.

    Parameters
    ----------
    used, resident : tuple of float
        MB in use, and MB in memory: the medians of five minutes that follow one another.
    peaks : tuple of float
        The most MB in use in these minutes.
    held : float
        The most MB that the allocator held free.
    """

    used: tuple[float, ...]
    resident: tuple[float, ...]
    peaks: tuple[float, ...]
    held: float

    @property
    def grown(self) -> float:
        """By how many times the use grew from the second minute on."""
        return max(self.used[2:]) / self.used[1]

    @property
    def peak_grown(self) -> float:
        """By how many times the peak of the use grew."""
        return max(self.peaks[2:]) / max(self.peaks[:2])

    @property
    def fine(self) -> bool:
        """Whether nothing was lost."""
        return self.grown <= FLAT and self.peak_grown <= FLAT_PEAK and self.held <= HELD

    def lines(self) -> list[str]:
        """Return what there is to read."""
        return [
            f"memory in use, MB, by minutes: {_listed(self.used)}; at most {_listed(self.peaks)}",
            f"resident, MB: {_listed(self.resident)}; the allocator held at most {self.held:.0f} free, of {HELD:.0f}",
            f"after the second minute it grew by at most {self.grown:.2f} times, its peaks {self.peak_grown:.2f} times",
        ]


def growth(notes: Sequence[Note], seconds: float) -> Growth:
    """Compare the first two minutes with the three last ones; of a shorter run, fifths.

    Parameters
    ----------
    notes : sequence of Note
        At least one in each of these parts.
    seconds : float
        How long the load lasted.
    """
    part = min(MINUTE, seconds / 5)
    starts = (0.0, part, *(seconds - number * part for number in (3, 2, 1)))
    minutes = [[one for one in notes if start <= one.at < start + part] for start in starts]
    return Growth(
        used=tuple(statistics.median(one.used for one in minute) for minute in minutes),
        resident=tuple(statistics.median(one.resident for one in minute) for minute in minutes),
        peaks=tuple(max(one.used for one in minute) for minute in minutes),
        held=max(one.free for one in notes),
    )


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.0f}" for value in values)
