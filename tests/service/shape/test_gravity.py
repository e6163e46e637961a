"""Gravity: edges, offsets, focus points, and pictures that are turned and mirrored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.target import Size
from focalbox.service.shape.gravity import Gravity

PICTURE, WINDOW = Size(600, 400), Size(200, 100)
PLAIN = (False, False)
SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("gravity", "density", "corner"),
    [
        (Gravity(), 1, (200, 150)),
        (Gravity((0, 0)), 1, (0, 0)),
        (Gravity((1, 1)), 1, (400, 300)),
        (Gravity((1, 1), (30, 20)), 1, (370, 280)),
        (Gravity((1, 1), (30, 20)), 2, (340, 260)),
        (Gravity((0, 0), (0.1, 0.25)), 2, (60, 100)),
        (Gravity((0.5, 0.5), (-50, 10)), 1, (150, 160)),
        (Gravity((0, 0), (900, -900)), 1, (400, 0)),
        (Gravity((0.25, 0.5), focus=True), 1, (50, 150)),
        (Gravity((0.0, 1.0), focus=True), 1, (0, 300)),
    ],
)
def test_where_the_window_lies(gravity: Gravity, density: float, corner: tuple[int, int]) -> None:
    x, y = gravity.centre(PICTURE, WINDOW, density, PLAIN, 0)
    assert (x * 600 - 100, y * 400 - 50) == pytest.approx(corner)


@given(SHARES, SHARES, st.booleans())
def test_mirrored_twice_and_turned_all_around_is_as_before(x: float, y: float, focus: bool) -> None:  # noqa: FBT001
    gravity = Gravity((x, y), focus=focus)
    plain = gravity.centre(PICTURE, WINDOW, 1, PLAIN, 0)
    assert gravity.centre(PICTURE, WINDOW, 1, (True, True), 180) == pytest.approx(plain)
    assert gravity.centre(PICTURE, WINDOW, 1, PLAIN, 360) == pytest.approx(plain)
    quarter = gravity.centre(PICTURE, WINDOW, 1, PLAIN, 90)
    assert (1 - quarter[1], quarter[0]) == pytest.approx(plain)
