"""When a picture was changed, as it is told."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.negotiation import read_date
from focalbox.service.sources.content import date_of


@given(st.integers(-62_135_596_800, int(time.time())))
def test_a_date_is_read_as_it_was_written(moment: int) -> None:
    if time.gmtime(moment).tm_year > 99:  # years below are read as years of two digits
        assert read_date(date_of(moment)) == moment


@pytest.mark.parametrize("ahead", [10_000, 1e18, -1e18, float("nan")])
def test_what_a_wrong_clock_says_is_not_told(ahead: float) -> None:
    assert date_of(time.time() + ahead) == ""
