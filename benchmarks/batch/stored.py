"""Compares a second size from the manifest alone with looking again: ``python -m benchmarks.batch.stored``.

Looking is measured on real pictures, planning on a manifest whose rows are repeated under other addresses: no picture is
read then, so that all rows cost the same. Both are CPU seconds per picture over all processes, so that other work on the
machine does not count; the start of a run is subtracted from looking, by measuring a small run too. Writes
docs/scale-stored.md.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
from itertools import cycle, islice
from pathlib import Path

from benchmarks.batch.run import make_pictures
from focalbox.batch import run

__all__ = ["measure", "write_page"]

PAGE = Path(__file__).parents[2] / "docs" / "scale-stored.md"
SHAPE = (1152, 864)
"""Pixels of the pictures, 1 MP: smaller ones would flatter looking, larger ones planning."""
FEW, LOOKED, WANTED = 20, 120, 100_000
"""Pictures of a run that is nearly all start, of one that looks, and of one that plans from the manifest."""
GOAL = 10.0
"""Times as fast as looking again, at least."""


def measure(pictures: Path, place: Path) -> dict[str, float]:
    """Return what a picture takes, seconds, looked at and from the manifest, and its bytes in the manifest."""
    make_pictures(pictures, LOOKED, [SHAPE])
    listed = sorted(map(str, pictures.glob("*.jpg")))

    def time_looks(count: int) -> float:
        started = _cpu_seconds()
        run(listed[:count], "1:1", plan_only=True, manifest=place / f"looked-{count}.jsonl", workers=1)
        return _cpu_seconds() - started

    look = (time_looks(LOOKED) - time_looks(FEW)) / (LOOKED - FEW)
    rows = [json.loads(line) for line in (place / f"looked-{LOOKED}.jsonl").read_text().splitlines()]

    def time_stored(count: int) -> float:
        manifest = place / f"stored-{count}.jsonl"
        with manifest.open("w") as file:
            for number, row in enumerate(islice(cycle(rows), count)):
                name = f"{number:06d}.jpg"
                source = {**row["source"], "address": f"{pictures}/{name}", "name": name}
                file.write(json.dumps({**row, "source": source}) + "\n")
        started = _cpu_seconds()
        summary = run((), "4:5", from_manifest=manifest, manifest=place / f"planned-{count}.parquet", workers=1)
        assert (summary.done, summary.failed, summary.analysed) == (count, 0, 0)  # noqa: S101 - else it measured something else
        return _cpu_seconds() - started

    time_stored(FEW)
    before = _peak()
    plan = time_stored(WANTED) / WANTED
    length = (place / f"planned-{WANTED}.parquet").stat().st_size / WANTED
    analysis = sum(len(row["analysis"]) for row in rows) / len(rows)
    return {"look": look, "plan": plan, "row": length, "analysis": analysis, "before": before, "after": _peak()}


def _peak() -> float:
    """Return the most memory that this process has had so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those that it has started and seen end."""
    counted = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in counted)


def write_page(found: dict[str, float]) -> str:
    """Return the page that says it."""
    times = found["look"] / found["plan"]
    verdict = "met" if times >= GOAL else "**missed**"
    return f"""# A second size from the manifest

Written by `python -m benchmarks.batch.stored`. One worker, one thread; pictures of {SHAPE[0]}x{SHAPE[1]} pixels; only
plans are made, no pictures. CPU time of all processes; the machine was busy with other work.

| a picture | CPU ms | {WANTED:,} pictures on one core |
|---|---|---|
| looked at again | {found["look"] * 1000:.2f} | {found["look"] * WANTED / 60:.1f} min |
| from the manifest | {found["plan"] * 1000:.2f} | {found["plan"] * WANTED / 60:.1f} min |

So planning from the manifest takes {times:.1f} times less (goal for {WANTED:,} pictures: {GOAL:.0f}): {verdict}.

Planning was measured on a whole manifest of {WANTED:,} rows: those of {LOOKED} pictures, repeated under other
addresses. Looking was measured on {LOOKED - FEW} pictures and multiplied: nothing in a run grows faster than its
pictures ([scale](scale.md)). The main process had at most {found["before"]:.0f} MB after a run of {FEW}
rows, and {found["after"]:.0f} MB after that of {WANTED:,}.

A stored analysis has {found["analysis"]:.0f} characters on average, at most 1,500. In this Parquet file, where
repeated rows compress together, a row takes {found["row"]:.0f} bytes; expect the length of the analysis instead.
"""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder that keeps the pictures between runs")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        page = write_page(measure(wanted.pictures or Path(name) / "pictures", Path(name)))
    PAGE.write_text(page)
    print(page)


if __name__ == "__main__":
    main()
