"""Selects what was found in a picture that counts in the score of a window."""

from __future__ import annotations

from focalbox.core.evidence import Evidence
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.score import EDGE

__all__ = ["what_counts"]


def what_counts(evidence: Evidence) -> Demands:
    """Return what counts in the score of each window of a picture, without what a caller demands."""
    return Demands(
        subjects=evidence.scored_subjects,
        subject_box=evidence.subject_box,
        objects=evidence.scored_objects,
        edge=EDGE,
    )
