"""Faces and lines of text from a network's heat: peaks become subjects."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Subject
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["SHIPPED", "SHIPPED_MIT", "SURE_TEXT", "FaceRule", "face_of", "faces_in", "seen_by"]


@dataclass(frozen=True, slots=True)
class FaceRule:
    """When a peak of a network's heat counts as a face.

    Parameters
    ----------
    sure : float
        Heat (0..1) from which a peak is a face.
    agreed : float
        Squared heat times how many times as strong as in the whole picture the saliency is inside, from which it counts; 0
        asks for no agreement. Where hardly anybody looks there is hardly a face.
    heads : bool
        Whether the network marks whole heads, of which the face is then taken.
    """

    sure: float = 0.5
    agreed: float = 0.0
    heads: bool = False


_USUAL = FaceRule()

SHIPPED = FaceRule(sure=0.4)
"""For the default network. On dev rows it finds 0.81 of the faces so, with 0.06 false ones a picture; 0.84 and 0.12 from
0.35, 0.87 and 0.19 from 0.3 (the whole curve is in the model card). What 0.3 finds more costs more of the gain than it saves
heads."""

SURE_TEXT = 0.25
"""Heat (0..1) from which a peak is a line of text. On dev rows it finds 0.24 of the lines so, with 0.42 false ones a
picture; 0.29 and 0.83 from 0.2."""

SHIPPED_MIT = FaceRule(agreed=1.2, heads=True)
"""For the MIT network, which knows faces worse: 0.304 so, 0.299 at 1.5, 0.305 without (a quarter of duts; 2026-11-25)."""

HEAD_ABOVE, HEAD_BESIDE = 0.2, 0.2
"""Shares of a head's height above the hairline, and of its width beside the face, hair included: from hairline to chin a
face has about four fifths of the height from crown to chin (tr-gn and v-gn in L. G. Farkas, Anthropometry of the Head and
Face, 2nd edition, 1994)."""

_MAX_FACES = 100
"""The most faces that are reported, strongest first."""

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
        What is found, ``"face"`` or ``"text"``.

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
    strongest = peaks[np.argsort(-flat[peaks], kind="stable")[:_MAX_FACES]]
    faces: list[Subject] = []
    for place in strongest.tolist():
        row, column = place // across - 1, place % across - 1
        width, height = (min(1.0, max(0.0, side)) for side in sizes[:2, row, column].tolist())
        right, down = (min(1.0, max(-1.0, shift)) for shift in sizes[2:, row, column].tolist() or (0.0, 0.0))
        x, y = (column + 0.5 + right) / columns, (row + 0.5 + down) / rows
        box = Box(x - width / 2, y - height / 2, width, height).intersection(WHOLE)
        if box.area > 0 and all(box.jaccard(other.box) < _SAME for other in faces):
            faces.append(Subject(box, kind, float(heat[row, column])))
    return tuple(faces)


def seen_by(saliency: SaliencyMap, faces: tuple[Subject, ...], rule: FaceRule = _USUAL) -> tuple[Subject, ...]:
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

    return tuple(face for face in faces if face.score**2 * _mean_inside(values, face.box) >= rule.agreed * whole)


def _mean_inside(values: NDArray[np.float32], box: Box) -> float:
    rows, columns = values.shape
    down = slice(int(box.top * rows), max(int(box.top * rows) + 1, math.ceil(box.bottom * rows)))
    across = slice(int(box.left * columns), max(int(box.left * columns) + 1, math.ceil(box.right * columns)))
    return float(values[down, across].mean())


def face_of(head: Subject) -> Subject:
    """Return the face, from hairline to chin, of a head that was marked whole.

    Examples
    --------
    >>> face_of(Subject(Box(0.0, 0.0, 1.0, 1.0))).box
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
