"""Faces, heads and lines of text from what a network says: peaks of heat become subjects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Subject
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.saliency.cells import cells_inside
from focalbox.saliency.grids import MAX_MARKS

__all__ = [
    "SHIPPED",
    "SHIPPED_MIT",
    "SURE_HEAD",
    "SURE_TEXT",
    "FaceRule",
    "agreeing_faces",
    "face_from_head",
    "faces_in",
]


@dataclass(frozen=True, slots=True)
class FaceRule:
    """When an answer of a network counts as a face.

    Parameters
    ----------
    sure : float
        Score of a box, or heat of a peak (0..1), from which it is a face.
    agreed : float
        A face counts when its squared heat times its relative saliency (the mean inside it, divided by that of the picture)
        is at least this; 0 asks for no agreement. Where hardly anybody looks, there is hardly a face.
    heads : bool
        Whether the network marks whole heads, of which the face is then taken.
    """

    sure: float = 0.5
    agreed: float = 0.0
    heads: bool = False


_USUAL = FaceRule()

SHIPPED = FaceRule(sure=0.7)
"""For the default network: it finds 0.92 of the faces that count, with 0.05 false ones a picture (dev rows; the whole curve
is in the model card). With 0.65 and 0.75 windows cut as many heads, by their intervals (training/record/heads.md)."""

SURE_HEAD = 0.4
"""Score (0..1) from which a head counts: it finds 0.92 of the heads of persons and 0.71 of those of animals, with 0.21
false heads a picture (dev rows). The least sure ones hardly count in a window (`core.prominence`). With 0.45 and 0.5 windows
cut as many heads (training/record/heads.md)."""

SURE_TEXT = 0.5
"""Score (0..1) from which a line of text counts: it finds 0.55 of the lines that can be read, with 0.29 false lines a
picture (dev rows)."""

SHIPPED_MIT = FaceRule(agreed=1.2, heads=True)
"""For the MIT network, which finds faces less well: the mean gain is 0.304 with 1.2, 0.299 with 1.5 and 0.305 without (a
quarter of duts; 2026-11-25)."""

HEAD_ABOVE, HEAD_BESIDE = 0.2, 0.2
"""Shares of a head's height above the hairline, and of its width beside the face, hair included: from hairline to chin a
face has about four fifths of the height from crown to chin (tr-gn and v-gn in L. G. Farkas, Anthropometry of the Head and
Face, 2nd edition, 1994)."""

_SAME = 0.4
"""Jaccard index from which two boxes are the same face; the stronger stays."""


def faces_in(
    heat: NDArray[np.float32], sizes: NDArray[np.float32], *, sure: float = _USUAL.sure, kind: str = "face"
) -> tuple[Subject, ...]:
    """Read faces from a heat map of centres and a map of sizes.

    Parameters
    ----------
    heat : ndarray, shape (h, w)
        How sure it is that a face's centre is in the cell, 0 to 1.
    sizes : ndarray, shape (2, h, w) or (4, h, w)
        Width and height of that face, fractions of the picture's sides; then, where known, how far its centre is to the
        right and down from the middle of the cell, in cells.
    sure : float
        Heat from which a peak is a face.
    kind : str
        What is found: ``"face"``, ``"head"`` or ``"text"``.

    Returns
    -------
    tuple of Subject
        Strongest first, inside the picture.

    References
    ----------
    X. Zhou, D. Wang and P. Kraehenbuehl, "Objects as Points", 2019, https://arxiv.org/abs/1904.07850: peaks of a heat
    map that no neighbour exceeds are the objects.
    """
    rows, columns = heat.shape
    around = np.full((rows + 2, columns + 2), -np.inf, dtype=heat.dtype)
    around[1:-1, 1:-1] = heat
    flat = around.ravel()
    hot = np.flatnonzero(flat >= sure)
    if not hot.size:
        return ()
    across = columns + 2
    beside = np.array([-across - 1, -across, -across + 1, -1, 1, across - 1, across, across + 1])
    peaks = hot[flat[hot] >= flat[hot[:, None] + beside].max(axis=1)]
    strongest = peaks[np.argsort(-flat[peaks], kind="stable")[:MAX_MARKS]]
    faces: list[Subject] = []
    for place in strongest.tolist():
        row, column = place // across - 1, place % across - 1
        width, height = (min(1.0, max(0.0, side)) for side in sizes[:2, row, column].tolist())
        right, down = (min(1.0, max(-1.0, shift)) for shift in sizes[2:, row, column].tolist() or (0.0, 0.0))
        x, y = (column + 0.5 + right) / columns, (row + 0.5 + down) / rows
        _add(faces, Box(x - width / 2, y - height / 2, width, height), kind, float(heat[row, column]))
    return tuple(faces)


def _add(faces: list[Subject], box: Box, kind: str, score: float) -> None:
    """Add the part of a box that is inside the picture, unless a stronger box is of the same thing."""
    inside = box.intersection(WHOLE)
    if inside.area > 0 and all(inside.jaccard(other.box) < _SAME for other in faces):
        faces.append(Subject(inside, kind, score))


def agreeing_faces(saliency: SaliencyMap, faces: tuple[Subject, ...], rule: FaceRule = _USUAL) -> tuple[Subject, ...]:
    """Return the faces that the saliency map agrees with.

    Parameters
    ----------
    saliency : SaliencyMap
    faces : tuple of Subject
    rule : FaceRule
    """
    if not faces or not rule.agreed:
        return faces
    values = saliency.values
    whole = float(values.mean())

    return tuple(
        face for face in faces if face.score**2 * float(cells_inside(values, face.box).mean()) >= rule.agreed * whole
    )


def face_from_head(head: Subject) -> Subject:
    """Return the face, from hairline to chin, of a head that was marked whole.

    Examples
    --------
    >>> face_from_head(Subject(Box(0.0, 0.0, 1.0, 1.0))).box
    Box(left=0.1, top=0.2, width=0.8, height=0.8)
    """
    box = head.box
    face = Box(
        box.left + box.width * HEAD_BESIDE / 2,
        box.top + box.height * HEAD_ABOVE,
        box.width * (1 - HEAD_BESIDE),
        box.height * (1 - HEAD_ABOVE),
    )
    return replace(head, box=face)
