"""Subjects as the score counts them: by prominence, what each adds when it is whole and takes away when it is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from focalbox.core.geometry import SAME, WHOLE, Box
from focalbox.core.heads import HEADS, body_of, whole_of
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.subject import Subject
from focalbox.core.target import Size

__all__ = ["MAX_SUBJECTS", "WEIGHTS", "ScoredSubject", "Weights", "heads_known", "ramp", "scored_subjects"]

MAX_SUBJECTS = 64
"""Subjects that the score counts, the most prominent first: a crowd of a hundred decides nothing that its front row does
not, and the time of planning stays bounded."""

_SMALL, _PROMINENT = 0.3, 0.6
"""Height of a subject divided by that of the tallest of its kind. Up to the first value it does not count, from the second
on it counts fully; in between its weight grows linearly, so that no rounding decides."""

_SALIENT = 0.05
"""Share of the picture's saliency inside a subject from which it counts fully."""

_UNSEEN = 0.1
"""The weight of a subject without any saliency, relative to a salient one of the same size. With 0.5, and a subject counting
fully from 0.15 of the saliency, the mean gain was lower by 0.010 (0.002 to 0.017): mistaken faces and people in the
background pulled the window. Heads were cut as often (0.1 % less, -0.5 to 0.3; `python -m benchmarks.quality.heads`)."""

_UNSURE, _SURE = 0.35, 0.6
"""Score of a head without a clear face up to which it does not count, and from which it counts fully. What is hardly found
is often not a head, and with a single threshold it could drive a sure face out of a window. From 0.4 to 0.65 and from 0.45
to 0.7 as many heads are cut (any of those marked by eye 0.003 and 0.004 more; no interval without zero; dev rows, paired).
training/record/heads.md lists all that was tried."""

_SLIVER = 0.15
"""The least that cutting a subject costs, as a share of what cutting the most prominent one costs. So a small head in a
crowd does not attract the window, but a window that can end beside it does not slice it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of all subjects of one kind together, in shares of the saliency.

    Parameters
    ----------
    whole : float
        Added when they are whole inside the window.
    cut : float
        Taken away when the window's edge cuts them.
    """

    whole: float
    cut: float


WEIGHTS: dict[str, Weights] = {
    "face": Weights(0.5, 0.2),
    "head": Weights(0.5, 0.2),
    "text": Weights(0.01, 0.02),
}
"""Weights by kind; a kind that is not named, from a caller's detector, counts like a face. With half of what whole heads
add, 4 % more heads are cut (pictures of `python -m benchmarks.quality.heads`). With 0.33 and 0.02, of 51 windows that
changed, two who judged without knowing which was which preferred 18, and 33 with 0.5 and 0.03; with 0.03 for heads
that are cut, of 47 windows they preferred 13, and 34 with 0.2: half a head at the edge spoils a picture. With 0.2 the
mean gain is lower by 0.024 (0.013 to 0.035) and 3.1 % of the heads are sliced, not 3.6. Heads without a clear face
count less beside faces (`_BESIDE_FACES`), and the less sure ones less (`_SURE`). With 0.08 for text that is cut, 21
of 42 windows that changed were preferred. With 0.05 and 0.05, 2.9 % fewer of the lines are sliced (1.5 to 4.8), but
of 45 windows that changed, one who judged without knowing which was which preferred 15 with these weights and 30
without: number plates and watermarks pulled windows away from what they stand on. docs/quality.md shows what each
part is worth."""

_BESIDE_FACES = 0.5
"""The weight of heads without a clear face in a picture that shows faces, relative to one that shows none: a picture with
faces is about the faces. With half of it where there are none, 0.9 % more of the heads marked by eye are cut (0.4
to 1.6; dev rows) and the mean gain is higher by 0.006 (0.001 to 0.010); of 48 windows that changed, judges who did not
know which was which preferred 10 with that half and 27 without. With 1.0, they preferred 2 of 14 windows that changed where
there were faces. With 0.2, of 72 windows that changed, 17 were preferred, and 53 with 0.5."""


_ABOUT_TEXT = 0.15, 0.4
"""Share of the saliency inside lines of text up to which a picture is not about its text, and from which on it is: a sign, a
label or a title, unlike a number plate or a watermark."""

_TEXT = 15.0
"""How much more cutting the lines of such a picture costs, relative to their weight, where no face and no head is known. Of
90 windows that this moves, two judges who did not know which was which called 14 unfit to print that had been fit, and 34
the other way round; they preferred 53 with it and 35 without (pictures of text, cut from training rows). Of the lines in
`python -m benchmarks.quality.heads`, windows slice 12 %, not 13. Where heads counted nothing, a sign drove persons out of
windows (training/record/score.md)."""


@dataclass(frozen=True, slots=True)
class ScoredSubject:
    """A subject as the score counts it.

    Parameters
    ----------
    kind : str
        As in `Subject`.
    boxes : tuple of Box
        One to three boxes to show whole, each inside the one before, such as those of a head with its hat, the head and the
        face. A window shows the first one that it can hold. In fractions of the part that was looked at; not empty.
    whole, cut : float
        What it adds when it is whole and takes away when it is cut, in shares of the saliency.
    body : Box, optional
        Of a face, the upper body below it.
    """

    kind: str
    boxes: tuple[Box, ...]
    whole: float
    cut: float
    body: Box | None = None

    def box_for(self, width: float, height: float) -> Box | None:
        """Return the box that a window of given sides (fractions) should show whole; None when it can hold none of them.

        A window that is too small for the outer box holds as much of it around the inner one as fits, in the same
        proportions: a head that is slightly too large for a window keeps most of its hair.

        Examples
        --------
        >>> head = ScoredSubject("face", (Box(0.0, 0.0, 0.5, 0.5), Box(0.125, 0.25, 0.25, 0.25)), 1.0, 1.0)
        >>> head.box_for(1.0, 0.375)
        Box(left=0.0, top=0.125, width=0.5, height=0.375)
        """
        fitting = [box for box in self.boxes if box.fits(width, height)]
        if not fitting or fitting[0] == self.boxes[0]:
            return fitting[0] if fitting else None
        inner, outer = fitting[0], self.boxes[self.boxes.index(fitting[0]) - 1]
        left, across = _fit_around(outer.left, outer.width, inner.left, inner.width, width)
        top, down = _fit_around(outer.top, outer.height, inner.top, inner.height, height)
        return Box(left, top, across, down)


def ramp(value: float, low: float, high: float) -> float:
    """Return 0 up to ``low``, 1 from ``high`` on and linearly more in between: a threshold at which no rounding decides.

    Examples
    --------
    >>> ramp(0.2, 0.25, 0.75), ramp(0.5, 0.25, 0.75), ramp(0.9, 0.25, 0.75)
    (0.0, 0.5, 1.0)
    """
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _fit_around(outer: float, outer_side: float, inner: float, inner_side: float, side: float) -> tuple[float, float]:
    """Return start and length of as much of an outer stretch, around an inner one, as a side allows."""
    if outer_side <= side + SAME:
        return outer, outer_side
    share = max(0.0, side - inner_side) / (outer_side - inner_side)
    return inner - (inner - outer) * share, max(side, inner_side)


def scored_subjects(
    saliency: SaliencyMap,
    subjects: Sequence[Subject],
    weights: Mapping[str, Weights] = WEIGHTS,
    *,
    size: Size | None = None,
) -> tuple[ScoredSubject, ...]:
    """Return the subjects of a picture as the score counts them, the most prominent of each kind first.

    Parameters
    ----------
    saliency : SaliencyMap
        What attracts viewers.
    subjects : sequence of Subject
        Those outside the picture, or of no area, are left out; at most `MAX_SUBJECTS` count.
    weights : mapping of str to Weights
        By kind; a kind that is not named counts like a face.
    size : Size, optional
        Pixels of what was looked at: the boxes are those of whole pixels then, so that no window cuts them by being rounded,
        and heads follow the proportions of faces.
    """
    found: list[ScoredSubject] = []
    aspect = size.width / size.height if size else 0.0
    for kind in sorted(dict.fromkeys(subject.kind for subject in subjects), key=lambda kind: kind == "text"):
        listed = [subject for subject in subjects if subject.kind == kind]
        counting = _weights_of(kind, subjects, weights)
        if kind == "text":  # last, since the heads beside it decide what it counts
            about = _about_text(saliency, listed) * (1.0 - heads_known(found))
            counting = replace(counting, cut=counting.cut * (1.0 + _TEXT * about))
        found += _score_kind(saliency, listed, counting, aspect)
    found.sort(key=lambda subject: -subject.cut)
    counted = found[:MAX_SUBJECTS]
    if size is None:
        return tuple(counted)
    return tuple(replace(one, boxes=tuple(box.to_whole_pixels(size) for box in one.boxes)) for one in counted)


def heads_known(subjects: Sequence[ScoredSubject]) -> float:
    """Return how much faces and heads count together, relative to one clear face alone, at most 1.

    Examples
    --------
    >>> box = Box(0.25, 0.25, 0.5, 0.5)
    >>> heads_known([ScoredSubject("head", (box,), 0.25, 0.1), ScoredSubject("text", (box,), 0.01, 0.02)])
    0.5
    """
    return min(1.0, sum(one.whole for one in subjects if one.kind in HEADS) / WEIGHTS["face"].whole)


def _about_text(saliency: SaliencyMap, lines: Sequence[Subject]) -> float:
    """Return how much a picture is about its lines of text, 0 to 1."""
    if not saliency.total:
        return 0.0
    return ramp(sum(saliency.share(line.box.intersection(WHOLE)) for line in lines), *_ABOUT_TEXT)


def _weights_of(kind: str, subjects: Sequence[Subject], weights: Mapping[str, Weights]) -> Weights:
    """Return what the subjects of a kind count together in a picture of such subjects."""
    alone = weights.get(kind, weights["face"])
    if kind != "head" or all(subject.kind != "face" for subject in subjects):
        return alone
    return Weights(alone.whole * _BESIDE_FACES, alone.cut)


def _score_kind(
    saliency: SaliencyMap, subjects: Sequence[Subject], weights: Weights, aspect: float
) -> list[ScoredSubject]:
    """Share the weights of a kind among its subjects by their prominence."""
    inside = [(subject, subject.box.intersection(WHOLE)) for subject in subjects]
    shown = [one if box == one.box else replace(one, box=box) for one, box in inside if box.area > 0]
    if not shown:
        return []
    tallest = max(one.box.height for one in shown)
    sized = [ramp(one.box.height / tallest, _SMALL, _PROMINENT) for one in shown]
    salient = [min(1.0, saliency.share(one.box) / _SALIENT) if saliency.total else 1.0 for one in shown]
    counted = [size * (_UNSEEN + (1.0 - _UNSEEN) * seen) for size, seen in zip(sized, salient, strict=True)]
    together, largest = max(1.0, sum(counted)), max(counted)
    return [
        ScoredSubject(
            one.kind,
            _boxes_of(one, aspect),
            certainty * weights.whole * count / together,
            certainty * weights.cut * max(count, _SLIVER * largest) / together,
            body_of(one.box) if one.kind == "face" else None,
        )
        for one, count, certainty in zip(shown, counted, map(_certainty, shown), strict=True)
    ]


def _boxes_of(subject: Subject, aspect: float) -> tuple[Box, ...]:
    """Return what to show of a subject, the most first."""
    if subject.kind not in HEADS:
        return (subject.box,)
    whole = whole_of(subject, aspect), subject.box
    return whole if subject.head is None else (whole[0], whole_of(replace(subject, head=None), aspect), subject.box)


def _certainty(subject: Subject) -> float:
    """Return by how much of its weight a subject counts for how surely it was found, 0 to 1."""
    if subject.kind != "head":
        return 1.0
    return ramp(subject.score, _UNSURE, _SURE)
