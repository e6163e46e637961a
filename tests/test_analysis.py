"""Analyses: look once, plan many, save and load."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.geometry import Box
from focalbox.core.target import Size, Target
from focalbox.errors import InvalidRequest
from laws import cases
from strategies import analyses, boxes, targets, trimmed_analyses


@settings(deadline=None)
@given(analyses, targets, st.lists(boxes(), max_size=2))
def test_a_saved_analysis_plans_the_same_crops(analysis: Analysis, target: Target, faces: list[Box]) -> None:
    subjects = tuple(Subject(box, "face", 0.75) for box in faces)
    analysis = Analysis(analysis.source, analysis.saliency, subjects, "drawn", "test")
    again = Analysis.from_dict(json.loads(json.dumps(analysis.to_dict())))
    assert again == analysis
    for fit in ("cover", "tight", "pad", "contain"):
        assert again.plan(target, fit=fit).to_dict() == analysis.plan(target, fit=fit).to_dict()


@settings(max_examples=cases(20), deadline=None)
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


@settings(deadline=None)
@given(trimmed_analyses(), targets)
def test_an_analysis_without_a_border_is_saved_with_what_is_left(
    both: tuple[Analysis, Analysis], target: Target
) -> None:
    analysis, _ = both
    again = Analysis.from_dict(json.loads(json.dumps(analysis.to_dict())))
    assert again == analysis
    assert again.plan(target).to_dict() == analysis.plan(target).to_dict()
    for wrong in ({"left": -1}, {"width": 4001}, {"height": 0}, {"top": 4000}, {"left": None}):
        with pytest.raises(InvalidRequest):
            Analysis.from_dict({**analysis.to_dict(), "trimmed": {**analysis.to_dict()["trimmed"], **wrong}})


@pytest.mark.parametrize("side", [10**400, 2**32, math.inf, math.nan, 0])
def test_a_picture_of_impossible_sides_is_refused(side: float) -> None:
    saved = Analysis.blank(Size(400, 300)).to_dict()
    for name in ("width", "height"):
        with pytest.raises(InvalidRequest):
            Analysis.from_dict({**saved, "source": {**saved["source"], name: side}})


@pytest.mark.parametrize("count", [0, 2.5, "3", True, math.nan])
def test_alternatives_are_a_whole_number(count: Any) -> None:
    analysis = Analysis.blank(Size(400, 300))
    with pytest.raises(InvalidRequest, match="alternatives are at least 1"):
        analysis.alternatives("1:1", count)
    with pytest.raises(InvalidRequest, match="alternatives are at least 1"):
        analysis.plans(["1:1"], alternatives=count)


@pytest.mark.parametrize(
    "document", [np.zeros(2), np.float64(1), np.array(None), [], "{}", None, {"source": np.zeros(2)}]
)
def test_what_is_no_document_is_refused(document: Any) -> None:
    with pytest.raises(InvalidRequest, match="a saved analysis needs source"):
        Analysis.from_dict(document)
    with pytest.raises(InvalidRequest, match="a saved saliency map needs width"):
        SaliencyMap.from_dict(document)
