"""What each candidate window holds, held against counting window by window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from focalbox.core.geometry import Box
from focalbox.core.placement.windows import Windows, places
from focalbox.core.saliency_map import SaliencyMap
from strategies import boxes, maps


@st.composite
def grids_of_windows(draw: st.DrawFn) -> Windows:
    """Some windows of one size, on a grid of 1/16 as the boxes of `strategies`."""
    width, height = draw(st.integers(1, 16)), draw(st.integers(1, 16))
    lefts = draw(st.lists(st.integers(0, 16 - width), min_size=1, max_size=4, unique=True))
    tops = draw(st.lists(st.integers(0, 16 - height), min_size=1, max_size=4, unique=True))
    return Windows(np.sort(lefts) / 16, np.sort(tops) / 16, width / 16, height / 16)


def each(windows: Windows) -> list[list[Box]]:
    return [[Box(left, top, windows.width, windows.height) for left in windows.lefts] for top in windows.tops]


@given(windows=grids_of_windows(), box=boxes())
def test_shares_holding_and_touching_are_those_of_each_window(windows: Windows, box: Box) -> None:
    shares = [[one.intersection(box).area / box.area for one in row] for row in each(windows)]
    np.testing.assert_allclose(windows.share_of(box), shares, atol=1e-9)
    down, across = windows.shares_of([box])
    np.testing.assert_allclose(down[0][:, None] * across[0], shares, atol=1e-9)
    down, across = windows.holds([box])
    np.testing.assert_array_equal(down[0][:, None] * across[0], np.array(shares) > 1 - 1e-9)
    down, across = windows.touches([box])
    np.testing.assert_array_equal(down[0][:, None] * across[0], np.array(shares) > 1e-9)


@given(windows=grids_of_windows(), saliency=maps)
def test_saliency_is_that_of_each_window(windows: Windows, saliency: SaliencyMap) -> None:
    assume(saliency.total > 0)
    shares = [[saliency.share(one) for one in row] for row in each(windows)]
    np.testing.assert_allclose(np.broadcast_to(windows.saliency_in(saliency), np.shape(shares)), shares, atol=1e-9)


def test_a_window_without_a_middle_there_is_as_far_as_its_centre() -> None:
    windows = Windows(np.array([0.0, 0.5]), np.array([0.0]), 0.5, 1.0)
    np.testing.assert_allclose(windows.distance_to(0.25, 0.5), [[0.0, 0.5]])


@given(box=boxes())
def test_one_window_alone_is_that_window(box: Box) -> None:
    assert each(Windows.at(box)) == [[box]]


@given(
    cells=st.integers(1, 20),
    side=st.integers(1, 15),
    edges=st.lists(st.integers(0, 16), max_size=3),
    points=st.lists(st.floats(0, 1), max_size=2),
)
def test_places_are_ascending_inside_and_meet_every_edge(
    cells: int, side: int, edges: list[int], points: list[float]
) -> None:
    length = side / 16
    found = places(cells, length, (0.0, 1.0), [edge / 16 for edge in edges], points)
    assert np.all(np.diff(found) >= 0)
    assert found[0] == 0
    assert found[-1] == 1 - length
    wanted = [edge / 16 for edge in edges if edge / 16 < 1 - length]
    wanted += [edge / 16 - length for edge in edges if edge / 16 > length]
    wanted += [point - length / 2 for point in points if 0 < point - length / 2 < 1 - length]
    assert all(np.abs(found - place).min() < 1e-12 for place in wanted)


def test_a_window_as_large_as_the_room_has_one_place() -> None:
    assert places(8, 0.5, (0.25, 0.75), [0.3], [0.6]).tolist() == [0.25]


@given(boxes(), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_a_point_is_beside_the_middle_line_by_its_distance_in_half_widths(box: Box, points: list[float]) -> None:
    beside = Windows.at(box).beside(points)[:, 0]
    for point, distance in zip(points, beside.tolist(), strict=True):
        assert distance == pytest.approx(0.0 if box.width >= 1.0 else abs(point - box.centre[0]) / (box.width / 2))
