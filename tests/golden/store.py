"""The file of stored decisions: one line a decision, so that a difference tells which changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from golden.scenes import decide, scenes

__all__ = ["decisions", "read_decisions", "write_decisions"]

_FILE = Path(__file__).with_name("decisions.json")

Decisions = dict[str, list[dict[str, Any]]]


def decisions() -> Decisions:
    """Decide anew."""
    return {name: decide(analysis) for name, analysis in scenes()}


def read_decisions() -> Decisions:
    """Return what is stored."""
    stored: Decisions = json.loads(_FILE.read_text("utf-8"))
    return stored


def write_decisions() -> None:
    """Store what is decided now."""
    blocks = (
        f"{json.dumps(name)}: [\n" + ",\n".join(f"  {json.dumps(one)}" for one in decided) + "\n]"
        for name, decided in decisions().items()
    )
    _FILE.write_text("{\n" + ",\n".join(blocks) + "\n}\n", "utf-8")
