"""Signatures: one that is made is accepted, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest, SignatureError
from focalbox.service.dialects.signing import Key, check, new_key, parse_key, sign

OLD, NEW = Key("old", "an old secret of 25 letters"), Key("new", "a new secret of 25 letters")
TARGETS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60).map(
    "/{}".format
)


def _split(address: str) -> tuple[bytes, bytes]:
    path, _, query = address.encode("ascii").partition(b"?")
    return path, query


@settings(deadline=None)
@given(TARGETS.filter(lambda target: not any(name in target for name in ("signature=", "expires=", "key="))))
@example("/v1/crop/5x5/a&expires=5,signature=none.png")
def test_what_is_signed_is_accepted_and_its_own_query_comes_back(target: str) -> None:
    path, query = _split(sign(target, OLD, 1000))
    assert check(path, query, [NEW, OLD], 999) == target.encode().partition(b"?")[2]


@settings(deadline=None)
@given(st.integers(min_value=0), st.integers(0, 127))
def test_one_changed_byte_is_refused(at: int, byte: int) -> None:
    address = bytearray(sign("/v1/crop/500x200/cat.jpg?fit=tight", OLD, 1000).encode())
    at %= len(address)
    if address[at] == byte:
        return
    address[at] = byte
    path, _, query = bytes(address).partition(b"?")
    with pytest.raises(SignatureError):
        check(path, query, [OLD], 0)


def test_expiry_key_and_order_count() -> None:
    path, query = _split(sign("/v1/map/cat.jpg", OLD, 1000))
    with pytest.raises(SignatureError, match="expired"):
        check(path, query, [OLD], 1000)
    with pytest.raises(SignatureError, match="not that of this address"):
        check(path, query, [NEW], 0)
    for other in (query + b"&fit=pad", b"fit=pad&" + query, query.replace(b"expires", b"Expires"), b""):
        with pytest.raises(SignatureError):
            check(path, other, [OLD], 0)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_query_is_refused_in_one_way(query: bytes) -> None:
    with pytest.raises(SignatureError):
        check(b"/v1/crop/5x5/a.jpg", query, [OLD], 0)


@pytest.mark.parametrize(
    "target", ["v1/crop", "/caf\u00e9", "/a b", "/a#b", "/a?signature=b", "/a?b=c&expires=5", "/a?key=b"]
)
def test_what_cannot_be_requested_is_not_signed(target: str) -> None:
    with pytest.raises(InvalidRequest):
        sign(target, OLD, 1)


@pytest.mark.parametrize("text", ["nocolon", "id:short", ":a secret long enough", "a b:a secret long enough"])
def test_a_mistaken_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_key(text)
    assert "short" not in str(refused.value)
    assert "long enough" not in str(refused.value)


def test_a_secret_is_never_shown() -> None:
    key = new_key()
    assert key.secret not in repr(key)
    assert key.secret != new_key().secret
