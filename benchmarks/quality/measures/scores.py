"""Scores of one cropper on one picture, and their means, gains and intervals over many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.croppers import RATIOS, Choice
from benchmarks.intervals import Interval, interval, share_of
from benchmarks.labels import LabelledPicture, density
from focalbox.core.geometry import Box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.metrics import map_metrics, window_metrics

__all__ = ["Score", "gain_of", "gain_terms", "loss_of", "mean_of", "score"]

_WHOLE_FACE = 0.05
"""Share of a face that may be outside a window that still counts as keeping it whole: heads are marked loosely."""

_MASK_LEVEL = 0.5


@dataclass(frozen=True, eq=False)
class Score:
    """What a cropper reached on one picture; None or empty where the picture has no such label.

    Parameters
    ----------
    picture : LabelledPicture
        The picture.
    choice : Choice
        What was chosen.
    cases : tuple of WindowCase
        Share of the label kept by the chosen, the centre and the best window, one per ratio.
    given, free : float or None
        IoU with the human crop: the window of its ratio, and the crop without a ratio.
    nss, cc, auc : float or None
        The map against fixations.
    f_measure, error : float or None
        Maximum F-measure and mean absolute error of the map against the mask.
    faces, cut, whole : int
        Labelled faces times windows; those that a window cuts through; those that it keeps whole.
    """

    picture: LabelledPicture
    choice: Choice
    cases: tuple[window_metrics.WindowCase, ...] = ()
    given: float | None = None
    free: float | None = None
    nss: float | None = None
    cc: float | None = None
    auc: float | None = None
    f_measure: float | None = None
    error: float | None = None
    faces: int = 0
    cut: int = 0
    whole: int = 0


def score(picture: LabelledPicture, choice: Choice) -> Score:
    """Compare what a cropper chose with what people said of the picture."""
    cases: tuple[window_metrics.WindowCase, ...] = ()
    if picture.label is not None:
        cases = tuple(
            _case(picture, window, ratio.aspect) for window, ratio in zip(choice.windows, RATIOS, strict=True)
        )
    overlap = None if picture.crop is None else picture.crop.jaccard
    nss = cc = auc = f_measure = error = None
    if choice.saliency is not None and picture.fixations is not None:
        values = choice.saliency.values
        nss, auc = map_metrics.nss(values, picture.fixations), map_metrics.auc_judd(values, picture.fixations)
        cc = map_metrics.cc(values, density(picture.fixations, picture.size, choice.saliency.shape))
    elif choice.saliency is not None and picture.label is not None:
        mask = picture.label > _MASK_LEVEL
        values = _enlarge(choice.saliency, mask.shape[1], mask.shape[0])
        f_measure, error = map_metrics.max_f_measure(values, mask), map_metrics.mae(values, mask)
    insides = [_inside(face, window) for face in picture.faces for window in choice.windows]
    return Score(
        picture,
        choice,
        cases,
        overlap(choice.given) if overlap and choice.given else None,
        overlap(choice.free) if overlap and choice.free else None,
        nss,
        cc,
        auc,
        f_measure,
        error,
        faces=len(insides),
        cut=sum(_WHOLE_FACE < inside < 1 - _WHOLE_FACE for inside in insides),
        whole=sum(inside >= 1 - _WHOLE_FACE for inside in insides),
    )


def gain_of(scores: Sequence[Score], ratio: float | None = None) -> Interval:
    """Gain over the centre window, all ratios or one of them."""
    return share_of([terms for one in scores if (terms := _terms(one.cases, ratio))])


def gain_terms(chosen: Sequence[tuple[LabelledPicture, tuple[Box, ...]]]) -> list[tuple[float, float]]:
    """Return what the gain of windows of the six ratios is made of, a picture each: what was gained, and what could be.

    Their sums, divided, are the gain (`share_of`).
    """
    found = (
        _terms([_case(one, window, ratio.aspect) for window, ratio in zip(windows, RATIOS, strict=True)], None)
        for one, windows in chosen
        if one.label is not None
    )
    return [terms for terms in found if terms]


def _terms(cases: Sequence[window_metrics.WindowCase], ratio: float | None) -> tuple[float, float] | None:
    some = [case for case in cases if ratio is None or case.ratio == ratio]
    if not some:
        return None
    return sum(case.chosen - case.centre for case in some), sum(case.best - case.centre for case in some)


def loss_of(scores: Sequence[Score], ratio: float | None = None) -> float:
    """Share of the cases that keep less than the centre window."""
    return window_metrics.loss([case for one in scores for case in one.cases if ratio is None or case.ratio == ratio])


def mean_of(scores: Sequence[Score], measure: Callable[[Score], float | None]) -> Interval:
    """Mean of a measure over the pictures that have it."""
    values = [value for one in scores if (value := measure(one)) is not None and np.isfinite(value)]
    return interval(values)


def _case(picture: LabelledPicture, window: Box, ratio: float) -> window_metrics.WindowCase:
    assert picture.label is not None  # noqa: S101 - the caller asked
    axis, _ = window_metrics.free_axis(picture.size.aspect, ratio)
    start, length = (window.left, window.width) if axis == 1 else (window.top, window.height)
    position = min(1.0, max(0.0, start / (1 - length))) if length < 1 else 0.5
    return window_metrics.judge_position(picture.label, picture.size.aspect, ratio, position)


def _inside(face: Box, window: Box) -> float:
    return face.intersection(window).area / face.area if face.area > 0 else 1.0


def _enlarge(saliency: SaliencyMap, width: int, height: int) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(saliency.values).resize((width, height), Image.Resampling.BILINEAR))
