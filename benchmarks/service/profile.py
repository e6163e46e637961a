"""Processor time of a smart crop: of each step of the library, in this process, and of the service around it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.tables import table
from focalbox.analysis import Analysis
from focalbox.core.target import Size
from focalbox.options import CropOptions
from focalbox.prepared import View
from focalbox.result import Result
from focalbox.saliency.contrast import stretch_contrast
from focalbox.saliency.models import MODELS
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.sources import open_source

__all__ = ["profile_lines"]

_TURNS = 15
"""Turns of which the median counts; the first learns and loads."""
_SIZE = Size(300, 200)
_T = TypeVar("_T")


def profile_lines(pictures: Mapping[str, Sequence[Path]], served: Mapping[str, float]) -> str:
    """Return the table: steps by sizes of pictures, milliseconds and shares of what the served crop takes.

    Parameters
    ----------
    pictures : mapping of str to sequence of path
        Pictures of each size.
    served : mapping of str to float
        Milliseconds of processor time that the service takes for one of them, all threads together.
    """
    steps = {size: _steps_of(paths) for size, paths in pictures.items()}
    for size, found in steps.items():
        found["threads, HTTP, address, log"] = served[size] - sum(found.values())
    names = list(next(iter(steps.values())))
    rows = [
        [name, *(f"{found[name]:.1f} ({found[name] / served[size]:.0%})" for size, found in steps.items())]
        for name in names
    ]
    rows.append(["all", *(f"{served[size]:.1f}" for size in steps)])
    return table(["step", *(f"{size}, ms of processor time" for size in steps)], rows)


def _steps_of(paths: Sequence[Path]) -> dict[str, float]:
    """Return the milliseconds of each step, medians over the turns of means over the pictures."""
    turns: list[dict[str, float]] = []
    for _ in range(_TURNS + 1):
        spent: dict[str, float] = {}
        for path in paths:
            _crop(path, spent)
        turns.append({name: 1000 * seconds / len(paths) for name, seconds in spent.items()})
    return {name: statistics.median(turn[name] for turn in turns[1:]) for name in turns[0]}


def _crop(path: Path, spent: dict[str, float]) -> None:
    """Crop a picture as the library does, step by step, and add what each step takes."""

    def timed(name: str, work: Callable[..., _T], *given: Any, **named: Any) -> _T:
        before = time.thread_time()
        found = work(*given, **named)
        spent[name] = spent.get(name, 0.0) + time.thread_time() - before
        return found

    network: Any = MODELS[DEFAULT_MODEL]
    options = CropOptions()
    data = timed("read the file", path.read_bytes)
    opened = timed("header, limits", open_source, data)
    view = timed("decode", View.decode, opened, [_SIZE], options)
    rgb = timed("looking copy", lambda: stretch_contrast(view.working.look()))
    timed("network", network.answers, rgb)
    again = time.thread_time()
    network.answers(rgb)
    again = time.thread_time() - again
    seen = timed("maps, heads, text", network.look, rgb)
    spent["maps, heads, text"] -= again
    analysis = Analysis(opened.size, seen.saliency, seen.subjects, keep=seen.keep, object_map=seen.object_map)
    crop = timed("subject box, window", analysis.plan, _SIZE, options=options)
    result = timed("cut, resize", Result.render, view, crop, options, None)
    timed("encode", result.encode, "jpeg", quality=80)
