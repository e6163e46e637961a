"""Markdown tables, and the part of a page between two markers that a benchmark writes anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from benchmarks.intervals import Interval

__all__ = ["between_marks", "difference_with_interval", "replace_between", "table", "with_interval", "without"]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; numbers are right-aligned, the first column is not."""
    lines = [list(header), ["---", *["---:"] * (len(header) - 1)], *[list(row) for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def with_interval(found: Interval, *, signed: bool = False) -> str:
    """Write a measure and its 95 % interval; a dash where there is none.

    Examples
    --------
    >>> with_interval(Interval(0.5, 0.41, 0.62), signed=True)
    '+0.50 [+0.41, +0.62]'
    """
    if math.isnan(found.value):
        return "-"
    sign = "+" if signed else ""
    return f"{found.value:{sign}.2f} [{found.low:{sign}.2f}, {found.high:{sign}.2f}]"


def difference_with_interval(found: Interval) -> str:
    """Write the difference of two measures and its 95 % interval, with one digit more than the measures.

    Examples
    --------
    >>> difference_with_interval(Interval(0.01, -0.003, 0.022))
    '+0.010 [-0.003, +0.022]'
    """
    return f"{found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def without(found: Interval | float | None, form: str = ".2f") -> str:
    """Write a measure alone; a dash where there is none."""
    value = found.value if isinstance(found, Interval) else found
    return "-" if value is None or math.isnan(value) else f"{value:{form}}"


def between_marks(name: str, text: str) -> str:
    """Return a part of a page between the marks by which `replace_between` finds it."""
    return f"<!-- {name} -->\n{text.strip()}\n<!-- /{name} -->"


def replace_between(page: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->`` in a page.

    Raises
    ------
    ValueError
        When the page has no such markers.
    """
    content = page.read_text("utf-8")
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = content.partition(opening)
    _, ended, after = rest.partition(closing)
    if not found or not ended:
        message = f"{page} needs the markers {opening} and {closing} around what is written there."
        raise ValueError(message)
    page.write_text(before + between_marks(name, text) + after, "utf-8")
