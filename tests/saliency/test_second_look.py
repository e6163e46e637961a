"""Two looks become one answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.evidence import ModelOutput, Subject
from focalbox.core.geometry import Box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.saliency.second_look import joined, weight_of
from strategies import maps

LEFT, RIGHT = SaliencyMap([[1, 0]]), SaliencyMap([[0, 0, 0, 1], [0, 0, 0, 1]])


def test_the_mean_of_both_in_the_cells_of_the_first() -> None:
    both = joined(ModelOutput(LEFT), ModelOutput(RIGHT), 1.0).saliency
    assert both.shape == (1, 2)
    assert both.share(Box(0, 0, 0.5, 1)) == pytest.approx(0.5, abs=1e-3)


@given(st.floats(0, 1))
def test_a_small_weight_changes_little(weight: float) -> None:
    share = joined(ModelOutput(LEFT), ModelOutput(RIGHT), weight).saliency.share(Box(0.5, 0, 0.5, 1))
    assert share == pytest.approx(weight / (1 + weight), abs=1e-3)


@given(maps, maps, st.floats(0, 1))
def test_mirrored_looks_give_the_mirrored_answer(first: SaliencyMap, second: SaliencyMap, weight: float) -> None:
    straight = joined(ModelOutput(first), ModelOutput(second), weight).saliency
    mirrored = joined(ModelOutput(first.mirrored()), ModelOutput(second.mirrored()), weight).saliency
    assert np.abs(straight.cells - mirrored.mirrored().cells).max() <= 1


def test_faces_are_those_of_the_first_look_for_which_the_rule_was_chosen() -> None:
    face = Subject(Box(0.1, 0.1, 0.2, 0.2))
    seen = joined(ModelOutput(LEFT, LEFT, (face,)), ModelOutput(RIGHT, RIGHT, ()), 1.0)
    assert seen.subjects == (face,)
    assert seen.keep is not None
    assert seen.keep.share(Box(0, 0, 0.5, 1)) == pytest.approx(0.5, abs=1e-3)


def test_an_empty_second_look_changes_nothing() -> None:
    assert joined(ModelOutput(LEFT), ModelOutput(SaliencyMap.blank()), 1.0) == ModelOutput(LEFT)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_doubt_never_means_less_weight(less: float, more: float) -> None:
    low, high = sorted((less, more))
    assert 0 <= weight_of(low) <= weight_of(high) <= 1
