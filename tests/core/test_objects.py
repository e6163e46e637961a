"""Objects are connected cells, and count by their share of the map."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from focalbox.analysis import Analysis
from focalbox.core.geometry import WHOLE, Box
from focalbox.core.objects import BESIDE_FACES, CUT_OBJECTS, WHOLE_OBJECTS, scored_objects
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.target import Size
from strategies import faces, maps

masks = npst.arrays(np.bool_, npst.array_shapes(min_dims=2, max_dims=2, max_side=12))


def parts_of(mask: np.ndarray) -> list[set[tuple[int, int]]]:
    """Return the cells of each part, found by walking from cell to cell."""
    left, parts = {(int(row), int(column)) for row, column in np.argwhere(mask)}, []
    while left:
        part, ahead = set(), [left.pop()]
        while ahead:
            row, column = ahead.pop()
            part.add((row, column))
            beside = {(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)} & left
            left -= beside
            ahead += beside
        parts.append(part)
    return parts


@given(masks)
def test_an_object_is_what_hangs_together_and_counts_by_its_share(mask: np.ndarray) -> None:
    found = scored_objects(SaliencyMap(mask.astype(float)))
    rows, columns = mask.shape
    expected = []
    for part in parts_of(mask):
        if len(part) >= 0.1 * mask.sum():
            top, bottom = min(row for row, _ in part), max(row for row, _ in part) + 1
            left, right = min(column for _, column in part), max(column for _, column in part) + 1
            box = Box.between(left / columns, top / rows, right / columns, bottom / rows)
            expected.append((WHOLE_OBJECTS * len(part) / mask.sum(), box))
    assert [one.whole for one in found] == sorted((one.whole for one in found), reverse=True)
    assert sorted(one.whole for one in found) == pytest.approx(sorted(whole for whole, _ in expected))
    assert {one.box for one in found} == {box for _, box in expected}


@given(maps, st.builds(Size, st.integers(1, 500), st.integers(1, 500)))
def test_objects_lie_inside_and_are_mirrored_with_the_picture(found: SaliencyMap, size: Size) -> None:
    objects = scored_objects(found)
    assert all(WHOLE.contains(one.box) and one.box.area > 0 for one in objects)
    assert sum(one.whole for one in objects) <= WHOLE_OBJECTS + 1e-9
    mirrored = {(round(one.box.mirror().left, 9), one.box.top) for one in objects}
    assert mirrored == {(round(one.box.left, 9), one.box.top) for one in scored_objects(found.mirror())}
    for one in scored_objects(found, size):
        assert one.box == one.box.to_whole_pixels(size)


def test_nothing_has_no_objects_and_faint_things_beside_a_clear_one_are_none() -> None:
    assert scored_objects(SaliencyMap.blank()) == ()
    assert Analysis(Size(10, 10), SaliencyMap([[1.0]])).scored_objects == ()
    assert [one.box.left for one in scored_objects(SaliencyMap([[0.4, 0.0, 1.0, 0.0, 0.05]]))] == pytest.approx([0.4])


def test_objects_count_less_beside_faces() -> None:
    thing = SaliencyMap([[0.0, 1.0, 0.0]])
    alone = Analysis(Size(90, 30), SaliencyMap([[1.0]]), object_map=thing)
    beside = Analysis(Size(90, 30), SaliencyMap([[1.0]]), faces((0.1, 0.1, 0.2, 0.5)), object_map=thing)
    (one,), (other,) = alone.scored_objects, beside.scored_objects
    assert (other.whole, other.cut) == pytest.approx((BESIDE_FACES * one.whole, BESIDE_FACES * one.cut))
    assert one.box == other.box == Box.between(1 / 3, 0.0, 2 / 3, 1.0)


def test_a_map_of_many_cells_is_read_in_fewer() -> None:
    noise = np.random.default_rng(0).random((256, 256))
    noise[64:128, 128:192] += 9.0
    (thing,) = scored_objects(SaliencyMap(noise))
    assert thing.box == Box(0.5, 0.25, 0.25, 0.25)
    assert (thing.whole, thing.cut) == pytest.approx((WHOLE_OBJECTS, CUT_OBJECTS))
