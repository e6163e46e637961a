"""Matches the faces and the whole heads that a network finds."""

from __future__ import annotations

from dataclasses import replace

from focalbox.core.evidence import Subject
from focalbox.core.geometry import Box
from focalbox.core.heads import head_of

__all__ = ["match_heads"]

_SAME = 0.4
"""Jaccard index of a head with the head of a face from which they are the same."""

_SHARED = 0.5
"""Share of a face inside a head from which the head is that face's."""


def match_heads(
    faces: tuple[Subject, ...], heads: tuple[Subject, ...], aspect: float = 0.0
) -> tuple[tuple[Subject, ...], tuple[Subject, ...]]:
    """Return the faces, each with the surest of the heads that belong to it, and the heads that belong to none.

    Those are seen from behind, looking down, or of animals.

    Parameters
    ----------
    faces, heads : tuple of Subject
        What was found of a picture.
    aspect : float
        Its width beside its height, as in `focalbox.core.heads.head_of`.

    Examples
    --------
    >>> from focalbox.core.geometry import Box
    >>> face, hat = Subject(Box(0.4, 0.4, 0.1, 0.1)), Subject(Box(0.38, 0.3, 0.14, 0.2), "head")
    >>> behind = Subject(Box(0.7, 0.3, 0.15, 0.2), "head")
    >>> faces, heads = match_heads((face,), (behind, hat))
    >>> faces[0].head == hat.box, heads == (behind,)
    (True, True)
    """
    matched, taken = [], set()
    for face in faces:
        whole = head_of(face.box, aspect)
        its = [place for place, head in enumerate(heads) if _belongs(head.box, face.box, whole)]
        taken.update(its)
        surest = max((heads[place] for place in its), key=lambda head: head.score, default=None)
        matched.append(face if surest is None else replace(face, head=surest.box))
    return tuple(matched), tuple(head for place, head in enumerate(heads) if place not in taken)


def _belongs(head: Box, face: Box, whole: Box) -> bool:
    """Tell whether a head is that of a face, whose head is computed to be ``whole``."""
    return head.jaccard(whole) >= _SAME or head.shared_area(face) >= _SHARED * face.area
