"""Analyses: look once, plan many, save and load."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.evidence import Subject
from focalbox.core.geometry import Box, Target
from focalbox.errors import InvalidRequest
from strategies import analyses, boxes, targets


@settings(deadline=None)
@given(analyses, targets, st.lists(boxes(), max_size=2))
def test_a_saved_analysis_plans_the_same_crops(analysis: Analysis, target: Target, faces: list[Box]) -> None:
    subjects = tuple(Subject(box, "face", 0.75) for box in faces)
    analysis = Analysis(analysis.source, analysis.saliency, subjects, "drawn", "test")
    again = Analysis.from_dict(json.loads(json.dumps(analysis.to_dict())))
    assert again == analysis
    for fit in ("cover", "tight", "pad", "contain"):
        assert again.plan(target, fit=fit).to_dict() == analysis.plan(target, fit=fit).to_dict()


@settings(max_examples=20, deadline=None)
@given(analyses, st.data())
def test_a_damaged_document_is_refused(analysis: Analysis, data: st.DataObject) -> None:
    saved = analysis.to_dict()
    name = data.draw(st.sampled_from(["source", "saliency", "subjects", "model", "version"]))
    if data.draw(st.booleans()):
        del saved[name]
    else:
        saved[name] = data.draw(st.sampled_from([None, 5, [1]]))
        if name in {"model", "version"}:
            del saved[name]
    with pytest.raises(InvalidRequest):
        Analysis.from_dict(saved)
