"""Reading an address once and strictly."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.options.addresses import MAX_FIELDS
from focalbox.service.dialects.urls import decode_percent, fields_of, plain_number

text = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)


@given(value=text)
def test_what_was_quoted_is_read_once(value: str) -> None:
    assert decode_percent(quote(value, safe="").encode()) == value
    assert decode_percent(quote(quote(value, safe=""), safe="").encode()) == quote(value, safe="")


@given(raw=st.binary(max_size=20))
def test_any_bytes_are_text_without_control_characters_or_refused(raw: bytes) -> None:
    with suppress(InvalidRequest):
        assert all(unicodedata.category(sign) != "Cc" for sign in decode_percent(raw))


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"a%2", "as % and two hexadecimal digits"),
        (b"%zz", "as % and two hexadecimal digits"),
        (b"%ff", "UTF-8"),
        (b"%00", "no control characters"),
        (b"a%0d%0aSet-Cookie", "no control characters"),
        (b"%C2%85", "no control characters"),
    ],
)
def test_what_is_broken_is_refused(raw: bytes, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        decode_percent(raw)


@given(fields=st.lists(st.tuples(text, text), max_size=6))
def test_fields_keep_their_order_and_all_their_values(fields: list[tuple[str, str]]) -> None:
    query = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields).encode()
    expected: dict[str, list[str]] = {}
    for name, value in fields:
        expected.setdefault(name, []).append(value)
    assert fields_of(query) == expected


def test_a_plus_is_a_space_in_a_field_and_a_plus_in_a_path() -> None:
    assert fields_of(b"a=b+c%2B") == {"a": ["b c+"]}
    assert decode_percent(b"b+c") == "b+c"


def test_a_query_that_is_none_or_too_long_is_refused() -> None:
    assert len(fields_of(b"&".join(b"f%d=1" % number for number in range(MAX_FIELDS)))) == MAX_FIELDS
    with pytest.raises(InvalidRequest, match=f"at most {MAX_FIELDS} fields, not {MAX_FIELDS + 1}"):
        fields_of(b"&".join([b"a=1"] * (MAX_FIELDS + 1)))
    for query in (b"a", b"a=1&", b"&"):
        with pytest.raises(InvalidRequest, match="a name, = and a value"):
            fields_of(query)


@given(value=st.integers(0, 10**9 - 1))
def test_a_whole_number_is_read(value: int) -> None:
    assert plain_number("width", str(value)) == value


@pytest.mark.parametrize("wrong", ["", "-1", "1.5", "1e3", "0x10", "1234567890", "٣", " 1"])
def test_other_numbers_are_refused(wrong: str) -> None:
    with pytest.raises(InvalidRequest, match="width is a whole number of at most 9 digits"):
        plain_number("width", wrong)
