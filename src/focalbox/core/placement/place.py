"""Where to put a window of given sides: the exact best place for what the caller wants, then for the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from focalbox.core.geometry import SAME, WHOLE, Box
from focalbox.core.placement.demands import NO_DEMANDS, Demands
from focalbox.core.placement.score import MARGIN, breaks, score_parts
from focalbox.core.placement.windows import Grid, Windows, places
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["place", "places_by_score", "shares_at"]


def place(
    saliency: SaliencyMap, width: float, height: float, demands: Demands = NO_DEMANDS, *, within: Box = WHOLE
) -> Box:
    """Find the best place of a window.

    The criteria apply in order, each to the places that are best by all criteria before it: ``keep``, ``avoid``, ``focus``,
    ``hold``, ``near``, the score (`focalbox.core.placement.score`), and the distance to the centre.

    Along one axis every criterion is a piecewise linear function of the window's place that bends or jumps only where an
    edge of the window meets an edge of a cell or of a box. Where it jumps, the place at the edge itself has the higher
    value: there a subject is whole and not yet cut. So the maximum over *all* real places is at one of those places or at
    the centre. With two free axes the score is bilinear between them, and the same holds. No place is skipped.

    Parameters
    ----------
    saliency : SaliencyMap
        What attracts viewers.
    width, height : float
        The window's sides, fractions of the picture's, at most those of ``within``.
    demands : Demands
        The demands besides saliency.
    within : Box
        Where the window has to stay.

    Returns
    -------
    Box
        The best place; the middle when the map is empty and there are no demands.
    """
    windows = _candidates(saliency, width, height, demands, within)
    best = np.ones(windows.shape, dtype=np.bool_)
    for score in _criteria(windows, saliency, demands, within):
        best &= score >= score[best].max() - SAME
        if np.count_nonzero(best) == 1:  # nothing is left to be decided
            break
    row, column = divmod(int(best.argmax()), windows.lefts.size)
    return Box(float(windows.lefts[column]), float(windows.tops[row]), width, height)


def places_by_score(
    saliency: SaliencyMap, width: float, height: float, demands: Demands, *, count: int, overlap: float
) -> list[tuple[Box, float]]:
    """Return the best places that clearly differ, with their scores, the best first.

    They meet the demands as well as the best place does: ``keep``, ``avoid``, ``focus`` and ``hold``,
    which come before the score; ``near`` does not count.

    Parameters
    ----------
    saliency, width, height, demands
        As in `place`.
    count : int
        How many at most.
    overlap : float
        The Jaccard index, 0 to 1, from which two windows count as the same.
    """
    windows = _candidates(saliency, width, height, demands, WHOLE)
    allowed = np.ones(windows.shape, dtype=np.bool_)
    for demand in _binding(windows, demands):
        allowed &= demand >= demand[allowed].max() - SAME
    total = _score(windows, saliency, demands)
    distance = windows.distance_to(*WHOLE.centre)
    order = np.lexsort((distance.ravel(), -np.round(total.ravel() / SAME)))
    found: list[tuple[Box, float]] = []
    for index in order[allowed.ravel()[order]].tolist():
        row, column = divmod(index, windows.lefts.size)
        box = Box(float(windows.lefts[column]), float(windows.tops[row]), width, height)
        if all(box.jaccard(other) < overlap for other, _ in found):
            found.append((box, float(total[row, column])))
            if len(found) == count:
                break
    return found


def shares_at(saliency: SaliencyMap, lefts: Grid, tops: Grid, width: float, height: float) -> Grid:
    """Return the share of the saliency inside windows at given places, shape (tops, lefts); all 1 without evidence."""
    if saliency.total == 0:
        return np.ones((tops.size, lefts.size))
    return Windows(lefts, tops, width, height).saliency_in(saliency)


def _candidates(saliency: SaliencyMap, width: float, height: float, demands: Demands, within: Box) -> Windows:
    """Return windows that include the best one."""
    rows, columns = saliency.shape
    boxes, points = [*demands.keep, *demands.avoid, *demands.hold, *breaks(demands, width, height)], demands.points
    margin = MARGIN if demands.edge else 0.0
    across = [edge for box in boxes for edge in (box.left, box.right)]
    down = [edge for box in boxes for edge in (box.top, box.bottom)]
    lefts = places(columns, width, (within.left, within.right), across, [x for x, _ in points], margin=margin)
    tops = places(rows, height, (within.top, within.bottom), down, [y for _, y in points], margin=margin)
    return Windows(lefts, tops, width, height)


def _criteria(windows: Windows, saliency: SaliencyMap, demands: Demands, within: Box) -> Iterator[Grid]:
    """Yield the criteria in order, each as one number per window; higher is better."""
    yield from _binding(windows, demands)
    if demands.near is not None:
        yield -windows.distance_to(*demands.near)
    yield _score(windows, saliency, demands)
    yield -windows.distance_to(*within.centre)


def _binding(windows: Windows, demands: Demands) -> Iterator[Grid]:
    """Yield the criteria that come before anything computed from the picture, in the form of `_criteria`."""
    if demands.keep:
        yield _total(windows, demands.keep)
    if demands.avoid:
        yield -_total(windows, demands.avoid)
    if demands.focus is not None:
        yield -windows.distance_to(*demands.focus)
    for box in demands.hold:
        down, across = windows.holds([box])
        yield down.T @ across


def _score(windows: Windows, saliency: SaliencyMap, demands: Demands) -> Grid:
    """Return the whole score of each window, shape (tops, lefts)."""
    kept, edge, whole, cut, objects, top = score_parts(windows, saliency, demands)
    return kept + edge + whole + cut + objects + top


def _total(windows: Windows, boxes: Sequence[Box]) -> Grid:
    """Return the shares of boxes inside each window, added up."""
    total: Grid = np.sum([windows.share_of(box) for box in boxes], axis=0)
    return total
