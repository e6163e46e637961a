"""What a window shows of heads, text and objects: by how much, and in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.core.choice.shown import Shown, shown_in
from focalbox.core.evidence import Evidence, SaliencyMap, Subject
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.target import Size
from strategies import boxes, maps, sizes

SOURCE = Size(1000, 1000)

kinds = st.sampled_from(["face", "head", "text", "logo"])
subjects = st.lists(st.builds(Subject, boxes(), kinds, st.floats(0, 1)), max_size=5).map(tuple)
analyses = st.builds(Analysis, sizes, maps, subjects, object_map=st.none() | maps)


def _shown(window: Box, *subjects: Subject) -> list[str]:
    return [str(one) for one in shown_in(window, Evidence(SOURCE, SaliencyMap.blank(), subjects))]


@given(analyses)
def test_the_whole_picture_shows_everything_whole(analysis: Analysis) -> None:
    for one in shown_in(WHOLE, analysis):
        assert one.shares
        assert min(one.shares) == pytest.approx(1.0)
        assert str(one).endswith("whole")


@given(analyses, boxes())
def test_shares_are_shares_and_nothing_is_said_to_be_cut_to_none_or_all(analysis: Analysis, window: Box) -> None:
    for one in shown_in(window, analysis):
        assert all(0.0 <= share <= 1.0 for share in one.shares)
        assert ": 0%" not in str(one)
        assert "100%" not in str(one)


def test_a_head_is_whole_cut_or_left_out() -> None:
    head = Subject(Box(0.4, 0.4, 0.2, 0.2), "head")
    assert _shown(Box(0.0, 0.3, 1.0, 0.5), head) == ["head whole"]
    assert _shown(Box(0.0, 0.5, 1.0, 0.5), head) == ["head cut: 50% shown"]
    assert _shown(Box(0.0, 0.7, 1.0, 0.3), head) == ["head left out"]


def test_a_window_that_ends_in_the_room_around_a_head_does_not_cut_it() -> None:
    head = Subject(Box(0.4, 0.4, 0.2, 0.2), "head")
    assert _shown(Box(0.0, 0.4, 1.0, 0.5), head) == ["head whole"]


def test_several_are_counted_and_a_head_in_the_background_or_a_doubtful_one_is_not_spoken_of() -> None:
    faces = [Subject(Box(0.1 + 0.3 * place, 0.4, 0.1, 0.2)) for place in range(3)]
    doubtful, far = Subject(Box(0.9, 0.4, 0.08, 0.2), "head", 0.43), Subject(Box(0.5, 0.1, 0.03, 0.03))
    assert _shown(Box(0.0, 0.0, 0.6, 1.0), *faces, doubtful, far) == ["3 heads: 2 whole, 1 left out"]
    assert _shown(Box(0.0, 0.0, 0.45, 1.0), *faces) == ["3 heads: 1 whole, 1 cut, 1 left out"]
    assert _shown(WHOLE, *faces) == ["3 heads whole"]
    backs = [Subject(Box(0.1 + 0.3 * place, 0.1, 0.1, 0.2), "head") for place in range(3)]
    assert _shown(WHOLE, *faces, *backs) == ["6 heads whole"], "sure ones"
    assert _shown(Box(0.0, 0.0, 1.0, 0.5), *faces) == ["3 heads cut"]


def test_heads_come_first_then_what_a_callers_detector_found_then_text() -> None:
    text, logo = Subject(Box(0.1, 0.8, 0.5, 0.1), "text"), Subject(Box(0.7, 0.1, 0.1, 0.1), "logo")
    face = Subject(Box(0.4, 0.4, 0.2, 0.2))
    assert _shown(Box(0.0, 0.0, 1.0, 0.85), text, logo, face) == ["head whole", "logo whole", "text cut: 51% shown"]


def test_one_object_is_the_subject_and_several_are_objects() -> None:
    one, two = [[0] * 8, [0, 9, 9, 0, 0, 0, 0, 0]], [[0] * 8, [0, 9, 9, 0, 0, 9, 9, 0]]
    for cells, said in ((one, ["subject cut: 50% shown"]), (two, ["2 objects: 1 cut, 1 left out"])):
        evidence = Evidence(SOURCE, SaliencyMap.blank(), object_map=SaliencyMap(cells))
        assert list(map(str, shown_in(Box(0.0, 0.0, 0.25, 1.0), evidence))) == said


@pytest.mark.parametrize("shares", [(0.96, 1.0), (0.9, 0.91)])
def test_boxes_of_objects_have_less_room_than_those_of_heads(shares: tuple[float, float]) -> None:
    assert str(Shown("head", shares)) == "2 heads whole"
    assert (str(Shown("object", shares)) == "2 objects whole") == (min(shares) > 0.95)
