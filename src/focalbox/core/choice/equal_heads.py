"""Chooses among equal heads that do not all fit into a window: by their size and place, not by their looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from focalbox.core.geometry import SAME, Box
from focalbox.core.heads import HEADS
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.place import place
from focalbox.core.placement.score import Score, score_of
from focalbox.core.prominence import ScoredSubject
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["CROWD", "EVEN", "SMALLER", "STEP", "WORTH", "settle_between_heads"]

EVEN = 0.07
"""Difference of the scores, in shares of the saliency, up to which two windows with different heads of the same worth are
even. Between two drawn faces that differ only in the tone of the skin, the map prefers one by up to 0.08, by contrast
alone: each tone was chosen in 0.21 to 0.90 of its pairs. With this value it is 0.45 to 0.64, for 0.002 of the mean gain
(0.000 to 0.003)."""

WORTH = 0.02
"""Difference of what the subjects add, in shares of the saliency, up to which two windows are even; a judgement, not
measured apart from `EVEN`."""

SMALLER = 0.8
"""Height relative to the tallest of the heads in question from which a head is as good: detectors err by this much."""

CROWD = 4
"""The most heads among which there is a choice; more are a crowd, in which the saliency decides. With six, windows cut and
keep as much (dev rows)."""

STEP = 0.05
"""Step to which distances from the middle are rounded (a share of a side): boxes of heads are not more exact."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A window and the heads that it shows whole."""

    window: Box
    heads: tuple[ScoredSubject, ...]

    @property
    def tallest(self) -> ScoredSubject:
        """The tallest of its heads."""
        return max(self.heads, key=lambda head: head.boxes[-1].height)


def settle_between_heads(saliency: SaliencyMap, window: Box, demands: Demands) -> Box:
    """Return a window, or one of the same sides that shows another head and is as good.

    Where a window shows some of two to four heads, and another window shows another of them that counts as much, small
    differences of the map would choose between people. So among even windows, the one with the clearly tallest head wins;
    else the one whose head is nearest to the middle of the picture; else the one furthest left, then furthest up.

    Parameters
    ----------
    saliency : SaliencyMap
        What attracts viewers.
    window : Box
        The best window by the score, fractions of the picture's sides.
    demands : Demands
        What it was placed for. Where the caller wants more than the score, the window stays.

    Returns
    -------
    Box
        The chosen window.
    """
    heads = [one for one in demands.subjects if one.kind in HEADS and one.whole > 0]
    ours = _whole_in(window, heads)
    if not ours or len(ours) == len(heads) or len(heads) > CROWD or _wants_more(demands):
        return window
    best = score_of(window, saliency, demands)
    choices = [_Choice(window, ours)]
    for head in heads:
        box = None if head in ours else head.box_for(window.width, window.height)
        if box is None:
            continue
        other = place(saliency, window.width, window.height, replace(demands, hold=(box,)))
        shown = _whole_in(other, heads)
        score = score_of(other, saliency, demands)
        if head in shown and not set(ours) <= set(shown) and _are_even(best, score):
            choices.append(_Choice(other, shown))
    tall_enough = SMALLER * max(one.tallest.boxes[-1].height for one in choices)
    return min((one for one in choices if one.tallest.boxes[-1].height >= tall_enough), key=_by_place).window


def _wants_more(demands: Demands) -> bool:
    return bool(demands.keep or demands.avoid or demands.hold or demands.focus or demands.near)


def _whole_in(window: Box, heads: Sequence[ScoredSubject]) -> tuple[ScoredSubject, ...]:
    """Return the heads whose innermost box a window shows whole."""
    return tuple(head for head in heads if window.contains(head.boxes[-1], slack=SAME))


def _are_even(best: Score, other: Score) -> bool:
    """Tell whether another window is as good as the best: its subjects and its score count as much, and it cuts no more."""
    worth = abs(best.whole + best.cut - other.whole - other.cut) <= WORTH
    return worth and other.cut >= best.cut - SAME and best.total - other.total <= EVEN


def _by_place(choice: _Choice) -> tuple[int, float]:
    """Order choices by how far their tallest head is from the middle along the axis of choice, then from left and top."""
    x, y = choice.tallest.boxes[-1].centre
    across = abs(x - 0.5) if choice.window.width < 1 else 0.0
    down = abs(y - 0.5) if choice.window.height < 1 else 0.0
    return round(max(across, down) / STEP), x + y
