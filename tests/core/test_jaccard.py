"""The exact salient box against brute force, and the maps that break heuristics."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.jaccard import salient_box
from focalbox.core.saliency_map import LEVELS, SaliencyMap
from laws import cases
from strategies import grids, maps


def cells_of(box: Box, saliency: SaliencyMap) -> tuple[int, int, int, int]:
    rows, columns = saliency.shape
    edges = (box.left * columns, box.top * rows, box.right * columns, box.bottom * rows)
    whole = tuple(int(edge + 0.5) for edge in edges)
    assert np.allclose(edges, whole), "the salient box lies on the edges of cells"
    return whole  # type: ignore[return-value]


def index_of(saliency: SaliencyMap, left: int, top: int, right: int, bottom: int) -> Fraction:
    inside = int(saliency.cells[top:bottom, left:right].sum())
    return Fraction(inside, (right - left) * (bottom - top) * LEVELS + saliency.total - inside)


def best_by_force(saliency: SaliencyMap) -> Fraction:
    rows, columns = saliency.shape
    return max(
        index_of(saliency, left, top, right, bottom)
        for top, bottom in combinations(range(rows + 1), 2)
        for left, right in combinations(range(columns + 1), 2)
    )


@settings(max_examples=cases(400), deadline=None)
@given(maps)
def test_no_box_is_better(saliency: SaliencyMap) -> None:
    found = salient_box(saliency)
    if saliency.total == 0:
        assert (found.box, found.index) == (WHOLE, 0.0)
        return
    exact = index_of(saliency, *cells_of(found.box, saliency))
    assert exact == best_by_force(saliency)
    assert found.index == pytest.approx(float(exact), rel=1e-15)


@settings(max_examples=cases(20), deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(17, 26), st.integers(17, 26), st.floats(0.2, 6))
def test_no_box_is_better_on_maps_with_a_coarse_first_guess(seed: int, rows: int, columns: int, power: float) -> None:
    saliency = SaliencyMap(np.random.default_rng(seed).random((rows, columns)) ** power)
    table = saliency.table
    tops, bottoms = np.triu_indices(rows + 1, 1)
    lefts, rights = np.triu_indices(columns + 1, 1)
    strips = table[bottoms] - table[tops]
    inside = strips[:, rights] - strips[:, lefts]
    areas = np.outer(bottoms - tops, rights - lefts) * LEVELS
    best = (inside / (areas + saliency.total - inside)).max()
    assert salient_box(saliency).index == pytest.approx(best, rel=1e-12)


@given(maps)
def test_a_mirrored_map_has_the_mirrored_box(saliency: SaliencyMap) -> None:
    found, mirrored = salient_box(saliency), salient_box(saliency.mirror())
    assert mirrored.index == found.index
    if found.box.centre[0] != pytest.approx(0.5) and mirrored.box.mirror().centre != pytest.approx(found.box.centre):
        # several boxes are equally good and equally far from the centre, such as the left half and the upper one
        far = [(box.centre[0] - 0.5) ** 2 + (box.centre[1] - 0.5) ** 2 for box in (mirrored.box, found.box)]
        assert far[0] == pytest.approx(far[1])


@given(grids(), st.floats(1e-6, 1e6))
def test_the_scale_of_the_values_does_not_matter(values: np.ndarray, scale: float) -> None:
    assert salient_box(SaliencyMap(values * scale)).index == pytest.approx(
        salient_box(SaliencyMap(values)).index, abs=1e-3
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (64, 64), (256, 1)])
def test_a_constant_map_is_covered_whole(shape: tuple[int, int]) -> None:
    found = salient_box(SaliencyMap(np.full(shape, 0.3)))
    assert (found.box, found.index) == (WHOLE, 1.0)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (31, 17), (63, 63)])
def test_one_cell_is_found_alone(row: int, column: int) -> None:
    values = np.zeros((64, 64))
    values[row, column] = 7
    found = salient_box(SaliencyMap(values))
    assert found.box == Box(column / 64, row / 64, 1 / 64, 1 / 64)
    assert found.index == 1.0


def test_no_evidence_is_the_whole_picture_with_index_zero() -> None:
    found = salient_box(SaliencyMap(np.zeros((5, 7))))
    assert (found.box, found.index) == (WHOLE, 0.0)


def test_of_equal_boxes_the_one_nearest_the_centre_is_taken() -> None:
    values = np.zeros((3, 11))
    values[1, [0, 4, 10]] = 1
    assert salient_box(SaliencyMap(values)).box.left == pytest.approx(4 / 11)


def test_the_largest_map_stays_within_whole_numbers() -> None:
    values = np.full((256, 256), 0.999)
    values[0, 0] = 1.0
    assert salient_box(SaliencyMap(values)).box == WHOLE
