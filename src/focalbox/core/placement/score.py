"""The score of a window: a sum of named parts, each with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.objects import ScoredObject
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.windows import Grid, Windows
from focalbox.core.prominence import ScoredSubject
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.top import ScoredTop

__all__ = [
    "BODY",
    "BORDER",
    "EDGE",
    "FACE",
    "MARGIN",
    "MIDDLE",
    "UPPER",
    "Score",
    "breaks",
    "score_of",
    "score_parts",
]

EDGE = 1.5
"""How much less saliency near the window's edges counts than in its middle. Above 1 it counts against a window: one thing
with room around it is better than two halves. Judges who did not know which was which preferred 57 windows with 0.4 and 18
without; 49 with 0.8 and 8 with 0.4; 23 with 0.9 and 6 with 0.8; 61 with 1.5 and 26 with 0.9 (two independent judges of other
pairs; unfit to print 18 and 36); and of 2.0 and 1.5, 23 and 19. People crop this way too: windows overlap their crops by
0.009 more with 0.8 than without (0.007 to 0.012; 1,000 training rows of fcdb at the ratios of people's crops), and as much
with 1.5 as with 0.9 (0.0007 more, -0.0004 to 0.0017; dev rows 0.0020, 0.0000 to 0.0047). Windows keep less of what people
look at first: of the map's saliency 0.3 % less than with 0.9, but the mean gain is lower by 0.055 (0.036 to 0.074).
training/record/score.md lists all that was tried."""

BORDER = 0.9
"""The same for saliency of an object that lies so near to the picture's own edge that no window could show it with room, and
where no objects are known. With `EDGE` there too, windows would rather show nothing than the only thing in a picture, where
that lies at the picture's edge."""

MARGIN = 0.1
"""Distance from an edge that counts as near it, a share of the window's side. With 0.2 the overlap grows by 0.003 more, and
the gain falls twice as much; with 0.05 both change less."""

MIDDLE = 0.15
"""By how much less a whole head adds at the left or right edge of a window than on its vertical middle line, a share; in
between, gradually. Where hardly anything else is in a picture, the last thousandth of the saliency would decide whether a
person stands in the middle. Of the windows that it moves, two independent judges who did not know which was which preferred
64, and 23 without it, and called 11 and 24 unfit to print. The mean gain is not proven to change (-0.005, -0.015 to +0.005),
nor the overlap with the crops of people (fcdb: training rows +0.0003, -0.0004 to +0.0010; dev rows -0.0013, -0.0044 to
+0.0010)."""

UPPER = 2 / 3
"""Share of a subject's weight that its upper half has when the subject cannot be whole: twice that of the lower half, so
that a head comes before its collar."""

BODY = 4.0
"""What a body costs that is shown without its face, beside what a head costs that is cut, times the share of the body that
is shown: a window that begins below a head does not cut it, but shows a headless body. With it 0.5 %
fewer of the faces are cut that could be whole (0.3 to 0.7) and 0.3 % fewer of the heads (0.1 to 0.4), for 0.007 of the
mean gain, which is not proven (-0.004 to 0.018). Of the windows that changed, judges who did not know which was which
preferred 42 with 2.0 and 15 with 0 (unfit to print 14 and 33), 31 with 4.0 and 12 with 2.0 (10 and 22), and 22 each with 8.0
and 4.0. Bodies of heads that show no clear face do not count: 18 preferred with them, 31 without. The pictures were
1,549 with faces that no weights of the score were chosen on (training/record/score.md)."""

FACE = 0.5
"""Share of a head's weight that its whole face has: where two heads do not fit, both faces may. Without it
0.7 % more of the faces are cut (0.3 to 1.2), with 0.7 of it 1.3 % more of the heads (0.7 to 2.0); 584 pictures, paired."""


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one window, by its parts.

    Parameters
    ----------
    saliency : float
        The share of the saliency inside, 0 to 1.
    edge : float
        What is taken away for saliency near the window's edges; 0 or less.
    whole : float
        What subjects add that are whole inside the window, heads a little more in its middle, and those shown in part
        because no such window could hold them.
    cut : float
        What is taken away for subjects that the window cuts, and for bodies that it shows without their faces; 0 or less.
    objects : float
        What salient objects add that are whole inside the window, less what is taken away for those that it cuts.
    top : float
        What is added when the window shows the top of a subject box that is taller than the window.
    """

    saliency: float
    edge: float
    whole: float
    cut: float
    objects: float
    top: float

    @property
    def total(self) -> float:
        """The sum of the parts; of two windows of the same size, the one with the higher total is better."""
        return self.saliency + self.edge + self.whole + self.cut + self.objects + self.top

    def to_dict(self) -> dict[str, float]:
        """Return the parts by name."""
        return asdict(self)


def score_parts(windows: Windows, saliency: SaliencyMap, demands: Demands) -> tuple[Grid, Grid, Grid, Grid, Grid, Grid]:
    """Return the six parts of the score of each window, in the order of `Score`, each of shape (tops, lefts).

    Parameters
    ----------
    windows : Windows
    saliency : SaliencyMap
    demands : Demands
        Only its subjects, top, objects and edge are used.
    """
    kept = windows.saliency_in(saliency)
    objects = _score_objects(windows, demands.objects, saliency, demands.edge)
    edge = demands.edge * (windows.middle(MARGIN).saliency_in(saliency) - kept) if demands.edge else np.zeros_like(kept)
    whole, cut = _score_subjects(windows, demands.subjects)
    return kept, edge, whole, cut, objects, _score_top(windows, demands.top)


def _score_subjects(windows: Windows, subjects: Sequence[ScoredSubject]) -> tuple[Grid, Grid]:
    """Return what subjects add and what is taken away for them; what no window can hold adds what is shown of it."""
    whole, cut = np.zeros(windows.shape), np.zeros(windows.shape)
    shown = [(subject, subject.box_for(windows.width, windows.height)) for subject in subjects]
    fitting = [(subject, box) for subject, box in shown if box is not None]
    if fitting:
        boxes = [box for _, box in fitting]
        added = np.array([[subject.whole] for subject, _ in fitting])
        taken = np.array([[subject.cut] for subject, _ in fitting])
        (rows, columns), (seen_rows, seen_columns) = windows.holds(boxes), windows.touches(boxes)
        inner_rows, inner_columns = windows.holds([subject.boxes[-1] for subject, _ in fitting])
        whole += (1.0 - FACE) * (added * rows).T @ columns + FACE * (added * inner_rows).T @ inner_columns
        whole -= MIDDLE * (added * rows).T @ (columns * _beside(windows, fitting))
        cut -= (taken * seen_rows).T @ seen_columns - (taken * rows).T @ columns
    bodies = [subject for subject in subjects if subject.body is not None]
    if bodies:
        cut -= BODY * _headless(windows, bodies)
    for subject, box in shown:
        if box is None:
            whole += subject.whole * _shown(windows, subject.boxes[-1])
    return whole, cut


def _beside(windows: Windows, fitting: Sequence[tuple[ScoredSubject, Box]]) -> Grid:
    """Return how far each head lies from the vertical middle line of each window, 0 to 1 at its edge; (subjects, lefts)."""
    heads = np.array([[float(subject.kind != "text")] for subject, _ in fitting])
    return heads * windows.beside([box.centre[0] for _, box in fitting])


def _score_objects(windows: Windows, objects: Sequence[ScoredObject], saliency: SaliencyMap, edge: float) -> Grid:
    """Return what objects add less what is taken away for them; what no window can hold counts nothing."""
    fitting = [one for one in objects if one.box.fits(windows.width, windows.height)]
    if not fitting:
        return np.zeros(windows.shape)
    boxes = [one.box for one in fitting]
    given_back = [max(0.0, edge - BORDER) * _out_of_reach(windows, box, saliency) for box in boxes]
    rate = np.array([[one.whole + one.cut + back] for one, back in zip(fitting, given_back, strict=True)])
    taken = np.array([[one.cut] for one in fitting])
    (rows, columns), (seen_rows, seen_columns) = windows.holds(boxes), windows.touches(boxes)
    score: Grid = (rate * rows).T @ columns - (taken * seen_rows).T @ seen_columns
    return score


def _out_of_reach(windows: Windows, box: Box, saliency: SaliencyMap) -> float:
    """Return the share of the saliency in and just around a box that the middle of no window reaches."""
    across, down = windows.margins(MARGIN)
    room = Box.between(box.left - across, box.top - down, box.right + across, box.bottom + down).intersection(WHOLE)
    reached = room.intersection(Box.between(across, down, 1.0 - across, 1.0 - down))
    return saliency.share(room) - saliency.share(reached) if saliency.total else 0.0


def _score_top(windows: Windows, top: ScoredTop | None) -> Grid:
    """Return what the top of a subject adds that is taller than the windows."""
    score = np.zeros(windows.shape)
    if top is not None and top.subject_box.height > windows.height:
        for weight, box in top.begins:
            score += weight * windows.begin_above(box)
    return score


def score_of(window: Box, saliency: SaliencyMap, demands: Demands) -> Score:
    """Return the score of one window, parameters as in `score_parts`."""
    parts = score_parts(Windows.at(window), saliency, demands)
    return Score(*(float(part[0, 0]) for part in parts))


def breaks(demands: Demands, width: float, height: float) -> list[Box]:
    """Return boxes at whose edges the score of windows of given sides bends or jumps, besides those of the map's cells."""
    boxes = [one.box for one in demands.objects if one.box.fits(width, height)]
    for subject in demands.subjects:
        box = subject.box_for(width, height)
        boxes += [box or _upper_half(subject.boxes[-1]), subject.boxes[-1]]
        boxes += [] if box is None or width >= 1.0 else [_from_middle(box, width)]
        boxes += [] if subject.body is None else [subject.body]
    if demands.top is not None:
        boxes += [box for _, box in demands.top.begins]
    return boxes


def _from_middle(box: Box, width: float) -> Box:
    """Return a box that begins where a window begins in whose middle the given box stands."""
    return Box.between(max(0.0, box.centre[0] - width / 2), box.top, box.right, box.bottom)


def _headless(windows: Windows, subjects: Sequence[ScoredSubject]) -> Grid:
    """Return how much of the bodies of faces each window shows without the face, in what cutting the heads takes away."""
    down, across = windows.shares_of([subject.body for subject in subjects if subject.body is not None])
    rows, columns = windows.holds([subject.boxes[-1] for subject in subjects])
    taken = np.array([[subject.cut] for subject in subjects]) * down
    shown: Grid = taken.T @ across - (taken * rows).T @ (across * columns)
    return shown


def _shown(windows: Windows, box: Box) -> Grid:
    """Return how much of a box each window shows, 0 to 1; its upper half counts twice."""
    return UPPER * windows.share_of(_upper_half(box)) + (1.0 - UPPER) * windows.share_of(_lower_half(box))


def _upper_half(box: Box) -> Box:
    return Box(box.left, box.top, box.width, box.height / 2)


def _lower_half(box: Box) -> Box:
    return Box(box.left, box.top + box.height / 2, box.width, box.height / 2)
