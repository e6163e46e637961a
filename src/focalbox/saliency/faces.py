"""Faces from a network's heat: peaks become subjects."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from focalbox.core.evidence import Subject
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["SHIPPED", "SHIPPED_MIT", "FaceRule", "face_of", "faces_in", "seen_by"]


@dataclass(frozen=True, slots=True)
class FaceRule:
    """When a peak of a network's heat counts as a face; a face holds the window, so a false one is dear.

    Parameters
    ----------
    sure : float
        Heat (0..1) from which a peak is looked into.
    agreed : float
        Squared heat times how many times as strong as in the whole picture the saliency is inside, from which it counts: a
        weak peak has to be looked at, and where hardly anybody looks there is hardly a face. Squared, since a sure face is
        one even where a map of single objects sees the clothes below it.
    certain : float
        Heat from which a peak counts wherever the saliency is no weaker than in the whole picture; 1 is never reached.
    heads : bool
        Whether the network marks whole heads, of which the face is then taken.
    """

    sure: float = 0.5
    agreed: float = 1.0
    certain: float = 1.0
    heads: bool = False


_USUAL = FaceRule()

SHIPPED = FaceRule(sure=0.45, certain=0.6, heads=True)
"""For the default network. Mean gain on dev rows (2026-11-25): 0.483 so, 0.488 without faces; faces win crowds (0.46 against
0.44) and lose osie (0.53 against 0.55). When no heat is certain, the face of scikit-image's `astronaut` is lost."""

SHIPPED_MIT = FaceRule(agreed=1.2, heads=True)
"""For the MIT network, which knows faces worse: 0.304 so, 0.299 at 1.5, 0.305 without (a quarter of duts; 2026-11-25)."""

HEAD_ABOVE, HEAD_BESIDE = 0.2, 0.2
"""Shares of a head's height above the hairline, and of its width beside the face, hair included: from hairline to chin a
face has about four fifths of the height from crown to chin (tr-gn and v-gn in L. G. Farkas, Anthropometry of the Head and
Face, 2nd edition, 1994)."""

_MOST = 100
"""The most faces that are reported, strongest first."""

_SAME = 0.4
"""Jaccard index from which two boxes are the same face; the stronger stays."""


def faces_in(
    heat: NDArray[np.float32], sizes: NDArray[np.float32], *, sure: float = _USUAL.sure
) -> tuple[Subject, ...]:
    """Read faces from a heat map of centres and a map of sizes.

    Parameters
    ----------
    heat : ndarray, shape (h, w)
        How sure it is that a face's centre is in the cell, 0 to 1.
    sizes : ndarray, shape (2, h, w)
        Width and height of that face, fractions of the picture's sides.
    sure : float
        Heat from which a peak is a face.

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
    strongest = peaks[np.argsort(-flat[peaks], kind="stable")[:_MOST]]
    faces: list[Subject] = []
    for place in strongest.tolist():
        row, column = place // across - 1, place % across - 1
        width, height = (min(1.0, max(0.0, side)) for side in sizes[:, row, column].tolist())
        x, y = (column + 0.5) / columns, (row + 0.5) / rows
        box = Box(x - width / 2, y - height / 2, width, height).intersection(WHOLE)
        if box.area > 0 and all(box.jaccard(other.box) < _SAME for other in faces):
            faces.append(Subject(box, "face", float(heat[row, column])))
    return tuple(faces)


def seen_by(saliency: SaliencyMap, faces: tuple[Subject, ...], rule: FaceRule = _USUAL) -> tuple[Subject, ...]:
    """Return the faces that the saliency map agrees with.

    Parameters
    ----------
    saliency : SaliencyMap
    faces : tuple of Subject
    rule : FaceRule
    """
    if not faces:
        return ()
    values = saliency.values
    whole = float(values.mean())

    def counts(face: Subject) -> bool:
        inside = _mean_inside(values, face.box)
        agreed = face.score**2 * inside >= rule.agreed * whole
        return agreed or (face.score >= rule.certain and inside >= whole)

    return tuple(filter(counts, faces))


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
