"""Filestack's colours: names and digits, and a sentence for what is none."""

from __future__ import annotations

import pytest

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.filestack.colours import check_colour


def test_a_colour_is_a_name_or_digits() -> None:
    colours = ("white", "fff", "FF8800", "FF880080")
    assert [check_colour("background", text) for text in colours] == ["white", "#fff", "#FF8800", "#FF880080"]


@pytest.mark.parametrize("text", ["mauvish", "edge", "blur", "FF88001", ""])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=f"fill_color is a colour such as white or FF8800, not '{text}'"):
        check_colour("fill_color", text)
