"""The soak of a batch: 20,000 small pictures in one run; the parent's memory must not grow. Run by ``make soak-batch``."""

from __future__ import annotations

import argparse
import io
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.batch.figures import keep
from focalbox.batch import run

PICTURES = 20_000
EARLY = 1_000
"""Pictures after which memory is looked at for the first time."""
GROWTH = 50.0
"""MB that the parent may grow by from then on."""


class Watch(io.StringIO):
    """A stand-in for a terminal, which records the memory of this process at each report of progress."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, float]] = []

    def isatty(self) -> bool:
        """Return True, since progress goes to a terminal five times a second."""
        return True

    def write(self, text: str) -> int:
        """Record the memory."""
        found = re.search(r"(\d+)/\d+ pictures", text)
        if found:
            self.seen.append((int(found[1]), resident()))
        return len(text)


def resident() -> float:
    """Return the resident memory of this process, MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def make_small(folder: Path, count: int) -> None:
    """Write many small pictures, no two alike, 1,000 a folder."""
    rng = np.random.default_rng(1)
    for number in range(count):
        place = folder / f"{number // 1000:03d}"
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((120, 90), Image.Resampling.BICUBIC).save(
            place / f"{number:05d}.jpg", quality=75
        )


def main() -> None:
    """Run, print, add to the figures; exit 1 when memory has grown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_small(folder / "in", wanted.pictures)
        drawn = time.process_time()
        watch = Watch()
        started = time.perf_counter()
        summary = run(folder / "in", "64x64", folder / "out", workers=2, progress=watch)
        seconds = time.perf_counter() - started
        length = (folder / "out" / "manifest.parquet").stat().st_size
    early = next(memory for done, memory in watch.seen if done >= EARLY)
    last = max(resident(), *(memory for done, memory in watch.seen if done >= EARLY))
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(used.ru_utime + used.ru_stime for used in spent) - drawn
    print(
        f"{summary.done} pictures in {seconds:.0f} s, {summary.failed} failed; parent {early:.1f} MB after {EARLY}, "
        f"at most {last:.1f} MB later, the end included (goal: {GROWTH:.0f} MB more); {cpu:.0f} CPU s"
    )
    soak = {
        "pictures": summary.done,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "early_mb": early,
        "most_mb": last,
        "manifest_bytes_a_row": length / summary.done,
    }
    keep({"soak": soak})
    sys.exit(last - early > GROWTH or summary.failed > 0)


if __name__ == "__main__":
    main()
