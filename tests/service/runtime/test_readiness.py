"""A service is ready when it has started and was not told to stop; a stop overrides everything."""

from __future__ import annotations

from itertools import product

import pytest

from focalbox.service.runtime.readiness import Readiness


@pytest.mark.parametrize(("started", "draining"), [*product([False, True], repeat=2)])
def test_only_who_has_started_and_goes_on_is_ready(*, started: bool, draining: bool) -> None:
    state = Readiness(started, draining).state
    assert (state == "ready") == (started and not draining)
    assert (state == "stopping") == draining


def test_a_service_goes_from_one_state_to_the_next() -> None:
    readiness, states = Readiness(), []
    for change in ("started", "draining"):
        states.append(readiness.state)
        setattr(readiness, change, True)
    assert [*states, readiness.state] == ["starting", "ready", "stopping"]
    with pytest.raises(AttributeError):
        readiness.stopped = True  # type: ignore[attr-defined]
