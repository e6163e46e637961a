"""The size grammar and the options: what is read, and what is refused in one sentence."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import Box, Ratio, Size
from focalbox.errors import InvalidRequest
from focalbox.options import CORNERS, MOST_TOLERANCE, CropOptions, Trim, parse_target, parse_trim


@given(st.integers(1, 30_000), st.integers(1, 30_000))
def test_a_written_size_is_read_back(width: int, height: int) -> None:
    size = Size(width, height)
    assert parse_target(str(size)) == parse_target((width, height)) == parse_target(size) == size


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_a_written_ratio_is_read_back(across: int, down: int) -> None:
    assert parse_target(f"{across}:{down}") == Ratio(across, down)


def test_no_size_is_no_target() -> None:
    assert parse_target(None) is None
    assert parse_target("1.91:1") == Ratio(1.91, 1)


def test_whole_numbers_of_numpy_are_sides() -> None:
    target = parse_target((np.int64(500), np.uint8(200)))  # type: ignore[arg-type]
    assert target == Size(500, 200)
    assert isinstance(target, Size)
    assert type(target.width) is int


@pytest.mark.parametrize(
    "wrong",
    [
        "0x200",
        "200x0",
        "-5x5",
        "1e9x5",
        "abc",
        "",
        "500",
        "500x",
        "x5",
        "5x5x5",
        "0:1",
        "1:0",
        "999999x5",
        "\u0665x5",
        "1:1e9",
        "nan:1",
        "99999999999999x1",
        (0, 5),
        (1.5, 2),
        (1, 2, 3),
        (True, 5),
        7,
        b"5x5",
        [5, 5],
        "5x5\n5",
    ],
)
def test_what_is_no_size_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_target(wrong)  # type: ignore[arg-type]
    assert str(refused.value).count(". ") == 0


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidRequest):
        parse_target(text)


@given(st.builds(Trim, st.sampled_from(CORNERS), st.integers(0, MOST_TOLERANCE)))
def test_a_written_trim_is_read_back(trim: Trim) -> None:
    assert parse_trim(str(trim)) == parse_trim(trim) == CropOptions.of({"trim": str(trim)}).trim == trim
    assert parse_trim(trim.corner) == Trim(trim.corner, 0)


def test_boxes_may_be_given_in_many_ways() -> None:
    box = Box(0.1, 0.2, 0.3, 0.4)
    for keep in (
        box,
        [box],
        (0.1, 0.2, 0.3, 0.4),
        [0.1, 0.2, 0.3, 0.4],
        [(0.1, 0.2, 0.3, 0.4)],
        ((0.1, 0.2, 0.3, 0.4),),
    ):
        assert CropOptions.of({"keep": keep}).keep == (box,)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"zom": 1}, "zom"),
        ({"zoom": "much"}, "numbers"),
        ({"zoom": 2}, "zoom"),
        ({"focus": 0.5}, "focus"),
        ({"focus": (0.5,)}, "focus"),
        ({"keep": [(1, 2, 3)]}, "keep takes boxes"),
        ({"keep": "everything"}, "keep takes boxes"),
        ({"avoid": [(0.5, 0.5, 1, 1)]}, "inside the picture"),
        ({"fit": "squeeze"}, "squeeze"),
        ({"trim": "left"}, "top-left or bottom-right"),
        ({"trim": True}, "top-left or bottom-right"),
        ({"trim": ""}, "top-left or bottom-right"),
        ({"trim": "top-left:"}, "top-left or bottom-right"),
        ({"trim": "top-left:443"}, "0 to 442"),
        ({"trim": "top-left:-1"}, "0 to 442"),
        ({"trim": "top-left:\u0665"}, "0 to 442"),
    ],
)
def test_wrong_options_are_refused_by_name(options: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        CropOptions.of(options)
