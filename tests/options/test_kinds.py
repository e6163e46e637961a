"""How options are read, from Python and from text: the same values, and one sentence for every other."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest
from focalbox.options.kinds import BOXES, FILL, POINT, SHARE, SWITCH, TRIM, Kind, one_of
from focalbox.options.trim import Trim
from strategies import boxes

COLOURS = one_of(["red", "grey"], also={"gray": "grey"})


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (SHARE, "0.25", 0.25),
        (SWITCH, "yes", True),
        (SWITCH, "0", False),
        (POINT, "0.5,1", (0.5, 1.0)),
        (BOXES, "0,0,0.5,1", Box(0, 0, 0.5, 1)),
        (FILL, "#ff8800", "#ff8800"),
        (TRIM, "bottom-right:20", Trim("bottom-right", 20)),
        (COLOURS, "gray", "grey"),
    ],
)
def test_a_text_means_what_its_value_means(kind: Kind, text: str, value: Any) -> None:
    assert kind.read_text("o", text) == value
    read = kind.read("o", value)
    assert read == ((value,) if kind.repeats else value)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (SHARE, 1.01),
        (SHARE, True),
        (SHARE, float("nan")),
        (SWITCH, "true"),
        (POINT, "0.5,0.5"),
        (POINT, (0.5,)),
        (POINT, (0.5, 1.5)),
        (BOXES, (0.5, 0.5, 0.6, 0.1)),
        (BOXES, "0,0,1,1"),
        (BOXES, [(0.1, 0.1, -0.1, 0.1)]),
        (FILL, ["white"]),
        (FILL, b"white"),
        (FILL, (1.7, 2, 3)),
        (SWITCH, Decimal("sNaN")),
        (COLOURS, "blue"),
        (COLOURS, 3),
    ],
)
def test_another_value_is_refused_in_a_sentence_that_names_option_and_value(kind: Kind, wrong: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"^opt is .*, not ") as caught:
        kind.read("opt", wrong)
    assert repr(wrong)[:20] in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(SHARE, "half"), (SWITCH, "maybe"), (POINT, "0.5"), (POINT, "0.5,0.5,0.5"), (BOXES, "1,2,3"), (COLOURS, "blue")],
)
def test_a_text_that_means_nothing_is_refused(kind: Kind, wrong: str) -> None:
    with pytest.raises(InvalidRequest, match=rf"^opt is {re.escape(kind.expected)}, not '{wrong}'"):
        kind.read_text("opt", wrong)


@pytest.mark.parametrize(("kind", "wrong"), [(POINT, (320, 200)), (BOXES, (10, 20, 300, 200)), (BOXES, [(1, 2, 9, 9)])])
def test_pixels_in_place_of_fractions_are_noticed(kind: Kind, wrong: Any) -> None:
    with pytest.raises(InvalidRequest, match="divide pixels by width and height"):
        kind.read("opt", wrong)


@given(one=boxes())
def test_one_box_stands_for_a_list_of_it(one: Box) -> None:
    sides = (one.left, one.top, one.width, one.height)
    assert BOXES.read("keep", one) == BOXES.read("keep", [sides]) == BOXES.read("keep", sides) == (one,)


@given(value=st.floats(0, 1))
def test_a_share_survives_text_and_its_schema(value: float) -> None:
    assert SHARE.read_text("zoom", repr(value)) == value


@given(x=st.integers(0, 1000), y=st.integers(0, 1000))
def test_the_pattern_of_a_point_takes_what_is_read(x: int, y: int) -> None:
    text = f"{x / 1000:g},{y / 1000:g}"
    assert re.fullmatch(POINT.schema["pattern"], text)
    assert POINT.read_text("focus", text) == (x / 1000, y / 1000)


@pytest.mark.parametrize(
    "written",
    [
        tuple(map(np.float32, (0.0, 0.25, 0.5, 0.75))),
        np.array([0.0, 0.25, 0.5, 0.75]),
        [np.int64(0), Decimal("0.25"), Fraction(1, 2), 0.75],
        iter([(0.0, 0.25, 0.5, 0.75)]),
    ],
)
def test_a_box_may_be_of_any_numbers(written: Any) -> None:
    assert BOXES.read("keep", written) == (Box(0.0, 0.25, 0.5, 0.75),)


def test_zero_below_nothing_is_zero() -> None:
    assert str(SHARE.read("zoom", -0.0)) == str(BOXES.read("keep", (-0.0, 0, 1, 1))[0].left) == "0.0"
