"""Some hundred files damaged by their structure, the same ones every time; `make fuzz` goes on as long as one likes."""

from __future__ import annotations

import random

import pytest

from corpus.damage import damage
from corpus.fuzz import go_through
from corpus.make import samples
from corpus.parts import parts_of
from focalbox.errors import FocalboxError

SEEDS = {f"{sample.format}: {sample.feature}": sample.content for sample in samples() if sample.content}
TRIES = 12


@pytest.mark.parametrize("name", SEEDS)
def test_only_focalbox_errors_come_out(name: str) -> None:
    chance = random.Random(name)  # noqa: S311 - no secret
    for _ in range(TRIES):
        content = damage(SEEDS[name], chance)
        try:
            go_through(content)
        except FocalboxError as error:
            assert "\n" not in str(error)  # noqa: PT017 - the point is that there may be none


@pytest.mark.parametrize("name", SEEDS)
def test_parts_are_the_file(name: str) -> None:
    parts = parts_of(SEEDS[name])
    assert b"".join(parts) == SEEDS[name]
    assert len(parts) > 1 or len(SEEDS[name]) <= 16
