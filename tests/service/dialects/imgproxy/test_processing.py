"""Single arguments of imgproxy's options: numbers, truths, gravities."""

from __future__ import annotations

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.imgproxy import processing as read
from focalbox.service.shape.gravity import Gravity


def test_a_number_is_read_only_in_plain_digits_and_in_its_range() -> None:
    assert read.read_number("-1.5") == -1.5
    assert (read.read_factor("0.5"), read.read_quality("0"), read.read_seconds("0")) == (0.5, 0, None)
    assert (read.argument_at(["a"], 0), read.argument_at(["a"], 1)) == ("a", "")
    for reader, text in (
        (read.read_number, "nan"),
        (read.read_number, "1e9"),
        (read.read_number, "1_0"),
        (read.read_number, "\u0661"),
        (read.read_number, " 1"),
        (read.read_quality, "101"),
        (read.read_seconds, "-1"),
        (read.read_factor, "inf"),
    ):
        with pytest.raises(read.Unexpected, match=r"number|qualities"):
            reader(text)


def test_a_switch_is_1_or_0() -> None:
    assert [read.read_truth(text) for text in ("1", "t", "true", "0", "f", "false", "")] == [True] * 3 + [False] * 4
    with pytest.raises(InvalidRequest, match="is 1 or 0, not 'yes'"):
        read.read_truth("yes")


def test_a_gravity_is_read_or_refused_by_name() -> None:
    assert read.read_gravity(["no", "1", "0.5"]) == Gravity((0.5, 0.0), (1.0, 0.5))
    assert read.read_gravity(["obj", "face"]).faces
    for written in (["sm"], ["obj", "face"]):
        with pytest.raises(InvalidRequest, match="is not supported; fp:X:Y and places are"):
            read.read_gravity(written, places_only=True)
    for written in (["objw", "face", "2"], ["fp", "1"], ["nowhere"], []):
        with pytest.raises(InvalidRequest, match="is not supported; sm, obj:face"):
            read.read_gravity(written)
