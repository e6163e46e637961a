"""Which of equal heads is shown: size and place decide, small differences of the map do not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.choice.equal_heads import settle_between_heads
from focalbox.core.geometry import Box
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.place import place
from focalbox.core.placement.score import score_of
from focalbox.core.prominence import scored_subjects
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.subject import Subject
from strategies import boxes, maps

LEFT, RIGHT = Box(0.15, 0.35, 0.1, 0.3), Box(0.75, 0.35, 0.1, 0.3)
WINDOW = 0.4, 1.0


def map_with(left: float, right: float) -> SaliencyMap:
    """Return a map whose two faces stand out by so much."""
    values = np.full((20, 20), 0.01)
    values[7:13, 3:5] += left
    values[7:13, 15:17] += right
    return SaliencyMap(values)


def settled(saliency: SaliencyMap, *boxes: Box, demands: Demands | None = None) -> tuple[Box, Box]:
    """Return the best window by the score, and the settled one."""
    subjects = scored_subjects(saliency, [Subject(box) for box in boxes])
    wanted = replace(demands or Demands(), subjects=subjects)
    best = place(saliency, *WINDOW, wanted)
    return best, settle_between_heads(saliency, best, wanted)


@pytest.mark.parametrize(("left", "right"), [(1.0, 1.08), (1.08, 1.0), (1.0, 1.0)])
def test_of_even_faces_the_one_on_the_left_is_shown_whichever_stands_out_more(left: float, right: float) -> None:
    _, window = settled(map_with(left, right), LEFT, RIGHT)
    assert window.contains(LEFT)
    assert not window.contains(RIGHT)


def test_a_face_that_stands_out_far_more_is_shown() -> None:
    best, window = settled(map_with(1.0, 2.0), LEFT, RIGHT)
    assert window == best
    assert window.contains(RIGHT)


@pytest.mark.parametrize(("left", "right"), [(1.0, 1.08), (1.08, 1.0)])
def test_the_clearly_higher_face_comes_first(left: float, right: float) -> None:
    higher = Box(0.75, 0.3, 0.1, 0.4)
    _, window = settled(map_with(left, right), LEFT, higher)
    assert window.contains(higher)


@pytest.mark.parametrize(("left", "right"), [(1.0, 1.08), (1.08, 1.0)])
def test_of_even_faces_the_one_nearer_to_the_middle_is_shown(left: float, right: float) -> None:
    nearer = Box(0.62, 0.35, 0.1, 0.3)
    values = map_with(left, 0.0).values + map_with(0.0, right).values[:, [*range(3, 20), 0, 1, 2]]
    _, window = settled(SaliencyMap(values), LEFT, nearer)
    assert window.contains(nearer)


def test_what_a_caller_keeps_is_not_given_up() -> None:
    best, window = settled(map_with(1.0, 1.08), LEFT, RIGHT, demands=Demands(keep=(RIGHT,)))
    assert window == best
    assert window.contains(RIGHT)


def test_in_a_crowd_the_saliency_decides() -> None:
    crowd = [Box(0.02 + 0.2 * index, 0.35, 0.1, 0.3) for index in range(5)]
    best, window = settled(map_with(1.0, 1.08), *crowd)
    assert window == best


@given(maps, st.lists(boxes().map(Subject), max_size=5), st.floats(0.1, 1.0))
def test_the_settled_window_is_even_with_the_best(saliency: SaliencyMap, found: list[Subject], side: float) -> None:
    subjects = scored_subjects(saliency, found)
    demands = Demands(subjects=subjects)
    best = place(saliency, side, 1.0, demands)
    window = settle_between_heads(saliency, best, demands)
    assert (window.width, window.height) == (best.width, best.height)
    assert -1e-9 <= window.left <= 1 - window.width + 1e-9
    first, chosen = (score_of(one, saliency, demands) for one in (best, window))
    assert first.total - 0.07 - 1e-9 <= chosen.total <= first.total + 1e-9
    assert chosen.cut >= first.cut - 1e-9
    assert abs(_worth(window, saliency, demands) - _worth(best, saliency, demands)) <= 0.02 + 1e-9


def _worth(window: Box, saliency: SaliencyMap, demands: Demands) -> float:
    parts = score_of(window, saliency, demands)
    return parts.whole + parts.cut
