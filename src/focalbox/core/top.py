"""What the top of a subject counts in windows that it is too tall for, and where that top is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from focalbox.core.geometry import Box
from focalbox.core.prominence import ScoredSubject, heads_known, ramp
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["ROOM", "TOP", "ScoredTop", "filled_by", "scored_top", "tops_of"]

TOP = 0.3
"""What the top of a subject box adds when the box is taller than the window and stands out clearly, in shares of the
saliency: an animal's head comes before its feet. It counts only when the window also shows `ROOM` above it. Of windows that
move, judges who did not know which was which preferred 47 with 0.3 and 17 with 0.15 where no face was found, and 5 and 15
where one was; so the top is looked for above a face now (`scored_top`)."""

ROOM = 0.02
"""Room above the top of a subject box, a share of the picture's height: about the error of the box."""

_STANDS_OUT = 1.5, 3.25
"""Saliency inside a subject box, relative to the mean of the picture, from which on its top counts, and from which on it
counts fully: where nothing stands out, the box tells little about a top. Against a top of 0.2 and (1.5, 4), windows
cut 50 % of the tops of masks taller than a 5:2 window, not 56 % (4 to 9 % fewer), for 0.009 of the gain (0.002 to 0.016;
dev rows). Of 32 windows that it moved up, 24 looked better so and four worse: the gain measures how much of a thing is
kept, but people miss its head."""

_FILLED = 0.35, 0.55
"""Share of a subject box that the map of objects fills from which on its top counts also where the subject is too large to
stand out, and from which on it counts fully: a box of half the picture holds at most twice the mean saliency. What fills its
box is one thing, such as a drawn figure, a palace with its dome or a mountain; several things side by side fill a box less.
With (0.5, 0.7), domes, towers and peaks were cut, whose boxes are half sky: of windows that this moves, two independent
judges who did not know which was which called 7 unfit to print that had been fit, and 21 the other way round. They preferred
41, and 36 with those limits; one of us 33 and 13. With (0.2, 0.4), 2 of the further windows were preferred, and 7 with
these (training/record/score.md)."""

_SOLID = 0.5
"""What the top of a solid thing counts that does not stand out, relative to one that does. Windows cut 28 % of the tops of
masks taller than a 5:2 window, not 42 % (dev rows, limits of 0.5 and 0.7), for 0.015 of the gain; of windows that it moves,
one who judged without knowing which was which preferred 24, and 7 without it. Of those that only 1.0 moves, two judges
preferred 15, and 14 with 0.5. Where a face or a head is known, 8 were preferred and 11 without it
(training/record/score.md)."""

_ABOVE_HEAD = 0.25, 0.5
"""How far the top of a subject box lies above a head inside it, in heights of the head, up to which the box is believed, as
that of hair or of a hat, and from which on the head is: then the box holds something behind the person, such as a doorway.
Of 27 windows that this moves, two judges who did not know which was which preferred 15 and 20, and 3 and 7 without it.
Without these limits, hats were cut; and without any top where a face is known, of 45 windows 10 were preferred, and 27 with
one (training/record/score.md)."""

_HEAD_ROOM = 0.15
"""Room above a head that is believed, in heights of the head with its hair. With 0.3, windows also went up from heads that
had room already: of 36 windows that moved, 17 were preferred and 11 were not; with 0.15, of 40, 22 and 9."""

_BEHIND, _BESIDE = 0.3, 0.7
"""Weight of a face relative to the heaviest one, up to which its head is no top, and from which on it is one fully. What was
judged had a limit of a half; with this gradual one, at which no rounding decides, no window of 24,588 overlaps less than
0.92 with that of the limit."""


@dataclass(frozen=True, slots=True)
class ScoredTop:
    """The top of a subject as the score counts it.

    Parameters
    ----------
    subject_box : Box
        The box of the whole subject, fractions of what was looked at. The top counts in windows that are lower than it.
    begins : tuple of (float, Box)
        Boxes above whose upper edge a window should begin, and what each adds then, in shares of the saliency.
    """

    subject_box: Box
    begins: tuple[tuple[float, Box], ...]


def scored_top(
    saliency: SaliencyMap, object_map: SaliencyMap | None, subject_box: Box, subjects: Sequence[ScoredSubject]
) -> ScoredTop:
    """Return where the top of a subject is, and what it counts.

    It is the top of the box, or a little above the head of a person inside it: a box may reach far above a person, and a
    window that begins at its top then shows a face at its lower edge.

    Parameters
    ----------
    saliency : SaliencyMap
    object_map : SaliencyMap, optional
        How likely each place belongs to a salient object, when a model tells.
    subject_box : Box
        The box of the whole subject, fractions.
    subjects : sequence of ScoredSubject
        Faces whose centre is inside the box say where the top is. Faces and heads anywhere lower what `_FILLED` adds, since
        they say better than a large box what matters.

    Returns
    -------
    ScoredTop
        Its weights add up to at most `TOP`, and change gradually with the faces.

    Examples
    --------
    >>> standing = SaliencyMap([[0, 0, 0], [0, 1, 0], [0, 1, 0]])
    >>> face = ScoredSubject("face", (Box(0.4, 0.5, 0.2, 0.2), Box(0.45, 0.55, 0.1, 0.1)), 0.5, 0.2)
    >>> top = scored_top(standing, None, Box(1 / 3, 1 / 3, 1 / 3, 2 / 3), [face])
    >>> [(round(weight, 2), round(box.top, 2)) for weight, box in top.begins]
    [(0.0, 0.31), (0.3, 0.47)]
    """
    weight = TOP * _stands_out(saliency, object_map, subject_box, subjects)
    begins = [(weight * share, box) for share, box in tops_of(subject_box, subjects)]
    return ScoredTop(subject_box, tuple(begins))


def filled_by(object_map: SaliencyMap, box: Box) -> float:
    """Return how much of a box a map of objects fills: the mean of the map inside, relative to its highest value, 0 to 1."""
    if not object_map.total or not box.area:
        return 0.0
    inside = object_map.share(box) * object_map.total / object_map.cells.size
    return float(inside / (box.area * object_map.cells.max()))


def _stands_out(
    saliency: SaliencyMap, object_map: SaliencyMap | None, subject_box: Box, subjects: Sequence[ScoredSubject]
) -> float:
    """Return how clearly a subject stands out, 0 to 1, by the saliency inside its box or as one solid thing."""
    if not saliency.total or not subject_box.area:
        return 0.0
    denser = ramp(saliency.share(subject_box) / subject_box.area, *_STANDS_OUT)
    if object_map is None:
        return denser
    return max(denser, _SOLID * (1.0 - heads_known(subjects)) * ramp(filled_by(object_map, subject_box), *_FILLED))


def tops_of(subject_box: Box, subjects: Sequence[ScoredSubject]) -> list[tuple[float, Box]]:
    """Return boxes that begin where a window should, and the share of the weight that each has; they add up to 1."""
    faces = [one for one in subjects if one.kind == "face" and one.whole > 0 and _shows(subject_box, one.boxes[-1])]
    heaviest = max((one.whole for one in faces), default=0.0)
    known = heads_known(faces)
    found = []
    for one in sorted(faces, key=lambda face: face.boxes[0].top):
        head = one.boxes[0]
        share = known * ramp(one.whole / heaviest, _BEHIND, _BESIDE)
        known -= share
        believed = share * ramp((head.top - subject_box.top) / head.height, *_ABOVE_HEAD)
        if believed:
            found.append((believed, _begin_at(subject_box, head.top - _HEAD_ROOM * head.height)))
    return [(1.0 - sum(share for share, _ in found), _begin_at(subject_box, subject_box.top - ROOM)), *found]


def _shows(subject_box: Box, face: Box) -> bool:
    x, y = face.centre
    return subject_box.left <= x <= subject_box.right and subject_box.top <= y <= subject_box.bottom


def _begin_at(subject_box: Box, top: float) -> Box:
    """Return a subject box that begins elsewhere, inside the picture."""
    return Box.between(subject_box.left, max(0.0, top), subject_box.right, subject_box.bottom)
