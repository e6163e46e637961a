"""What a look found: the boxes come from the maps that know best."""

from __future__ import annotations

import numpy as np

from focalbox.core.evidence import Evidence, SaliencyMap
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size


def spot(row: int, column: int) -> SaliencyMap:
    cells = np.zeros((4, 4))
    cells[row, column] = 1
    return SaliencyMap(cells)


def test_the_salient_box_is_about_the_saliency_whatever_else_is_known() -> None:
    found = Evidence(Size(400, 400), spot(0, 0), keep=spot(3, 3), object_map=spot(1, 1))
    assert (found.salient_box.left, found.salient_box.top, found.jaccard) == (0, 0, 1)


def test_subject_and_free_form_fall_back_from_what_is_not_known() -> None:
    all_known = Evidence(Size(400, 400), spot(0, 0), keep=spot(3, 3), object_map=spot(1, 1))
    assert (all_known.subject_box.left, all_known.free_form.left) == (0.25, 0.75)
    no_keep = Evidence(Size(400, 400), spot(0, 0), object_map=spot(1, 1))
    assert no_keep.free_form == no_keep.subject_box
    blank = Evidence(Size(400, 400), spot(0, 0), object_map=SaliencyMap.blank())
    assert blank.free_form == blank.subject_box == blank.salient_box


def test_what_was_trimmed_is_not_visible() -> None:
    found = Evidence(Size(400, 300), spot(0, 0), trimmed=PixelBox(10, 20, 100, 50))
    assert found.visible.size == Size(100, 50)
    assert Evidence(Size(400, 300), spot(0, 0)).visible.size == Size(400, 300)
