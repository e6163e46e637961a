"""How long an answer of another server may be used: RFC 9111 and RFC 5861, by example and by law."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.sources.content import Caching
from focalbox.service.sources.freshness import Freshness

NOW = 1_700_000_000.0


def _said(control: str = "", **fields: str) -> Freshness:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return Freshness({"cache-control": control, **named}, NOW)


@pytest.mark.parametrize(
    ("said", "passed_on"),
    [
        ("Thu, 26 Nov 2026 09:46:02 GMT", True),
        ("", False),
        ("yesterday", False),
        ("foo\x01bar", False),
        ("Thu, 26 Nov 2026 09:46:02 GMT\x01", False),
    ],
)
def test_only_a_date_says_when_a_picture_was_changed(said: str, passed_on: bool) -> None:  # noqa: FBT001 - a case
    found = _said(last_modified=said)
    assert found.modified == (said if passed_on else "")
    assert bool(found.validators) is passed_on


@pytest.mark.parametrize(
    ("control", "fields", "seconds"),
    [
        ("max-age=60", {}, 60),
        ("s-maxage=10, max-age=60", {}, 10),
        ('max-age="60"', {}, 60),
        ("Max-Age=60, max-age=90", {}, 60),
        ("max-age=60", {"age": "50"}, 10),
        ("max-age=60", {"age": "50, 5"}, 10),
        ("max-age=60", {"age": "-50"}, 60),
        ("max-age=60", {"date": formatdate(NOW - 20, usegmt=True)}, 40),
        ("max-age=60", {"date": formatdate(NOW + 5000, usegmt=True)}, 60),
        ("", {"expires": formatdate(NOW + 30, usegmt=True)}, 30),
        ("max-age=5", {"expires": formatdate(NOW + 30, usegmt=True)}, 5),
        ("", {"expires": "0"}, 0),
        ("max-age=-1", {}, 0),
        ("max-age=soon", {}, 0),
        ("no-cache, max-age=60", {}, 0),
        ("", {}, 0),
    ],
)
def test_a_picture_is_fresh_as_long_as_its_fields_say(control: str, fields: dict[str, str], seconds: int) -> None:
    said = _said(control, **fields)
    assert said.is_fresh(NOW + seconds - 0.5) == (seconds > 0)
    assert not said.is_fresh(NOW + seconds)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
def test_a_date_without_a_zone_is_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        until = time.asctime(time.gmtime(NOW + 30))
        assert _said(expires=until).seconds_left(NOW) == 30
        assert _said("max-age=60", date=time.asctime(time.gmtime(NOW - 20))).seconds_left(NOW) == 40
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("control", "caching"),
    [
        ("", Caching()),
        ("max-age=60", Caching("", 60, 0, None)),
        ("max-age=60, stale-while-revalidate=30", Caching("", 60, 30, None)),
        ("stale-while-revalidate=30, stale-if-error=40", Caching("", None, 30, 40)),
        ("s-maxage=60", Caching("", 60, 0, 0)),
        ("s-maxage=60, stale-if-error=40", Caching("", 60, 0, 40)),
        ("max-age=60, stale-if-error=soon, must-revalidate", Caching("must-revalidate", 60, 0, 0)),
        ("no-store", Caching("no-store")),
    ],
)
def test_what_caches_of_our_answer_may_do(control: str, caching: Caching) -> None:
    assert _said(control).caching(NOW) == caching


@pytest.mark.parametrize(
    ("control", "kept", "directive"),
    [
        ("max-age=60", True, ""),
        ("", False, ""),
        ("no-store, max-age=60", False, "no-store"),
        ("private, max-age=60", False, "private"),
        ('private="x-user", max-age=60', False, "private"),
        ("no-cache", False, "no-cache"),
        ("max-age=60, must-revalidate", True, "must-revalidate"),
        ("proxy-revalidate, max-age=60", True, "proxy-revalidate"),
    ],
)
def test_what_may_be_kept(control: str, kept: bool, directive: str) -> None:  # noqa: FBT001 - a case
    assert (_said(control).may_keep, _said(control).directive) == (kept, directive)
    assert _said(control, etag='"a"').may_keep == (directive not in {"no-store", "private"})
    assert not _said(control, etag='"a"', vary="Accept, *").may_keep


@pytest.mark.parametrize(
    ("control", "vary", "directive"),
    [
        ("max-age=60", "*", "no-cache"),
        ("max-age=60", "Accept, *", "no-cache"),
        ("private, max-age=60", "*", "private, no-cache"),
        ("no-store", "*", "no-store"),
        ("max-age=60", "Accept", ""),
    ],
)
def test_what_varies_by_more_than_headers_is_asked_for_each_time(control: str, vary: str, directive: str) -> None:
    assert _said(control, vary=vary).directive == directive


@pytest.mark.parametrize(
    ("headers", "directive"),
    [
        ([(b"Cache-Control", b"max-age=60, x=" + b"a" * 600 + b", private")], "no-store"),
        ([(b"Vary", b"Accept, " + b"X-" * 600 + b", *")], "no-cache"),
        ([(b"ETag", b'"' + b"a" * 600 + b'"')], ""),
    ],
)
def test_what_a_field_that_is_too_long_forbids_is_not_lost(headers: list[tuple[bytes, bytes]], directive: str) -> None:
    found = Freshness.of(headers, NOW)
    assert (found.directive, found.validators) == (directive, [])


@pytest.mark.parametrize("tag", [b'"caf\xe9"', b'"\x7f"', b'"a\tb"', b'"\x00"'])
def test_a_tag_that_cannot_be_sent_back_is_none(tag: bytes) -> None:
    assert Freshness.of([(b"ETag", tag)], NOW).validators == []
    date = b"Tue, 24 Nov 2026 10:00:00 GMT"
    found = Freshness.of([(b"ETag", tag), (b"Last-Modified", date)], NOW)
    assert found.validators == [("If-Modified-Since", date.decode())]
    assert Freshness.of([(b"Last-Modified", date + b" (caf\xe9)")], NOW).validators == []


@pytest.mark.parametrize(
    ("control", "later", "failing"),
    [
        ("max-age=10", False, True),
        ("max-age=10, stale-while-revalidate=60", True, True),
        ("max-age=10, stale-if-error=60", False, True),
        ("max-age=10, stale-if-error=0", False, False),
        ("max-age=10, must-revalidate, stale-while-revalidate=60", False, False),
        ("s-maxage=10", False, False),
        ("s-maxage=10, stale-while-revalidate=60", True, False),
        ("no-cache, stale-if-error=60", False, False),
    ],
)
def test_when_what_is_stale_serves(control: str, later: bool, failing: bool) -> None:  # noqa: FBT001 - a case
    said = _said(control)
    assert said.may_renew_later(NOW + 40) == later
    assert said.may_serve_errors(NOW + 40, 100) == failing
    assert not said.may_renew_later(NOW + 1000)
    assert not said.may_serve_errors(NOW + 1000, 100)


def test_what_is_confirmed_has_the_new_lifetime_and_the_old_tag() -> None:
    old = _said("max-age=10", etag='"a"', age="9", expires="0")
    renewed = old.renew(Freshness({"cache-control": "max-age=30"}, NOW + 100))
    assert renewed.validators == [("If-None-Match", '"a"')]
    assert renewed.is_fresh(NOW + 129)
    assert old.renew(Freshness({}, NOW + 100)).is_fresh(NOW + 109)


def test_behind_a_redirect_it_is_asked_for_each_time() -> None:
    assert not Freshness({"cache-control": "max-age=60"}, NOW, redirected=True).is_fresh(NOW)


FIELD = st.text(st.characters(max_codepoint=255), max_size=40) | st.sampled_from(
    ["max-age=9999999999999999", '=",', "a=b"]
)


@given(
    st.dictionaries(st.sampled_from(["age", "cache-control", "date", "etag", "expires", "vary"]), FIELD),
    st.floats(0, 1e10),
)
def test_any_fields_are_read(fields: dict[str, str], later: float) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    said = Freshness.of(headers, NOW)
    again = Freshness.from_json(said.to_json())
    assert again == said
    for found in (said, again):
        assert found.is_fresh(NOW + later) in {True, False}
        assert not (found.directive == "no-store" and found.may_keep)
        assert found.may_serve_errors(NOW + later, 5) in {True, False}


def test_what_seems_to_come_from_the_future_is_asked_for_again() -> None:
    said = _said("max-age=3600", etag='"a"')
    for put_back in (30.0, 0.0):
        assert said.is_fresh(NOW - put_back)
        assert said.seconds_left(NOW - put_back) == 3600
    for put_back in (90.0, 1e9):
        assert not said.is_fresh(NOW - put_back)
        assert said.seconds_left(NOW - put_back) == 0
        assert said.may_serve_errors(NOW - put_back, 60)
        assert not _said("max-age=3600, must-revalidate").may_serve_errors(NOW - put_back, 60)


@pytest.mark.parametrize(
    ("kept", "said", "confirmed"),
    [
        ({"etag": '"a"'}, {"etag": '"a"'}, True),
        ({"etag": '"a"'}, {"etag": 'W/"a"'}, True),
        ({"etag": '"a"'}, {}, True),
        ({"etag": '"a"'}, {"etag": '"b"'}, False),
        ({"etag": '"a"', "last_modified": formatdate(0)}, {"etag": '"a"', "last_modified": formatdate(9)}, True),
        ({"last_modified": formatdate(0)}, {"etag": '"b"'}, True),
        ({"last_modified": formatdate(0)}, {"last_modified": formatdate(0, usegmt=True)}, True),
        ({"last_modified": formatdate(0)}, {"last_modified": formatdate(9)}, False),
    ],
)
def test_an_answer_about_another_version_confirms_nothing(
    kept: dict[str, str], said: dict[str, str], *, confirmed: bool
) -> None:
    assert _said(**kept).is_confirmed_by(_said(**said)) is confirmed
