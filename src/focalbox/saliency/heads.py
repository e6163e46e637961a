"""Matches the faces and the heads that two branches of a network find."""

from __future__ import annotations

from dataclasses import replace

from focalbox.core.evidence import Subject
from focalbox.core.geometry import Box
from focalbox.core.heads import head_of
from focalbox.saliency.faces import FaceRule

__all__ = ["believed_faces", "match_heads"]

_SAME = 0.4
"""Jaccard index of a head with the head of a face from which they are the same."""

_SHARED = 0.5
"""Share of a face inside a head from which the head is that face's."""


def believed_faces(
    faces: tuple[Subject, ...], heads: tuple[Subject, ...], rule: FaceRule, aspect: float = 0.0
) -> tuple[Subject, ...]:
    """Return the faces that a head confirms, or all of them when one is sure.

    A face of middling score is often a bowl or a wheel; beside a sure face it is a face.

    Parameters
    ----------
    faces, heads : tuple of Subject
        What was found of a picture.
    rule : FaceRule
        A head of score ``headed`` that belongs to a face confirms it; a face of score ``alone`` is sure.
    aspect : float
        The picture's width beside its height, as in `focalbox.core.heads.head_of`.

    Examples
    --------
    >>> from focalbox.core.geometry import Box
    >>> face, bowl = Subject(Box(0.2, 0.2, 0.1, 0.1), score=0.8), Subject(Box(0.7, 0.7, 0.1, 0.1), score=0.8)
    >>> head = Subject(Box(0.19, 0.15, 0.12, 0.16), "head", score=0.4)
    >>> believed_faces((face, bowl), (head,), FaceRule(headed=0.3, alone=0.85)) == (face,)
    True
    """
    if any(face.score >= rule.alone for face in faces):
        return faces
    confirming = [head.box for head in heads if head.score >= rule.headed]
    return tuple(
        face for face in faces if any(_belongs(box, face.box, head_of(face.box, aspect)) for box in confirming)
    )


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
