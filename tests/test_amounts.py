"""Amounts of bytes: written amounts can be read back, and none is written too small."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.amounts import read_bytes, show_bytes


@pytest.mark.parametrize("unit", ["k", "K", "kB", " kB", "KiB"])
def test_a_unit_is_written_as_people_do(unit: str) -> None:
    assert read_bytes(f"3{unit}") == 3 * 1024


@pytest.mark.parametrize("text", ["", "lots", "-1", "1T", "1.5G", "1  M", "M", "٣"])
def test_anything_else_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a number of bytes such as 2000000000, 512M or 2G, 1 byte to 4 GB$"):
        read_bytes(text, 1, 4 * 2**30)


@given(st.integers(1, 1023), st.sampled_from([2**10, 2**20, 2**30]))
def test_whole_units_are_told_as_they_are_read(count: int, unit: int) -> None:
    assert read_bytes(show_bytes(count * unit)) == count * unit


@given(st.integers(0, 2**45))
def test_an_amount_is_told_to_a_tenth_and_never_smaller(count: int) -> None:
    number, unit = show_bytes(count).split()
    size = {"byte": 1, "bytes": 1, "kB": 2**10, "MB": 2**20, "GB": 2**30}[unit]
    assert 0 <= float(number) * size - count < 0.1001 * size
