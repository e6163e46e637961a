"""The tables of the dialects in the documentation are those of the code."""

from __future__ import annotations

from pathlib import Path

from focalbox.service.dialects.page import describe_dialects


def test_the_tables_are_those_of_the_code() -> None:
    page = (Path(__file__).parents[3] / "docs" / "service.md").read_text("utf-8")
    assert describe_dialects() in page
