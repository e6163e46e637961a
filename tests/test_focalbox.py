"""The package's front door: every public name, loaded from where it lives when it is first asked for."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import focalbox


def imported_for_types() -> dict[str, str]:
    """Return the home of every name that type checkers see."""
    tree = ast.parse(Path(str(focalbox.__file__)).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name))
    found = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in found for alias in node.names}


def test_what_type_checkers_see_is_what_is_there() -> None:
    homes = imported_for_types()
    assert sorted([*homes, "__version__"]) == focalbox.__all__
    for name, home in homes.items():
        assert getattr(focalbox, name) is getattr(importlib.import_module(home), name)


def test_a_name_is_looked_for_once() -> None:
    vars(focalbox).pop("Cropper", None)
    assert focalbox.Cropper is vars(focalbox)["Cropper"]


def test_everything_public_can_be_imported_at_once() -> None:
    names: dict[str, object] = {}
    exec("from focalbox import *", names)  # noqa: S102 - there is no other way to say it
    assert set(focalbox.__all__) <= set(names)


def test_every_public_name_is_there() -> None:
    for name in focalbox.__all__:
        assert getattr(focalbox, name) is not None
    assert set(focalbox.__all__) <= set(dir(focalbox))
    with pytest.raises(AttributeError, match="no attribute 'Croper'"):
        getattr(focalbox, "Croper")  # noqa: B009 - a type checker would find it
