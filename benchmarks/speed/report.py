"""The page that the speed benchmark writes: figures beside goals, missed ones included."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.speed.candidates import OURS
from benchmarks.speed.films import FilmResult
from benchmarks.speed.measures import SIX, Timing
from benchmarks.speed.profile import Shares
from benchmarks.speed.sections import FILMS, PROFILE, film_section, profile_section
from benchmarks.tables import between_marks, table

__all__ = ["PEER", "Goal", "Results", "goals", "page"]

_PACKAGES = (
    "focalbox",
    "numpy",
    "pillow",
    "kornia-rs",
    "imagecodecs",
    "onnxruntime",
    "pyvips",
    "pyvips-binary",
    "smartcrop",
    "scikit-image",
)
_MEMORY_GOAL = 120.0
"""Most MB at 24 MP."""
_SHARPNESS_GOAL = 45.0
"""Least PSNR in dB."""
_BOX_GOAL = 1.5
"""Most milliseconds of the exact box on 64 x 64 cells."""
_PLANNING_GOAL = 1.0
"""Most milliseconds of placing a crop among 30 subjects."""
_ATTENTION_GOALS = {"0.3 MP": 0.85, "1 MP": 0.88, "12 MP": 0.95, "24 MP": 0.9}
"""Largest ratio to libvips attention."""
PEER = "libvips attention"
"""The cropper that focalbox is to be no slower than, whatever the format and the size."""


@dataclass
class Results:
    """Everything that was measured.

    Attributes
    ----------
    times : dict
        By kind of picture and size, then by cropper.
    profiled : dict
        The ratio to `PEER` and where focalbox's time went, by kind of picture and size.
    decoders : dict
        Times of decoders alone, by kind of picture.
    films : dict
        What was done with each film, by its kind and format, then by cropper.
    memory : dict
        Peak MB by cropper.
    sharp : dict
        PSNR of focalbox and of libvips by kind, the least of all photographs, in dB.
    box : float
        Milliseconds of the exact box.
    planning : (float, float)
        Milliseconds of placing a crop without subjects, and among 30.
    six : (float, float)
        Milliseconds together and one by one.
    """

    times: dict[tuple[str, str], dict[str, Timing]] = field(default_factory=dict)
    profiled: dict[tuple[str, str], tuple[float, Shares]] = field(default_factory=dict)
    decoders: dict[str, dict[str, Timing]] = field(default_factory=dict)
    films: dict[tuple[str, str], dict[str, FilmResult]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    sharp: dict[str, tuple[float, float]] = field(default_factory=dict)
    box: float = 0.0
    planning: tuple[float, float] = (0.0, 0.0)
    six: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Goal:
    """What was to be reached, and what was."""

    name: str
    goal: str
    found: str
    met: bool


def goals(results: Results) -> list[Goal]:
    """Hold the figures against the goals."""
    found = []
    for (kind, size), times in results.times.items():
        ratios = {name: timing.ratio for name, timing in times.items()}
        if kind in _ATTENTION_GOALS and size == "500x200":
            found += [
                _at_most(
                    f"{kind} JPEG: ratio to libvips attention", _ATTENTION_GOALS[kind], ratios["libvips attention"]
                ),
                _at_most(f"{kind} JPEG: ratio to libvips centre", 1.1, ratios["libvips centre"]),
                _at_most(f"{kind} JPEG: ratio to smartcrop", 0.25, ratios["smartcrop"]),
            ]
        else:
            found.append(_at_most(f"{kind} to {size}: ratio to libvips attention", 1.0, ratios[PEER]))
    for kind, (ours, _) in results.sharp.items():
        goal, figure = f"at least {_SHARPNESS_GOAL:.0f} dB", f"{ours:.1f} dB"
        found.append(Goal(f"{kind} JPEG, sharpness", goal, figure, ours >= _SHARPNESS_GOAL))
    if results.memory:
        memory = results.memory[OURS]
        goal, figure = f"under {_MEMORY_GOAL:.0f} MB", f"{memory:.1f} MB"
        found.append(Goal("24 MP JPEG, peak memory of the process", goal, figure, memory < _MEMORY_GOAL))
    if results.box:
        goal, figure = f"under {_BOX_GOAL} ms", f"{results.box:.2f} ms"
        found.append(Goal("exact salient box, 64 x 64 cells", goal, figure, results.box < _BOX_GOAL))
    alone, among = results.planning
    if among:
        goal, figure = f"under {_PLANNING_GOAL:.0f} ms", f"{among:.2f} ms ({alone:.2f} ms without any)"
        found.append(Goal("placing a crop among 30 subjects", goal, figure, among < _PLANNING_GOAL))
    return found


def _at_most(name: str, most: float, found: float) -> Goal:
    return Goal(name, f"at most {most:.2f} x", f"{found:.2f} x", round(found, 2) <= most)


def page(results: Results, model: str, rounds: Mapping[str, int], *, quick: bool) -> str:
    """Return the report in Markdown."""
    parts = [
        "# Speed\n",
        (
            "Written by `make bench` (`benchmarks/speed`); run it to get your own machine's figures. `python -m"
            " benchmarks.speed --only films` or `--only profile` measures that part alone.\n"
        ),
        *_circumstances(model, rounds, quick=quick),
        *_goals_section(goals(results)),
        *_times_section(results.times),
    ]
    if results.profiled:
        parts.append(between_marks(PROFILE, profile_section(results.profiled, results.decoders)) + "\n")
    if results.films:
        parts.append(between_marks(FILMS, film_section(results.films)) + "\n")
    if results.memory:
        parts += _memory_section(results.memory)
    if results.sharp:
        parts += _sharpness_section(results.sharp)
    together, apart = results.six
    if apart:
        parts += [
            "## Many sizes from one picture\n",
            (
                f"Six crops ({', '.join(SIX)}) of a 12 MP JPEG: {together:.0f} ms with one decode and one analysis,"
                f" {apart:.0f} ms one by one: {together / apart:.2f} x.\n"
            ),
        ]
    return "\n".join(parts)


def _goals_section(held: Sequence[Goal]) -> list[str]:
    missed = [goal.name for goal in held if not goal.met]
    rows = [(goal.name, goal.goal, goal.found, "met" if goal.met else "**missed**") for goal in held]
    return [
        "## Goals\n",
        f"{len(held) - len(missed)} of {len(held)} are met"
        + (f"; missed: {'; '.join(missed)}.\n" if missed else ".\n"),
        table(("500x200", "goal", "measured", ""), rows) + "\n",
    ]


def _times_section(results: Mapping[tuple[str, str], Mapping[str, Timing]]) -> list[str]:
    parts = [
        "## Side by side\n",
        (
            "From the bytes of a file to the bytes of a JPEG of quality 80. The figures are wall-clock milliseconds"
            " (median); in brackets stands focalbox's processor time divided by the cropper's (median over rounds; below 1"
            " focalbox is faster).\n"
        ),
    ]
    for size in dict.fromkeys(size for _, size in results):
        parts += [f"### To {size}\n", _times_table(results, size, _time)]
    return [
        *parts,
        "### Processor time to 500x200, milliseconds\n",
        _times_table(results, "500x200", lambda timing, _: f"{timing.cpu:.1f}"),
    ]


def _times_table(
    results: Mapping[tuple[str, str], Mapping[str, Timing]], size: str, write: Callable[[Timing, str], str]
) -> str:
    """Return a table of one size: a row a kind of picture, a column a cropper."""
    kinds = {kind: times for (kind, other), times in results.items() if other == size}
    names = list(dict.fromkeys(name for times in kinds.values() for name in times))
    rows = [
        (kind, *(write(times[name], name) if name in times else "" for name in names)) for kind, times in kinds.items()
    ]
    return table(("picture", *names), rows) + "\n"


def _time(timing: Timing, name: str) -> str:
    return f"{timing.wall:.1f}" if name == OURS else f"{timing.wall:.1f} ({timing.ratio:.2f})"


def _memory_section(memory: Mapping[str, float]) -> list[str]:
    return [
        "## Memory\n",
        (
            "Peak resident memory of a fresh process that crops a 24 MP JPEG to 500x200, with everything that it"
            " imports.\n"
        ),
        table(("cropper", "MB"), [(name, f"{megabytes:.1f}") for name, megabytes in memory.items()]) + "\n",
    ]


def _sharpness_section(sharp: Mapping[str, tuple[float, float]]) -> list[str]:
    rows = [(kind, f"{ours:.1f}", f"{theirs:.1f}") for kind, (ours, theirs) in sharp.items()]
    return [
        "## Sharpness\n",
        (
            "PSNR in dB of the 500x200 result against the same window of a full decode, resized with Pillow's Lanczos:"
            " the lowest of the four photographs. (libvips centre is compared in its own window, which is searched to"
            " the nearest pixel.)\n"
        ),
        table(("picture", "focalbox", "libvips"), rows) + "\n",
    ]


def _circumstances(model: str, rounds: Mapping[str, int], *, quick: bool) -> list[str]:
    found = {name: _version(name) for name in _PACKAGES}
    lines = [
        f"* {datetime.now(UTC):%Y-%m-%d}; {_processor()}; {platform.system()} {platform.machine()}; Python"
        f" {platform.python_version()}; " + ", ".join(f"{name} {number}" for name, number in found.items()) + ".",
        "* One thread: the process is pinned to one processor, libvips has `VIPS_CONCURRENCY=1` and no cache.",
        (
            f"* focalbox with its default model, `{model}`, and its extras `png` (kornia-rs) and `webp` (imagecodecs) if"
            " listed above."
        ),
        (
            "* Pictures: scikit-image's `astronaut`, `chelsea`, `coffee` and `rocket`, enlarged with Lanczos and mild noise;"
            " JPEG of quality 85 unless said otherwise."
        ),
        "* Croppers take turns in random order. A turn is two crops, of which the second is timed (one crop at 12 and 24 MP"
        " in formats other than plain JPEG); "
        + ", ".join(f"{count} rounds at {kind}" for kind, count in rounds.items())
        + ". The machine is shared: read the ratios, not the milliseconds.",
    ]
    if quick:
        lines.append("* **A quick run: few rounds, some measures left out.**")
    return ["\n".join(lines) + "\n"]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _processor() -> str:
    """Return the processor's name, as Linux knows it, or what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else "unknown processor"
