"""The size grammar: what is read, and what is refused in one sentence."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.target import Ratio, Size
from focalbox.errors import InvalidRequest
from focalbox.options.sizes import parse_target, parse_targets


@given(st.integers(1, 30_000), st.integers(1, 30_000))
def test_a_written_size_is_read_back(width: int, height: int) -> None:
    size = Size(width, height)
    for written in (str(size), (width, height), [width, height], f"{width}X{height}", f"{width}\u00d7{height}", size):
        assert parse_target(written) == size


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_a_written_ratio_is_read_back(across: int, down: int) -> None:
    assert parse_target(f"{across}:{down}") == Ratio(across, down)


@given(st.floats(-9, 9).map(lambda power: 10**power), st.floats(1e-3, 1e3))
def test_any_ratio_is_written_so_that_it_can_be_read_back(down: float, aspect: float) -> None:
    ratio = Ratio(down * aspect, down)
    found = parse_target(str(ratio))
    assert found is not None
    assert found.aspect == pytest.approx(ratio.aspect, rel=2e-5)


def test_no_size_is_no_target() -> None:
    assert parse_target(None) is None
    assert parse_target("free") is None
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
        [5, 5, 5],
        "5\u00d75\u00d75",
        "Free size",
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
        found = parse_target(text)
        assert parse_target(str(found or "free")) == found


@pytest.mark.parametrize("wrong", ["500x200", (500, 200), [500, 200], Size(500, 200), Ratio(1, 1), None, 7, b"1:1"])
def test_one_size_is_no_list_of_sizes(wrong: object) -> None:
    with pytest.raises(InvalidRequest, match=r"sizes is a list, such as \['500x200'\]"):
        parse_targets(wrong)  # type: ignore[arg-type]


def test_a_list_of_sizes_may_mix_all_forms() -> None:
    assert parse_targets([(500, 200), [4, 3], "1:1", None, "free"]) == [
        Size(500, 200),
        Size(4, 3),
        Ratio(1, 1),
        None,
        None,
    ]
    assert parse_targets([]) == []


def test_one_number_alone_is_told_what_a_size_is() -> None:
    with pytest.raises(InvalidRequest, match=r"a size is '500x200', .* not 5$"):
        parse_targets([5])  # type: ignore[list-item]  # what focalbox.crop(picture, 5) makes of its size
