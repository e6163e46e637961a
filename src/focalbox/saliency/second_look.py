"""A second look, mirrored and finer: when it is worth its time, and how it is joined with the first."""

from __future__ import annotations

from focalbox.core.evidence import ModelOutput
from focalbox.core.saliency_map import SaliencyMap

__all__ = ["joined", "weight_of"]

_DOUBT, _GREAT_DOUBT = 0.165, 0.175
"""Doubt (0 to 1, `core.confidence.doubt`) from which there is a second look, and from which it counts as much as the first.
In between its weight rises evenly, so that a little more light in a picture does not change the crop at a stroke. Chosen on
dev rows, where a third of the pictures leave so much (2026-11-25; the table of thresholds is in docs/quality.md)."""


def weight_of(doubt: float) -> float:
    """Return the weight of a second look beside the first, 0 to 1; 0 when none is needed.

    Examples
    --------
    >>> weight_of(0.1), weight_of(0.5)
    (0.0, 1.0)
    """
    return min(1.0, max(0.0, (doubt - _DOUBT) / (_GREAT_DOUBT - _DOUBT)))


def joined(first: ModelOutput, second: ModelOutput, weight: float) -> ModelOutput:
    """Return what both looks saw: the mean of their maps, in the first one's cells, and the first one's subjects.

    The rule for faces was chosen on first looks; on dev rows those of the finer look, or of both, held windows where they
    should not (mean gain 0.450 and 0.463, against 0.479 with those of the first, at 320 pixels; 2026-11-25).
    """
    return ModelOutput(
        _mean(first.saliency, second.saliency, weight),
        first.keep if first.keep is None or second.keep is None else _mean(first.keep, second.keep, weight),
        first.subjects,
    )


def _mean(first: SaliencyMap, second: SaliencyMap, weight: float) -> SaliencyMap:
    if not second.total or not first.total:
        return first
    return SaliencyMap(first.averaged(*first.shape) + weight * second.averaged(*first.shape))
