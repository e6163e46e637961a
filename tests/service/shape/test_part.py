"""Parts of pictures: their sizes and places always lie inside, whatever is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox import Analysis
from focalbox.core.evidence import SaliencyMap
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.options import CropOptions
from focalbox.service.shape.gravity import Gravity
from focalbox.service.shape.part import Part

SIDES = st.floats(0, 900)


@pytest.mark.parametrize(
    ("part", "box"),
    [
        (Part(300, 200, Gravity()), PixelBox(150, 100, 300, 200)),
        (Part(0.5, 0, Gravity((1, 0))), PixelBox(300, 0, 300, 400)),
        (Part(0.0001, 9999, Gravity((0, 0))), PixelBox(0, 0, 1, 400)),
        (Part(100, 300, Gravity((0.5, 0)), 90), PixelBox(0, 150, 300, 100)),
        (Part(100, 300, Gravity((0.5, 0)), 270), PixelBox(300, 150, 300, 100)),
        (Part(100, 100, Gravity((1, 1), (20, 40))), PixelBox(480, 260, 100, 100)),
    ],
)
def test_where_a_part_lies(part: Part, box: PixelBox) -> None:
    assert part.box(Size(600, 400)) == box


@given(SIDES, SIDES, st.floats(-900, 900), st.sampled_from([0, 90, 180, 270]), st.integers(1, 800), st.integers(1, 800))
def test_a_part_lies_inside(width: float, height: float, offset: float, turn: int, across: int, down: int) -> None:
    source, part = Size(across, down), Part(width, height, Gravity((0.5, 1.0), (offset, offset)), turn)
    box = part.box(source)
    assert (box.width, box.height) == (part.size(source).width, part.size(source).height)
    assert 0 <= box.left < box.right <= across
    assert 0 <= box.top < box.bottom <= down


def test_a_part_that_is_looked_for_lies_where_it_matters() -> None:
    analysis = Analysis(Size(400, 300), SaliencyMap([[0, 0, 0, 5], [0, 0, 0, 0], [0, 0, 0, 0]]))
    part = Part(100, 100, Gravity(smart=True))
    assert part.looked_for
    assert part.choose(analysis, CropOptions()) == PixelBox(300, 0, 100, 100)
    assert part.choose(Analysis.blank(Size(400, 300)), CropOptions()) == PixelBox(150, 100, 100, 100)
