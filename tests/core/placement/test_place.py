"""Placement against brute force over fine steps, the order of demands, and symmetry."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.place import place
from focalbox.core.saliency_map import SaliencyMap
from strategies import boxes, maps

shares = st.floats(0.05, 1.0)


@settings(deadline=None)
@given(maps, shares, shares)
def test_no_place_keeps_more(saliency: SaliencyMap, width: float, height: float) -> None:
    window = place(saliency, width, height)
    assert WHOLE.contains(window)
    kept = saliency.share(window)
    for across in np.linspace(0, 1 - width, 23):
        for down in np.linspace(0, 1 - height, 23):
            assert saliency.share(Box(across, down, width, height)) <= kept + 1e-8


@given(maps, shares, shares)
def test_a_mirrored_map_is_placed_mirrored(saliency: SaliencyMap, width: float, height: float) -> None:
    window, mirrored = place(saliency, width, height), place(saliency.mirror(), width, height).mirror()
    assert saliency.share(mirrored) == pytest.approx(saliency.share(window), abs=1e-8)
    distance = abs(window.centre[0] - 0.5), abs(window.centre[1] - 0.5)
    again = abs(mirrored.centre[0] - 0.5), abs(mirrored.centre[1] - 0.5)
    assert np.hypot(*distance) == pytest.approx(np.hypot(*again), abs=1e-6)


@given(shares, shares)
def test_no_evidence_is_the_middle(width: float, height: float) -> None:
    assert place(SaliencyMap.blank(), width, height).centre == pytest.approx((0.5, 0.5))


@given(maps, boxes(), shares)
def test_what_is_kept_is_whole_when_it_fits(saliency: SaliencyMap, keep: Box, side: float) -> None:
    assume(side >= max(keep.width, keep.height))
    assert place(saliency, side, side, Demands(keep=(keep,))).contains(keep)


@given(maps, boxes(), shares)
def test_what_is_avoided_is_left_out_when_there_is_room(saliency: SaliencyMap, avoid: Box, side: float) -> None:
    room = max(avoid.left, 1 - avoid.right, avoid.top, 1 - avoid.bottom)
    assume(side <= room)
    assert place(saliency, side, side, Demands(avoid=(avoid,))).intersection(avoid).area <= 1e-9


@given(maps, st.tuples(st.floats(0, 1), st.floats(0, 1)), shares)
def test_a_focus_is_centred_as_nearly_as_possible(
    saliency: SaliencyMap, focus: tuple[float, float], side: float
) -> None:
    window = place(saliency, side, side, Demands(focus=focus))
    for point, middle in zip(focus, window.centre, strict=True):
        assert middle == pytest.approx(min(max(point, side / 2), 1 - side / 2), abs=1e-4)


def test_keeping_comes_before_avoiding() -> None:
    keep = Box(0.0, 0.0, 0.5, 1.0)
    window = place(SaliencyMap.blank(), 0.5, 1.0, Demands(keep=(keep,), avoid=(keep,)))
    assert window.contains(keep)


def test_two_subjects_at_the_ends_never_give_the_empty_middle() -> None:
    values = np.zeros((8, 64))
    values[:, :8] = values[:, -8:] = 1
    window = place(SaliencyMap(values), 0.25, 1.0)
    assert SaliencyMap(values).share(window) == pytest.approx(0.5)
