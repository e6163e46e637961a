"""The chosen windows and their properties."""

import json
from dataclasses import replace

import numpy as np
from hypothesis import given

from focalbox.analysis import Analysis
from focalbox.core.choice.choose import choose_crop
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.framing import Framing
from focalbox.core.geometry import Box
from focalbox.core.target import Ratio, Size, Target
from strategies import analyses, faces, framings, spot, targets


@given(analyses, targets, framings)
def test_the_document_is_plain_json(analysis: Analysis, target: Target, framing: Framing) -> None:
    crop = choose_crop(analysis, target, framing)
    document = json.loads(json.dumps(crop.to_dict()))
    assert set(document) == {
        "source",
        "salient_box",
        "jaccard",
        "subject_box",
        "focal_point",
        "crops",
        "model",
        "version",
    }
    assert document["crops"][0]["box"] == crop.box.to_dict()
    assert 0 <= document["focal_point"]["x"] <= 1


def test_a_subject_is_kept_whole_and_a_cut_one_is_named() -> None:
    faces = (Subject(Box(0.0, 0.4, 0.1, 0.2)), Subject(Box(0.9, 0.4, 0.1, 0.2)))
    analysis = Analysis(Size(1000, 500), SaliencyMap.blank(), faces)
    crop = analysis.plan("1:1")
    assert len(crop.cut) == 1
    assert crop.to_dict()["crops"][0]["cut"][0]["kind"] == "face"
    assert analysis.plan("2:1").cut == ()


def test_the_focal_point_is_on_a_subject_not_between_two() -> None:
    values = np.zeros((20, 60))
    values[8:12, 4:12] = values[8:12, 48:56] = 1
    x, _ = Analysis(Size(600, 200), SaliencyMap(values)).plan("1:1").focal_point
    assert x < 0.35 or x > 0.65


def test_css_places_the_picture_like_the_crop() -> None:
    assert spot(Size(1000, 500), 0.0, 0.4).plan("1:1").css == "object-position: 0% 50%"
    assert spot(Size(1000, 500), 0.9, 0.4).plan("1:1").css == "object-position: 100% 50%"


def test_css_is_none_where_no_position_says_it() -> None:
    analysis = spot(Size(1000, 500), 0.6, 0.4)
    assert analysis.plan("1:1", fit="tight").css is None
    assert analysis.plan("1:4", fit="contain").css is None


def test_a_cut_head_lowers_the_confidence() -> None:
    wide = np.zeros((10, 40))
    wide[:, :8] = 1
    alone = Analysis(Size(2000, 500), SaliencyMap(wide))
    two = replace(alone, subjects=faces((0.05, 0.3, 0.05, 0.2), (0.22, 0.3, 0.05, 0.2)))
    target, framing = Ratio(1, 1), Framing(focus=(0.12, 0.5))
    assert choose_crop(two, target, framing).confidence < choose_crop(alone, target, framing).confidence
