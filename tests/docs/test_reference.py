"""The reference has every public name, each from the module that defines it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import focalbox.batch
import focalbox.html

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "python.md").read_text("utf-8")
LISTED = re.findall(r"^::: ([\w.]+)(?:\n    options: .*members: \[([\w, ]+)\])?", PAGE, re.MULTILINE)
ERRORS = "focalbox.errors"


def described() -> set[str]:
    """Return the names that the page describes: those it lists, members of modules, and all errors."""
    named = {name.rpartition(".")[2] for name, members in LISTED if not members}
    members = {member.strip() for _, some in LISTED for member in some.split(",")}
    return named | members | set(importlib.import_module(ERRORS).__all__)


def test_every_public_name_is_described() -> None:
    assert ERRORS in {name for name, _ in LISTED}
    public = {*focalbox.__all__, *focalbox.batch.__all__, *focalbox.html.__all__}
    assert {name for name in public if not name.startswith("__")} - described() == set()


def test_every_listed_name_is_there() -> None:
    for name, members in LISTED:
        if name == ERRORS:
            continue
        home, _, last = name.rpartition(".")
        if members:
            module = importlib.import_module(name)
            assert all(hasattr(module, member.strip()) for member in members.split(",")), name
        else:
            assert getattr(importlib.import_module(home), last).__module__ == home, name
