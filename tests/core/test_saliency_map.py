"""Maps: whole numbers that add up, shares, saving, and what is refused."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import WHOLE, Box
from focalbox.core.saliency_map import LEVELS, MAX_CELLS, SaliencyMap
from focalbox.errors import InvalidRequest, ModelError
from strategies import boxes, grids, maps


@given(grids())
def test_the_strongest_cell_is_one_and_order_is_kept(values: np.ndarray) -> None:
    saliency = SaliencyMap(values)
    assert saliency.cells.max() in {0, LEVELS}
    if values.max() > 0:
        assert np.allclose(saliency.values, values / values.max(), atol=1 / LEVELS)


@given(maps, boxes(), boxes())
def test_shares_lie_between_none_and_all_and_grow_with_the_box(saliency: SaliencyMap, one: Box, other: Box) -> None:
    assert 0 <= saliency.share(one) <= 1
    assert saliency.share(one.union(other)) >= saliency.share(one) - 1e-9
    assert saliency.share(WHOLE) == pytest.approx(1.0)


@given(maps, st.floats(0, 1))
def test_two_halves_make_a_whole(saliency: SaliencyMap, place: float) -> None:
    if saliency.total:
        halves = saliency.share(Box.between(0, 0, place, 1)) + saliency.share(Box.between(place, 0, 1, 1))
        assert halves == pytest.approx(1.0)


@given(maps)
def test_saved_maps_come_back_the_same(saliency: SaliencyMap) -> None:
    again = SaliencyMap.from_dict(saliency.to_dict())
    assert again == saliency
    assert hash(again) == hash(saliency)
    assert saliency.mirror().mirror() == saliency


def test_large_maps_are_averaged_without_losing_any() -> None:
    values = np.zeros((1000, 3))
    values[999, 2] = 1
    saliency = SaliencyMap(values)
    assert saliency.shape == (MAX_CELLS, 3)
    assert saliency.share(Box.between(2 / 3, 0.99, 1, 1)) == 1.0


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([[np.nan]], "finite"),
        ([[np.inf, 0]], "finite"),
        ([[-0.1]], "at least 0"),
        ([1, 2], "two dimensions"),
        (np.zeros((0, 3)), "at least one cell"),
        ([[1, 2], [3]], "numbers in two dimensions"),
        ([["bright"]], "numbers in two dimensions"),
        ([[10**400]], "numbers in two dimensions"),
        (None, "two dimensions"),
    ],
)
def test_what_is_no_map_is_refused(values: object, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        SaliencyMap(values)  # type: ignore[arg-type]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_what_is_copied_or_pickled_is_equal_and_cannot_be_written_to(protocol: int) -> None:
    saliency = SaliencyMap([[0, 1, 2], [3, 4, 5]])
    assert saliency.table.shape == (3, 4)
    pickled = pickle.loads(pickle.dumps(saliency, protocol))  # noqa: S301 - our own
    for again in (pickled, copy.copy(saliency), copy.deepcopy(saliency)):
        assert again == saliency
        assert hash(again) == hash(saliency)
        with pytest.raises(ValueError, match="read-only"):
            again.cells[0, 0] = 7


def test_the_smallest_number_is_a_map_too() -> None:
    assert SaliencyMap([[5e-324, 0.0]]).cells.tolist() == [[LEVELS, 0]]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"width": 1, "height": 1, "cells": "AA"},
        {"width": 2, "height": 1, "cells": "AAA="},
        {"width": 1, "height": 1, "cells": "AQA="},
        {"width": -1, "height": -1, "cells": ""},
        {"width": 1, "height": 1, "cells": None},
        {"width": math.inf, "height": 1, "cells": "AAA="},
    ],
)
def test_damaged_documents_are_refused(document: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest, match="saved saliency map"):
        SaliencyMap.from_dict(document)
