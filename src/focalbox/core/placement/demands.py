"""What a window is placed for: what the caller demands, and what counts in the score."""

from __future__ import annotations

from dataclasses import dataclass

from focalbox.core.geometry import Box
from focalbox.core.objects import ScoredObject
from focalbox.core.prominence import ScoredSubject
from focalbox.core.top import ScoredTop

__all__ = ["NO_DEMANDS", "Demands"]


@dataclass(frozen=True, slots=True)
class Demands:
    """The demands on the place of a window besides saliency, the most binding first.

    Parameters
    ----------
    keep : tuple of Box
        Kept whole when any window can; else as much of their area as possible.
    avoid : tuple of Box
        As little of their area as possible.
    focus : (float, float), optional
        A point (x, y) that the window is centred on as nearly as the picture allows.
    hold : tuple of Box
        Each is kept whole when any window can, the first before the next; those that no window can keep do not count.
    near : (float, float), optional
        As ``focus``, but after all of the above.
    subjects : tuple of ScoredSubject
        They count in the score, beside the saliency.
    top : ScoredTop, optional
        The top of the subject; it counts in the score when the subject is taller than the window.
    objects : tuple of ScoredObject
        Salient objects: each adds to the score where it is whole, and lowers it where it is cut.
    edge : float
        How much less saliency near the window's edges counts than in its middle; above 1 it counts against the window.
    """

    keep: tuple[Box, ...] = ()
    avoid: tuple[Box, ...] = ()
    focus: tuple[float, float] | None = None
    hold: tuple[Box, ...] = ()
    near: tuple[float, float] | None = None
    subjects: tuple[ScoredSubject, ...] = ()
    top: ScoredTop | None = None
    objects: tuple[ScoredObject, ...] = ()
    edge: float = 0.0

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """All points on which a window may be centred."""
        return tuple(point for point in (self.focus, self.near) if point is not None)


NO_DEMANDS = Demands()
"""Saliency alone decides."""
