"""Sizes that follow from the picture, or from what is framed in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.limits import Limits
from focalbox.service.shape.outline import Outline

side = st.integers(1, 4000)
SOURCE = Size(600, 400)


@given(width=st.integers(0, 4000), height=st.integers(0, 4000), source=st.builds(Size, side, side))
def test_an_open_side_follows_the_picture_and_a_box_holds_it(width: int, height: int, source: Size) -> None:
    found = Outline(width, height, inside=True, enlarge=False).size(source)
    assert found.width <= min(width or source.width, source.width)
    assert found.height <= min(height or source.height, source.height)
    assert (
        abs(found.width / source.width - found.height / source.height)
        <= 1 / min(source.width, source.height)  # at least a pixel
    )


@pytest.mark.parametrize(
    ("outline", "size"),
    [
        (Outline(300, 0), (300, 200)),
        (Outline(0, 0), (600, 400)),
        (Outline(1200, 0), (1200, 800)),
        (Outline(1200, 0, enlarge=False), (600, 400)),
        (Outline(300, 300, inside=True), (300, 200)),
        (Outline(300, 300, inside=True, over=True), (450, 300)),
        (Outline(100, 300, turned=True), (300, 100)),
        (Outline(0, 100, inside=True, turned=True), (150, 100)),
        (Outline(100, 0, inside=True, turned=True), (100, 67)),
        (Outline(0, 100, own_width=True), (600, 100)),
        (Outline(900, 300, enlarge=False), (600, 300)),
    ],
)
def test_an_outline_becomes_a_size(outline: Outline, size: tuple[int, int]) -> None:
    found = outline.size(SOURCE)
    assert (found.width, found.height) == size


def test_a_box_does_not_turn_for_a_picture_that_is_as_wide_as_high() -> None:
    assert Outline(300, 100, turned=True).size(Size(500, 500)) == Size(300, 100)
    assert Outline(100, 300, turned=True).size(Size(500, 500)) == Size(100, 300)


def test_sides_out_of_range_are_refused_before_and_after_the_picture_is_known() -> None:
    with pytest.raises(InvalidRequest, match="a size has sides of at most"):
        Outline(10**6, 1)
    with pytest.raises(InvalidRequest, match="a size has sides of at most"):
        Outline(3000, 0).size(Size(1, 4000))


@given(width=st.integers(0, 4000), height=st.integers(0, 4000), source=st.builds(Size, side, side),
       across=st.floats(0.01, 1), down=st.floats(0.01, 1))  # fmt: skip
def test_a_size_of_some_faces_is_at_most_the_bound(
    width: int, height: int, source: Size, across: float, down: float
) -> None:
    outline = Outline(width, height)
    bound = outline.bound(source)
    frame = Size(max(1, int(across * source.width)), max(1, int(down * source.height)))
    most = max(4.0, source.aspect, 1 / source.aspect)
    if not 1 / most <= frame.aspect <= most:
        return
    try:
        found = outline.size(frame)
    except InvalidRequest:
        return  # too long a side
    if found.pixels <= Limits().result_pixels:
        assert found.width <= bound.width + 1
        assert found.height <= bound.height + 1
