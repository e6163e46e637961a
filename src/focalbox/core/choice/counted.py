"""Selects what was found in a picture that counts in the score of a window."""

from __future__ import annotations

from focalbox.core.evidence import Evidence
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.score import BORDER, EDGE

__all__ = ["score_demands"]


def score_demands(evidence: Evidence) -> Demands:
    """Return the demands that count in the score of every window of a picture, without those of a caller."""
    return Demands(
        subjects=evidence.scored_subjects,
        top=evidence.scored_top,
        objects=evidence.scored_objects,
        edge=EDGE if evidence.scored_objects else BORDER,
    )
