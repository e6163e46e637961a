"""Colours to fill with: the same however they are written, and one sentence for what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.fill import Fill, check_fill, colour_of

level = st.integers(0, 255)


@given(red=level, green=level, blue=level, alpha=level)
def test_numbers_and_signs_are_one_colour(red: int, green: int, blue: int, alpha: int) -> None:
    assert colour_of((red, green, blue)) == colour_of(f"#{red:02x}{green:02x}{blue:02x}") == (red, green, blue, 255)
    with_alpha = f"#{red:02x}{green:02x}{blue:02x}{alpha:02x}"
    assert colour_of((red, green, blue, alpha)) == colour_of(with_alpha) == (red, green, blue, alpha)


@pytest.mark.parametrize("fill", ["white", "edge", "blur", "rebeccapurple", "#fff", (1, 2, 3)])
def test_what_fills_is_let_through(fill: Fill) -> None:
    check_fill(fill)
    assert fill in {"edge", "blur"} or colour_of(fill)[3] == 255


@pytest.mark.parametrize("fill", ["", "whitish", (1, 2), (1, 2, 3, 4, 5)])
def test_what_is_no_colour_is_refused(fill: Fill) -> None:
    with pytest.raises(InvalidRequest, match=r"a fill is a colour such as white or #ff8800, 'edge' or 'blur', not "):
        check_fill(fill)


@pytest.mark.parametrize("fill", [(256, 0, 0), (0, -1, 0), (0, 0, 0, 300)])
def test_levels_out_of_range_are_refused(fill: Fill) -> None:
    with pytest.raises(InvalidRequest, match="a colour has numbers from 0 to 255"):
        check_fill(fill)
