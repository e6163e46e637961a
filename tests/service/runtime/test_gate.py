"""Gates: a bound in all and of one name."""

from __future__ import annotations

import pytest

from focalbox.errors import Overloaded
from focalbox.service.runtime.gate import Gate


def test_one_host_cannot_take_every_place() -> None:
    gate = Gate("fetches", 3, 2)
    with gate.enter("a"), gate.enter("a"):
        with pytest.raises(Overloaded, match="fetches"), gate.enter("a"):
            pass
        with gate.enter("b"), pytest.raises(Overloaded), gate.enter("c"):
            pass
    assert len(gate) == 0
