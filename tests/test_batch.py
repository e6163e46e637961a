"""The package of batches: its public names come from where they live, and others are refused as Python does."""

from __future__ import annotations

import pytest

import focalbox
from focalbox import batch
from focalbox.batch.job import Stopped
from focalbox.batch.runner import Summary, run


def test_its_names_are_those_of_the_runner() -> None:
    assert (batch.run, batch.Summary, batch.Stopped) == (run, Summary, Stopped)
    assert sorted(batch.__all__) == ["Stopped", "Summary", "run"]
    assert focalbox.batch is batch


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'focalbox\.batch' has no attribute 'runn'"):
        getattr(batch, "runn")  # noqa: B009 - a type checker would find it
