"""What a window shows of heads, text and objects: how much of each, and in words which are whole or cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from focalbox.core.evidence import Evidence
from focalbox.core.geometry import Box
from focalbox.core.heads import HEADS
from focalbox.core.objects import ScoredObject
from focalbox.core.prominence import ScoredSubject

__all__ = ["Shown", "shown_in"]

_COUNTED = 1 / 3
"""Share of the heaviest weight of its kind from which a thing is spoken of, and of the weight of all faces, or of all heads
without one, from which those of the other are: smaller and less sure ones decide little."""

_ROOM, _ROOM_OF_HEADS = 0.05, 0.1
"""Share of a box that may be missing from a thing that is whole, or shown of one that is left out: boxes are no more exact
than the cells of the map, and those of heads have so much room above and below (`focalbox.core.heads`)."""

_STATES = _IN, _CUT, _OUT = "whole", "cut", "left out"
"""What a thing is in a window, in words."""

_NAMES = {"text": ("text", "lines of text"), "object": ("subject", "objects")}
"""What one and several things of a kind are called, where it is not the kind itself."""


_ORDER = {"head": 0, "text": 2}
"""The order in which kinds are spoken of; those of a caller's detector come between."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How much a window shows of the things of one kind.

    Parameters
    ----------
    kind : str
        ``"head"`` for faces and heads, ``"object"`` for salient objects, else the kind of the subjects, such as ``"text"``.
    shares : tuple of float
        The share of each thing that is inside the window, 0 to 1, in the order of what they count; not empty.
    """

    kind: str
    shares: tuple[float, ...]

    def __str__(self) -> str:
        """Return it in words.

        Examples
        --------
        >>> str(Shown("head", (0.4,))), str(Shown("object", (1.0,))), str(Shown("text", (1.0, 0.3, 0.0)))
        ('head cut: 40% shown', 'subject whole', '3 lines of text: 1 whole, 1 cut, 1 left out')
        """
        one, several = _NAMES.get(self.kind, (self.kind, f"{self.kind}s"))
        room = _ROOM_OF_HEADS if self.kind == "head" else _ROOM
        states, number = Counter(_state(share, room) for share in self.shares), len(self.shares)
        if number == 1:
            (state,) = states
            return f"{one} {state}" + (f": {self.shares[0]:.0%} shown" if state == _CUT else "")
        if len(states) == 1:
            return f"{number} {several} {next(iter(states))}"
        return f"{number} {several}: " + ", ".join(f"{states[state]} {state}" for state in _STATES if state in states)


def shown_in(window: Box, evidence: Evidence) -> tuple[Shown, ...]:
    """Return what a window shows of the things that count most in its score: of heads, of other subjects, of objects.

    Parameters
    ----------
    window : Box
        Fractions of what was looked at.
    evidence : Evidence

    Examples
    --------
    >>> from focalbox import Size
    >>> from focalbox.core.evidence import SaliencyMap, Subject
    >>> evidence = Evidence(Size(400, 300), SaliencyMap.blank(), (Subject(Box(0.4, 0.4, 0.2, 0.2)),))
    >>> [str(one) for one in shown_in(Box(0.0, 0.0, 1.0, 0.5), evidence)]
    ['head cut: 72% shown']
    """
    kinds: dict[str, list[ScoredSubject | ScoredObject]] = {}
    for subject in sorted(evidence.scored_subjects, key=lambda one: _ORDER.get(_kind_of(one), 1)):
        kinds.setdefault(_kind_of(subject), []).append(subject)
    if evidence.scored_objects:
        kinds["object"] = list(evidence.scored_objects)
    room = window.with_a_pixel_around(evidence.visible.size)
    shown = (Shown(kind, _shares(room, things)) for kind, things in kinds.items())
    return tuple(one for one in shown if one.shares)


def _kind_of(subject: ScoredSubject) -> str:
    return "head" if subject.kind in HEADS else subject.kind


def _shares(window: Box, things: Sequence[ScoredSubject | ScoredObject]) -> tuple[float, ...]:
    boxes = [_box_of(one) for one in _spoken_of(things)]
    return tuple(min(window.shared_area(box) / box.area, 1.0) for box in boxes)


def _spoken_of(things: Sequence[ScoredSubject | ScoredObject]) -> list[ScoredSubject | ScoredObject]:
    alike: dict[str, list[ScoredSubject | ScoredObject]] = {}
    for one in things:
        alike.setdefault("object" if isinstance(one, ScoredObject) else one.kind, []).append(one)
    together = {kind: sum(one.whole for one in found) for kind, found in alike.items()}
    heavy = [found for kind, found in alike.items() if together[kind] >= _COUNTED * max(together.values())]
    return [one for found in heavy for one in found if one.whole >= _COUNTED * max(other.whole for other in found) > 0]


def _box_of(thing: ScoredSubject | ScoredObject) -> Box:
    return thing.box if isinstance(thing, ScoredObject) else thing.boxes[0]


def _state(share: float, room: float) -> str:
    if share >= 1.0 - room:
        return _IN
    return _OUT if share <= room else _CUT
