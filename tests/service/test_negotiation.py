"""Which format a client gets: laws, and what real browsers send."""

from __future__ import annotations

import contextlib

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
