"""Measures of windows and boxes: gain and loss over a centre crop, overlap of boxes, and their intervals; pure NumPy.

Maps and labels are arrays of shape (rows, columns), values >= 0, over the whole upright picture. Boxes are
``(left, top, width, height)`` in fractions of the picture's sides unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
BoxLike = Sequence[float]
Item = TypeVar("Item")

RATIOS: tuple[float, ...] = (2 / 5, 9 / 16, 4 / 5, 1.0, 16 / 9, 5 / 2)
"""Aspect ratios (width / height) of the gain measure, tall banners to wide ones."""

POSITIONS = 257
"""Window positions tried along the free axis (count): odd, so the centre is one, and finer than a map's cells."""

LOSS_MARGIN = 0.01
"""A case is lost when it keeps this much less than the centre window (share of the label)."""


@dataclass(frozen=True)
class WindowCase:
    """One picture at one aspect ratio: the shares (0..1) of the label that three windows of equal size keep."""

    ratio: float
    chosen: float
    centre: float
    best: float


def slide_window(weights: ArrayLike, length: float, positions: int = POSITIONS) -> Array:
    """Share of a profile inside a window at evenly spaced positions, from one end to the other.

    Parameters
    ----------
    weights : array_like, shape (n,)
        The map summed across the free axis, >= 0.
    length : float
        Window length as a fraction of the axis, over 0 and up to 1.
    positions : int
        How many positions; the middle one of an odd number is the centre window.

    Returns
    -------
    ndarray, shape (positions,)
        Shares 0..1; all zero where the profile is.

    Examples
    --------
    >>> slide_window([1, 1, 2, 0], 0.5, positions=3).tolist()
    [0.5, 0.75, 0.5]
    """
    profile = np.asarray(weights, dtype=np.float64)
    total = profile.sum()
    if total <= 0:
        return np.zeros(positions)
    running = np.concatenate([[0.0], np.cumsum(profile)]) / total
    edges = np.linspace(0.0, 1.0, profile.size + 1)
    starts = np.linspace(0.0, 1.0 - length, positions)
    return np.asarray(np.interp(starts + length, edges, running) - np.interp(starts, edges, running))


def free_axis(aspect_ratio: float, ratio: float) -> tuple[int, float]:
    """Axis along which the largest window of a ratio can move (0 rows, 1 columns) and its length there as a fraction.

    Examples
    --------
    >>> free_axis(2.0, 1.0)
    (1, 0.5)
    >>> free_axis(1.0, 2.5)
    (0, 0.4)
    """
    return (1, ratio / aspect_ratio) if ratio <= aspect_ratio else (0, aspect_ratio / ratio)


def judge_position(label: ArrayLike, aspect_ratio: float, ratio: float, position: float) -> WindowCase:
    """Judge a window chosen by anyone: `position` is 0 at the left or top end of its way, 1 at the other.

    Parameters
    ----------
    label : array_like, shape (rows, columns)
        Mask or fixation counts, >= 0, with something in it.
    aspect_ratio, ratio : float
        Width / height of the picture and of the window.
    position : float
        Place of the window on the way it can go, 0..1; 0.5 is the centre.

    Examples
    --------
    >>> judge_position([[0, 0, 1, 1]], 2.0, 1.0, 1.0)
    WindowCase(ratio=1.0, chosen=1.0, centre=0.5, best=1.0)
    """
    axis, length = free_axis(aspect_ratio, ratio)
    kept = slide_window(np.asarray(label, dtype=np.float64).sum(axis=1 - axis), length)
    chosen = np.interp(position, np.linspace(0.0, 1.0, kept.size), kept)
    return WindowCase(ratio, float(chosen), float(kept[kept.size // 2]), float(max(kept.max(), chosen)))


def choose_position(saliency: ArrayLike, aspect_ratio: float, ratio: float) -> float:
    """Position (0..1) of the window that keeps the most of a map; ties go to the one nearest the centre.

    Examples
    --------
    >>> choose_position([[0, 0, 1, 3]], 2.0, 1.0)
    1.0
    >>> choose_position([[1, 1], [1, 1]], 1.0, 2.0)
    0.5
    """
    axis, length = free_axis(aspect_ratio, ratio)
    kept = slide_window(np.asarray(saliency, dtype=np.float64).sum(axis=1 - axis), length)
    away = np.abs(np.arange(kept.size) - kept.size // 2)
    # A tolerance, since equal sums of floats differ in the last digits and would beat the centre by chance.
    level = np.flatnonzero(kept >= kept.max() - 1e-9)
    return float(level[np.argmin(away[level])] / (kept.size - 1))


def window_cases(
    saliency: ArrayLike, label: ArrayLike, aspect_ratio: float, ratios: Sequence[float] = RATIOS
) -> tuple[WindowCase, ...]:
    """Slide the largest window of each ratio over the map and judge by the label; map and label may differ in size.

    Examples
    --------
    >>> window_cases([[0, 0, 1, 3]], [[0, 0, 1, 1]], 2.0, ratios=[1.0])
    (WindowCase(ratio=1.0, chosen=1.0, centre=0.5, best=1.0),)
    """
    return tuple(
        judge_position(label, aspect_ratio, ratio, choose_position(saliency, aspect_ratio, ratio)) for ratio in ratios
    )


def gain(cases: Sequence[WindowCase]) -> float:
    """Gain over the centre window: 0 no better than cropping the middle, 1 cannot be better, below 0 worse.

    NaN where no window could have been better than the centre.

    Examples
    --------
    >>> gain([WindowCase(1.0, chosen=0.75, centre=0.5, best=1.0), WindowCase(1.0, 0.5, 0.5, 0.5)])
    0.5
    """
    centre = sum(case.centre for case in cases)
    possible = sum(case.best for case in cases) - centre
    return (sum(case.chosen for case in cases) - centre) / possible if possible > 0 else float("nan")


def loss(cases: Sequence[WindowCase]) -> float:
    """Share (0..1) of the cases that keep at least `LOSS_MARGIN` less than the centre window.

    Examples
    --------
    >>> loss([WindowCase(1.0, chosen=0.4, centre=0.5, best=1.0), WindowCase(1.0, 0.5, 0.5, 0.5)])
    0.5
    """
    return sum(case.chosen <= case.centre - LOSS_MARGIN for case in cases) / len(cases) if cases else float("nan")


def bootstrap_interval(
    items: Sequence[Item],
    measure: Callable[[list[Item]], float],
    random: np.random.Generator,
    rounds: int = 1000,
) -> tuple[float, float]:
    """95 % percentile interval of a measure over pictures drawn with replacement (doi:10.1214/aos/1176344552).

    Examples
    --------
    >>> bootstrap_interval([1.0, 1.0], lambda drawn: sum(drawn) / 2, np.random.default_rng(0), rounds=9)
    (1.0, 1.0)
    """
    draws = random.integers(0, len(items), size=(rounds, len(items)))
    values = [measure([items[index] for index in draw]) for draw in draws]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def iou(first: BoxLike, second: BoxLike) -> float:
    """Intersection over union of two boxes ``(left, top, width, height)`` in the same unit; 0 where both are empty.

    Examples
    --------
    >>> iou((0, 0, 2, 1), (1, 0, 2, 1))
    0.3333333333333333
    """
    (left, top, width, height), (left2, top2, width2, height2) = first, second
    across = max(0.0, min(left + width, left2 + width2) - max(left, left2))
    down = max(0.0, min(top + height, top2 + height2) - max(top, top2))
    union = width * height + width2 * height2 - across * down
    return across * down / union if union > 0 else 0.0


def displacement(first: BoxLike, second: BoxLike) -> float:
    """Mean distance between the four pairs of edges, in fractions of the sides (boundary displacement error).

    Examples
    --------
    >>> displacement((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 0.5))
    0.125
    """
    (left, top, width, height), (left2, top2, width2, height2) = first, second
    right_gap, bottom_gap = left + width - left2 - width2, top + height - top2 - height2
    return (abs(left - left2) + abs(top - top2) + abs(right_gap) + abs(bottom_gap)) / 4
