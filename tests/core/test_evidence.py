"""What a look found: the boxes come from the maps that know best."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from focalbox.analysis import Analysis
from focalbox.core.evidence import Evidence, ModelOutput, SaliencyMap, Subject
from focalbox.core.geometry import Box, PixelBox
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest, ModelError


def spot(row: int, column: int) -> SaliencyMap:
    cells = np.zeros((4, 4))
    cells[row, column] = 1
    return SaliencyMap(cells)


def test_the_salient_box_is_about_the_saliency_whatever_else_is_known() -> None:
    found = Evidence(Size(400, 400), spot(0, 0), keep=spot(3, 3), object_map=spot(1, 1))
    assert (found.salient_box.left, found.salient_box.top, found.jaccard) == (0, 0, 1)


def test_subject_and_free_form_fall_back_from_what_is_not_known() -> None:
    all_known = Evidence(Size(400, 400), spot(0, 0), keep=spot(3, 3), object_map=spot(1, 1))
    assert (all_known.subject_box.left, all_known.free_form.left) == (0.25, 0.75)
    no_keep = Evidence(Size(400, 400), spot(0, 0), object_map=spot(1, 1))
    assert no_keep.free_form == no_keep.subject_box
    blank = Evidence(Size(400, 400), spot(0, 0), object_map=SaliencyMap.blank())
    assert blank.free_form == blank.subject_box == blank.salient_box


def test_what_was_trimmed_is_not_visible() -> None:
    found = Evidence(Size(400, 300), spot(0, 0), trimmed=PixelBox(10, 20, 100, 50))
    assert found.visible.size == Size(100, 50)
    assert Evidence(Size(400, 300), spot(0, 0)).visible.size == Size(400, 300)


@pytest.mark.parametrize("made", [Evidence, Analysis])
@pytest.mark.parametrize(
    "wrong",
    [
        {"source": (400, 300)},
        {"saliency": [[0, 1]]},
        {"saliency": None},
        {"subjects": None},
        {"subjects": [Box(0.1, 0.1, 0.2, 0.2)]},
        {"model": None},
        {"version": 1},
        {"keep": 0},
        {"object_map": np.zeros((4, 4))},
        {"trimmed": Box(0.1, 0.1, 0.2, 0.2)},
    ],
)
def test_what_is_of_another_type_is_refused_when_the_evidence_is_made(
    made: type[Evidence], wrong: dict[str, Any]
) -> None:
    (name,) = wrong
    with pytest.raises(InvalidRequest, match=f"^an analysis needs a [A-Za-z ]+ as {name}, not "):
        made(**{"source": Size(400, 300), "saliency": spot(0, 0), **wrong})


def test_what_is_left_lies_inside_the_picture() -> None:
    with pytest.raises(InvalidRequest, match="what is left of a picture of 40x30 lies inside it"):
        Evidence(Size(40, 30), spot(0, 0), trimmed=PixelBox(0, 0, 41, 30))


def test_subjects_may_be_given_as_a_list() -> None:
    face = Subject(Box(0.1, 0.1, 0.2, 0.2))
    given: Any = [face]
    assert Analysis(Size(40, 30), spot(0, 0), given) == Analysis(Size(40, 30), spot(0, 0), (face,))
    assert ModelOutput(spot(0, 0), subjects=given).subjects == (face,)


@pytest.mark.parametrize(
    "wrong", [{"saliency": [[1]]}, {"keep": [[1]]}, {"object_map": 0}, {"subjects": ["a face"]}, {"subjects": 5}]
)
def test_the_answer_of_a_model_is_of_maps_and_subjects(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ModelError, match=f"^the answer of a model needs a [A-Za-z ]+ as {name}, not "):
        ModelOutput(**{"saliency": spot(0, 0), **wrong})


def test_numbers_of_numpy_are_written_as_json() -> None:
    width, height = np.array([40, 30])
    left_over = PixelBox(*np.array([4, 3, 20, 10]))
    analysis = Analysis(
        Size(width, height), spot(0, 0), (Subject(Box(*np.array([0, 0, 0.5, 0.5], np.float32))),), trimmed=left_over
    )
    for document in (analysis.to_dict(), analysis.plan("1:1").to_dict()):
        assert json.loads(json.dumps(document)) == document
    assert json.loads(json.dumps(Box(*np.array([0.1, 0.2, 0.3, 0.4], np.float32)).to_dict()))["left"] == float(
        np.float32(0.1)
    )
