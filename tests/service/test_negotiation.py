"""Which format a client gets: laws, and what real browsers send."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.negotiation import check_conditions, matches, negotiate, read_date
from focalbox.service.problems import ConditionFailed


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "avif"),  # Chrome
        ("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "avif"),  # Firefox
        ("image/webp,image/avif,image/jxl,image/heic,video/*;q=0.8,image/png,*/*;q=0.5", "avif"),  # Safari
        ("image/webp,image/png;q=0.8", "webp"),
        ("image/avif;q=0.1,image/jpeg", "jpeg"),
        ("IMAGE/WEBP", "webp"),
        ("*/*", "jpeg"),
        ("text/html", "jpeg"),
        ("image/avif;q=nonsense,image/webp;q=0.3", "webp"),
    ],
)
def test_what_clients_send(accept: str, format_: str) -> None:
    assert negotiate(accept) == format_


@given(st.text(max_size=2000))
def test_any_text_gets_a_format(accept: str) -> None:
    assert negotiate(accept) in {"avif", "webp", "jpeg"}


@given(st.text(max_size=200), st.text(alphabet="0123456789abcdef", min_size=1, max_size=32))
def test_a_tag_is_known_only_where_it_stands(header: str, tag: str) -> None:
    named = f'"{tag}"'
    assert matches(f'W/"x", {named}', named)
    if named not in header and header.strip() != "*":
        assert not matches(header, named)


@given(
    st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} [\d:]{1,12} ?[A-Z+0-9]{0,6}")
)
def test_any_text_is_a_date_or_none_and_a_condition_that_is_kept_or_not(text: str) -> None:
    assert isinstance(read_date(text), float | None)
    for name in ("if-match", "if-unmodified-since"):
        with contextlib.suppress(ConditionFailed):
            check_conditions({name: text}, '"a"', "Thu, 01 Jan 1970 00:00:00 GMT")


@given(st.integers(-(10**9), 10**9))
def test_a_date_is_read_in_all_three_forms(seconds_ahead: int) -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC).timestamp()
    moment = time.gmtime(now + seconds_ahead)
    for form in ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"):
        assert read_date(time.strftime(form, moment), now) == now + seconds_ahead


@pytest.mark.parametrize(
    ("written", "today", "year"),
    [
        ("Saturday, 28-Mar-76 00:00:00 GMT", 2026, 2076),
        ("Sunday, 29-Dec-76 12:00:00 GMT", 2026, 1976),
        ("Wednesday, 28-Nov-26 00:00:00 GMT", 2026, 2026),
        ("Monday, 29-Feb-00 00:00:00 GMT", 2026, 2000),
        ("Friday, 01-Jan-99 00:00:00 GMT", 2026, 1999),
        ("Friday, 01-Jan-10 00:00:00 GMT", 2080, 2110),
        ("Sun, 06 Nov 94 08:49:37 GMT", 2026, 1994),
        ("Sun, 06 Nov 94 08:49:37 GMT", 2050, 2094),
    ],
)
def test_a_year_of_two_digits_is_at_most_fifty_years_ahead(written: str, today: int, year: int) -> None:
    found = read_date(written, datetime(today, 11, 28, tzinfo=UTC).timestamp())
    assert found is not None
    assert time.gmtime(found).tm_year == year


def test_a_date_beyond_the_calendar_is_none() -> None:
    assert read_date("Fri, 31 Dec 9999 23:59:59 -0100") is None
    assert read_date("Fri, 31 Dec 9999 23:59:59 GMT") is not None
