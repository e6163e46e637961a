"""No window moves unnoticed: what is decided is what is stored. After a change that is meant: ``make golden``."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from focalbox.analysis import Analysis
from golden.scenes import REQUESTS, decide, scenes
from golden.store import read_decisions

STORED = read_decisions()


@pytest.fixture(scope="module")
def found() -> Mapping[str, Analysis]:
    return dict(scenes())


def test_every_picture_is_stored_with_every_request(found: Mapping[str, Analysis]) -> None:
    assert STORED.keys() == found.keys()
    assert {len(decided) for decided in STORED.values()} == {len(REQUESTS)}


@pytest.mark.parametrize("name", STORED)
def test_decisions_are_those_that_are_stored(name: str, found: Mapping[str, Analysis]) -> None:
    pairs = zip(STORED[name], decide(found[name]), strict=True)
    changed = [f"{was} became {now}" for was, now in pairs if was != now]
    assert not changed, "if this is meant, store them anew with make golden"
