"""Boolean maps: the widest path against a search cell by cell, and what is surrounded."""

from __future__ import annotations

import heapq

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from focalbox.saliency.boolean import boolean_map, widest_path

planes = st.tuples(st.just(1), st.integers(1, 7), st.integers(1, 7)).flatmap(
    lambda shape: npst.arrays(np.uint8, shape, elements=st.integers(0, 9))
)


def searched(plane: np.ndarray) -> np.ndarray:
    """Find the widest paths one by one (Dijkstra, with the smallest level of a path in place of its length)."""
    rows, columns = plane.shape
    found = np.full(plane.shape, -1)
    edge = [(r, c) for r in range(rows) for c in range(columns) if r in {0, rows - 1} or c in {0, columns - 1}]
    waiting = [(-int(plane[place]), *place) for place in edge]
    heapq.heapify(waiting)
    while waiting:
        level, row, column = heapq.heappop(waiting)
        if found[row, column] >= 0:
            continue
        found[row, column] = -level
        for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if 0 <= r < rows and 0 <= c < columns and found[r, c] < 0:
                heapq.heappush(waiting, (-min(-level, int(plane[r, c])), r, c))
    return found


@given(levels=planes)
def test_the_widest_path_is_the_one_that_a_search_finds(levels: np.ndarray) -> None:
    assert np.array_equal(widest_path(levels)[0], searched(levels[0]))


def test_what_is_surrounded_stands_out_and_what_touches_the_edge_does_not() -> None:
    picture = np.full((192, 192, 3), 120, np.uint8)
    picture[80:110, 80:110] = (200, 40, 40)
    picture[150:, :40] = (40, 40, 200)
    cells = boolean_map(picture).cells
    assert cells[23, 23] > 0
    assert cells[45, 3] < cells[23, 23] / 10


@given(value=st.integers(0, 255))
def test_a_uniform_picture_shows_nothing(value: int) -> None:
    assert boolean_map(np.full((40, 60, 3), value, np.uint8)).total == 0
