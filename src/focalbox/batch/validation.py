"""What can be said of a call before any work: its addresses, sizes and mistakes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from focalbox.batch.listing import root_of
from focalbox.core.geometry import Ratio, Size
from focalbox.errors import InvalidRequest
from focalbox.storage.base import is_remote, within

__all__ = ["ENGINES", "absolute_address", "as_size_list", "check_call", "cores"]

ENGINES = ("local", "ray")
"""Where the work may be done."""


def check_call(
    sources: Sequence[str],
    out: str | os.PathLike[str] | None,
    *,
    plan_only: bool,
    workers: int | None,
    limit: int | None,
    engine: str,
    address: str | None,
) -> None:
    """Refuse a call that makes no sense, all its mistakes at once.

    Raises
    ------
    InvalidRequest
        When there are any.
    """
    mistakes = []
    if not sources:
        mistakes.append("a batch needs at least one source")
    if out is None and not plan_only:
        mistakes.append("a batch needs a place for its results, or only plans")
    if workers is not None and workers < 1:
        mistakes.append(f"a batch needs at least one worker, not {workers}")
    if limit is not None and limit < 1:
        mistakes.append(f"a limit is at least one picture, not {limit}")
    if engine not in ENGINES:
        mistakes.append(f"an engine is one of {', '.join(ENGINES)}, not {engine}")
    if address is not None and engine != "ray":
        mistakes.append("an address belongs to the engine ray")
    if out is not None:
        inside = next(
            (source for source in sources if within(absolute_address(out), absolute_address(root_of(source)))), None
        )
        if inside is not None:
            mistakes.append(
                f"{absolute_address(out)} lies in {inside}: the next run would crop the crops; choose a place outside"
            )
    if mistakes:
        raise InvalidRequest("; ".join(mistakes))


def as_size_list(sizes: Any) -> list[Any]:
    """Return one size as a list of one: ``(500, 200)`` is a size, ``["500x200"]`` a list."""
    if isinstance(sizes, str | Size | Ratio):
        return [sizes]
    several = list(sizes)
    if several and all(type(side) is int for side in several):
        several = [tuple(several)]
    return several


def absolute_address(address: str | os.PathLike[str]) -> str:
    """Return an address that means the same to every worker, wherever it runs."""
    text = os.fspath(address).removeprefix("file://")
    if is_remote(text) or text == "-":
        return text
    mark = "@" if text.startswith("@") else ""
    return mark + os.path.abspath(text.removeprefix("@"))  # noqa: PTH100 - links stay what they are called


def cores() -> int:
    """Return the cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
