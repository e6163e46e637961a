"""The speed benchmark: focalbox beside Pillow, libvips and smartcrop, in one run; writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

_ONE_THREAD = {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Read by the libraries when they are loaded, so the process starts itself again with them."""
_REPORT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
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


def main() -> None:
    """Measure everything, print and write the report; exit 1 when a goal is missed and ``--strict`` was given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, 500x200 only, no 24 MP, no report")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal is missed")
    parser.add_argument("--out", type=Path, default=_REPORT, help="where the report is written")
    wanted = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in _ONE_THREAD.items()):
        command = [sys.executable, "-m", "benchmarks.speed", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | _ONE_THREAD)  # noqa: S606 - itself, with no shell
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.exit(_measure(quick=wanted.quick, strict=wanted.strict, out=wanted.out))


def _measure(*, quick: bool, strict: bool, out: Path) -> int:
    from benchmarks.speed.candidates import CANDIDATES, OURS, candidate
    from benchmarks.speed.measures import box_time, peak_memory, planning_time, sharpness, six_sizes, timings
    from benchmarks.speed.pictures import Kind, make
    from benchmarks.speed.profile import shares
    from benchmarks.speed.report import PEER, Results, goals, page
    from focalbox.core.target import Size
    from focalbox.saliency.names import DEFAULT_MODEL

    plain = [
        (Kind("0.3 MP", 640, 480), 32),
        (Kind("1 MP", 1152, 864), 24),
        (Kind("12 MP", 4000, 3000), 12),
        (Kind("24 MP", 6000, 4000), 8),
    ]
    cases = [(kind, rounds, _SIZES, tuple(CANDIDATES)) for kind, rounds in plain]
    cases += [
        (
            Kind(
                f"{kind.name} {form}", kind.width, kind.height, *written, photographs=2 if kind.width <= _SMALL else 1
            ),
            rounds // (2 if kind.width <= _SMALL else 4),
            (_SIZES[0], _SIZES[2]),
            _COMPARED,
        )
        for form, written in _FORMATS.items()
        for kind, rounds in plain
    ]
    small = [case for case in cases if case[0].width <= _SMALL]
    cases = [(kind, max(8, rounds // 4), sizes[:1], names) for kind, rounds, sizes, names in small] if quick else cases
    croppers = {name: candidate(name) for name in CANDIDATES}
    results = Results()
    with tempfile.TemporaryDirectory() as directory:
        for kind, rounds, sizes, names in cases:
            files = make(kind)
            for size in sizes:
                label = f"{size[0]}x{size[1]}"
                turns = {name: croppers[name] for name in names}
                alone = kind.width > _SMALL and names == _COMPARED
                found = timings(
                    turns, files, size, rounds if size == _SIZES[0] else max(2, rounds // 4), warm=not alone
                )
                results.times[kind.name, label] = found
                if found[PEER].ratio > 1:
                    results.parts[kind.name, label] = shares(partial(croppers[OURS], files[0], size))
                line = "  ".join(f"{name} {timing.wall:.1f} ({timing.ratio:.2f})" for name, timing in found.items())
                print(f"{kind.name:18} {label:10} {line}", flush=True)
            if (kind, rounds) in plain:
                measured = [sharpness(file, Size(*_SIZES[0])) for file in files]
                results.sharp[kind.name] = min(ours for ours, _ in measured), min(theirs for _, theirs in measured)
            if kind.name == "12 MP":
                results.six = six_sizes(files[0], 5)
            if kind.name == "24 MP":
                large = Path(directory, "large.jpg")
                large.write_bytes(files[0])
                results.memory = {name: peak_memory(name, large, _SIZES[0]) for name in CANDIDATES}
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


if __name__ == "__main__":
    main()
