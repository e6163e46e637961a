"""The whole speed benchmark, or one part of its report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.speed.candidates import CANDIDATES, OURS, Candidate, candidate
from benchmarks.speed.decoders import decoder_times
from benchmarks.speed.films import measure_films
from benchmarks.speed.measures import box_time, peak_memory, planning_time, sharpness, six_sizes, timings
from benchmarks.speed.pictures import Kind, make
from benchmarks.speed.profile import shares
from benchmarks.speed.report import PEER, Results, goals, page
from benchmarks.speed.sections import FILMS, film_section, profile_section
from benchmarks.tables import replace_between
from focalbox.core.target import Size
from focalbox.saliency.names import DEFAULT_MODEL

__all__ = ["measure", "renew"]

_SIZES: tuple[tuple[int, int], ...] = ((500, 200), (300, 300), (1080, 1350))
_SMALL = 1152
"""Widths up to which pictures are quick to make and to measure, in pixels."""
_COMPARED: tuple[str, ...] = ("focalbox", "libvips attention")
"""Croppers that every format and size is measured with."""
_FORMATS = {
    "progressive": ("JPEG", (("quality", 85), ("progressive", 1))),
    "PNG": ("PNG", (("compress_level", 6),)),
    "WebP": ("WEBP", (("quality", 85), ("method", 2))),
    "AVIF": ("AVIF", (("quality", 65), ("speed", 8))),
}
"""How each format besides plain JPEG is written."""
_FILM_ROUNDS = 5
_PROFILE_ROUNDS, _FEW_ROUNDS = 8, 3
"""Rounds in which a part alone is timed: of small pictures and decoders, and of large pictures."""


def _cases() -> Iterator[tuple[Kind, int, tuple[tuple[int, int], ...], bool]]:
    """Return kinds of pictures, rounds for each, sizes to crop to, and whether they are plain JPEG."""
    plain = [
        (Kind("0.3 MP", 640, 480), 32),
        (Kind("1 MP", 1152, 864), 24),
        (Kind("12 MP", 4000, 3000), 12),
        (Kind("24 MP", 6000, 4000), 8),
    ]
    for kind, rounds in plain:
        yield kind, rounds, _SIZES, True
    for form, written in _FORMATS.items():
        for kind, rounds in plain:
            small = kind.width <= _SMALL
            name, photographs = f"{kind.name} {form}", 2 if small else 1
            other = Kind(name, kind.width, kind.height, *written, photographs=photographs)
            yield other, rounds // (2 if small else 4), (_SIZES[0], _SIZES[2]), False


def renew(part: str, out: Path) -> None:
    """Measure one part of the report, and write it in place of what stands there."""
    results = Results()
    if part == FILMS:
        results.films = measure_films(_FILM_ROUNDS)
        text = film_section(results.films)
    else:
        croppers = {name: candidate(name) for name in _COMPARED}
        for kind, _, sizes, _ in _cases():
            files = make(kind)
            for size in sizes:
                rounds = _PROFILE_ROUNDS if kind.width <= _SMALL else _FEW_ROUNDS
                ratio = timings(croppers, files, size, rounds, warm=kind.width <= _SMALL)[PEER].ratio
                _profile(results, kind, files, size, ratio)
        text = profile_section(results.profiled, results.decoders)
    replace_between(out, part, text)
    print(f"written: {out}")


def _profile(results: Results, kind: Kind, files: list[bytes], size: tuple[int, int], ratio: float) -> None:
    """Find out where the time goes, and how long the decoders take."""
    ours = candidate(OURS)
    label = f"{size[0]}x{size[1]}"
    results.profiled[kind.name, label] = ratio, shares(partial(ours, files[0], size))
    if size == _SIZES[0]:
        results.decoders[kind.name] = decoder_times(files, size, _PROFILE_ROUNDS)
    print(f"{kind.name:18} {label:10} {ratio:.2f} {results.profiled[kind.name, label][1]}", flush=True)


def _measure_kind(
    results: Results, turns: dict[str, Candidate], kind: Kind, rounds: int, sizes: tuple[tuple[int, int], ...]
) -> None:
    """Measure one kind of picture in all its sizes; what else is measured on plain JPEG, beside all croppers."""
    files, plain = make(kind), len(turns) == len(CANDIDATES)
    alone = kind.width > _SMALL and not plain
    for size in sizes:
        label = f"{size[0]}x{size[1]}"
        found = timings(turns, files, size, rounds if size == _SIZES[0] else max(2, rounds // 4), warm=not alone)
        results.times[kind.name, label] = found
        line = "  ".join(f"{name} {timing.wall:.1f} ({timing.ratio:.2f})" for name, timing in found.items())
        print(f"{kind.name:18} {label:10} {line}", flush=True)
        _profile(results, kind, files, size, found[PEER].ratio)
    if plain:
        measured = [sharpness(file, Size(*_SIZES[0])) for file in files]
        results.sharp[kind.name] = min(ours for ours, _ in measured), min(theirs for _, theirs in measured)
    if kind.name == "12 MP":
        results.six = six_sizes(files[0], 5)
    if kind.name == "24 MP":
        with tempfile.TemporaryDirectory() as directory:
            large = Path(directory, "large.jpg")
            large.write_bytes(files[0])
            results.memory = {name: peak_memory(name, large, _SIZES[0]) for name in CANDIDATES}


def measure(*, quick: bool, strict: bool, out: Path) -> int:
    """Measure everything, print it and write the report; return 1 when a goal is missed and that is to be strict."""
    cases = list(_cases())
    if quick:
        cases = [
            (kind, max(8, rounds // 4), sizes[:1], plain)
            for kind, rounds, sizes, plain in cases
            if kind.width <= _SMALL
        ]
    croppers = {name: candidate(name) for name in CANDIDATES}
    compared = {name: croppers[name] for name in _COMPARED}
    results = Results()
    for kind, rounds, sizes, plain in cases:
        _measure_kind(results, croppers if plain else compared, kind, rounds, sizes)
    results.films = {} if quick else measure_films(_FILM_ROUNDS)
    results.box = box_time()
    results.planning = planning_time(0), planning_time(30)
    report = page(results, DEFAULT_MODEL, {kind.name: rounds for kind, rounds, *_ in cases}, quick=quick)
    for goal in goals(results):
        print(f"{'met   ' if goal.met else 'MISSED'} {goal.name}: {goal.found} ({goal.goal})")
    if not quick:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(report, encoding="utf-8")
        print(f"written: {out}")
    return int(strict and not all(goal.met for goal in goals(results)))
