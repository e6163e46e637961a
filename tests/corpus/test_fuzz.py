"""Some hundred files damaged by their structure, the same ones every time; `make fuzz` goes on as long as one likes."""

from __future__ import annotations

import random

import pytest

from corpus.damage import damage, parts_of
from corpus.fuzz import go_through
from corpus.make import samples
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
    assert b"".join(parts_of(SEEDS[name])) == SEEDS[name]
