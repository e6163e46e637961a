"""Cache-Control of answers: what the settings and the picture's own server allow, and never more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.service.cache_control import cache_control, never_stale
from focalbox.service.settings import ServiceSettings
from focalbox.service.sources.content import Caching

SECONDS = st.integers(0, 31_536_000)
SAID = st.none() | SECONDS
DIRECTIVES = st.sampled_from(
    ["", "no-store", "private", "no-cache", "private, no-cache", "must-revalidate", "private, proxy-revalidate"]
)


def _settings(max_age: int = 100, later: int = 0, failing: int = 0) -> ServiceSettings:
    given_ = {"MAX_AGE": max_age, "STALE_WHILE_REVALIDATE": later, "STALE_IF_ERROR": failing}
    return ServiceSettings.of({f"FOCALBOX_SERVICE_{name}": str(value) for name, value in given_.items()})


@pytest.mark.parametrize(
    ("settings", "max_age", "said", "expected"),
    [
        (_settings(), None, Caching(), "public, max-age=100"),
        (_settings(later=5), None, Caching(), "public, max-age=100, stale-while-revalidate=5"),
        (_settings(failing=9), 7, Caching(), "public, max-age=7, stale-if-error=9"),
        (
            _settings(later=5, failing=9),
            None,
            Caching(),
            "public, max-age=100, stale-while-revalidate=5, stale-if-error=9",
        ),
        (_settings(later=5, failing=9), None, Caching("", 60, 0), "public, max-age=60, stale-if-error=9"),
        (_settings(later=5, failing=9), None, Caching("", 60, 3, 0), "public, max-age=60, stale-while-revalidate=3"),
        (_settings(later=5, failing=9), 0, Caching(), "no-cache"),
        (_settings(later=5, failing=9), None, Caching("", 0, 3, 3), "no-cache"),
        (_settings(later=5, failing=9), None, Caching("private", 60), "private, max-age=60"),
        (_settings(later=5, failing=9), None, Caching("must-revalidate"), "public, max-age=100, must-revalidate"),
        (_settings(later=5, failing=9), None, Caching("no-store", 60, 3, 3), "no-store"),
    ],
)
def test_what_is_said(settings: ServiceSettings, max_age: int | None, said: Caching, expected: str) -> None:
    assert cache_control(settings, max_age, said) == expected


@given(SECONDS, SECONDS, SECONDS, SAID, st.builds(Caching, DIRECTIVES, SAID, SAID, SAID))
def test_nobody_is_told_more_than_the_settings_and_the_server_allow(
    usual: int, later: int, failing: int, max_age: int | None, said: Caching
) -> None:
    control = cache_control(_settings(usual, later, failing), max_age, said)
    told = {name: int(value) for name, value in re.findall(r"([a-z-]+)=([0-9]+)", control)}
    for name, own, theirs in (
        ("max-age", usual if max_age is None else max_age, said.seconds),
        ("stale-while-revalidate", later, said.stale_while_revalidate),
        ("stale-if-error", failing, said.stale_if_error),
    ):
        assert told.get(name, 0) <= (own if theirs is None else min(own, theirs))
    if said.directive or "max-age" not in told:
        assert "stale-" not in control
    assert never_stale(control) == control.partition(", stale-")[0]
    assert ("no-store" in control) == ("no-store" in said.directive)
