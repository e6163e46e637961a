"""Which border to trim, as it is written and read."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.options.trim import CORNERS, MAX_TOLERANCE, Corner, Equal, Trim, parse_trim

_TOLERANCES = st.integers(0, MAX_TOLERANCE)
_EQUAL = st.sampled_from(get_args(Equal))
_COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(
    st.builds(Trim, st.sampled_from(get_args(Corner)), _TOLERANCES, equal=_EQUAL)
    | st.builds(Trim, tolerance=_TOLERANCES, colour=_COLOURS, equal=_EQUAL)
)
def test_what_is_written_is_read_again(trim: Trim) -> None:
    assert parse_trim(str(trim)) == parse_trim(trim) == trim
    assert parse_trim(str(trim).replace(trim.colour, trim.colour.upper())) == trim


def test_a_corner_alone_has_no_tolerance() -> None:
    assert [parse_trim(corner) for corner in CORNERS] == [Trim("top-left", 0), Trim("bottom-right", 0)]
    assert parse_trim(None) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "top",
        "top-left:",
        "top-left:-1",
        "top-left:443",
        "top-left:1e2",
        "top-left:both",
        "top-left:5:left",
        "top-left:٣",
        "white",
        "#fff",
        "#ffffff00",
        "#fffff٣",
        "ffffff",
        5,
    ],
)
def test_anything_but_a_corner_or_a_colour_is_refused(wrong: object) -> None:
    expected = "^trim is top-left, bottom-right or a colour such as #ffffff, perhaps with a tolerance from 0 to 442"
    with pytest.raises(InvalidRequest, match=expected):
        parse_trim(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["top-left:500", "#ffffff:443:both", "top-left:left"])
def test_a_wrong_text_is_repeated_as_it_was_written(text: str) -> None:
    with pytest.raises(InvalidRequest, match=f", not '{text}'$"):
        parse_trim(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"corner": "left"},
        {"tolerance": -1},
        {"tolerance": 443},
        {"tolerance": 1.5},
        {"tolerance": 5.0},
        {"tolerance": True},
        {"corner": "bottom-right", "colour": "#ffffff"},
        {"colour": "white"},
        {"equal": "left"},
        {"equal": None},
        {"colour": 5},
        {"colour": None},
        {"equal": []},
        {"equal": ["both"]},
        {"corner": np.zeros(2)},
        {"colour": np.zeros(2)},
        {"equal": np.zeros(2)},
    ],
)
def test_no_trim_out_of_range_can_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest, match=r"^trim is "):
        Trim(**wrong)  # type: ignore[arg-type]
