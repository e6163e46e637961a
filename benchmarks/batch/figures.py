"""Reads and writes the figures of batches: docs/benchmarks-batch.json, and docs/scale.md, which is computed from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.batch.scale import write_scale

__all__ = ["keep"]

_DOCS = Path(__file__).parents[2] / "docs"


def keep(measured: Mapping[str, Any], docs: Path = _DOCS) -> None:
    """Merge the measurements of one benchmark with those of the other, and rewrite the page.

    Parameters
    ----------
    measured : mapping
        Of `make bench-batch`: ``pictures``, ``runs`` ...; of `make soak-batch`: ``soak``. A name's former value goes.
    docs : Path
        The folder of both files.
    """
    path = docs / "benchmarks-batch.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    figures = {**known, **measured}
    path.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    if "runs" in figures:
        write_scale(figures, docs / "scale.md")
