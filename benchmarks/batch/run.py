"""The batch benchmark: CPU seconds for a folder of pictures, compared with the peers and extrapolated to millions.

Run by ``make bench-batch``; writes docs/benchmarks-batch.json and, computed from it, docs/scale.md.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage import data

from benchmarks.batch.figures import keep
from benchmarks.batch.scale import GOALS, SPEED_UP
from benchmarks.speed.candidates import OURS
from benchmarks.speed.pictures import PHOTOGRAPHS
from benchmarks.threads import ONE_THREAD

SIZE = (500, 200)
SHAPES = ((640, 480), (900, 675), (1152, 864), (1632, 1224), (2304, 1728), (3264, 2448), (4000, 3000), (6000, 4000))
"""Pixels of the pictures, 0.3 to 24 MP, each about twice the one before: as many of each."""
PICTURES = 200
MANY, MANY_SHAPES = 3000, SHAPES[:3]
"""Pictures that the gain of a second worker is measured on, and their pixels, 0.3 to 1 MP: enough of them that the half
second in which a run begins, with however many workers, does not count."""
ROUNDS = 2
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""Left out of every run's environment: an installed package is compiled once, and a checkout is too unless this says no."""


@dataclass(frozen=True)
class Run:
    """A cropper and its number of workers; with ``own_threads`` in the environment that its users have by default."""

    cropper: str
    workers: int
    own_threads: bool = False

    @property
    def name(self) -> str:
        """What the figures call it."""
        threads = ", default threads" if self.own_threads else ""
        return f"{self.cropper}{threads}, {self.workers} workers"

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the run."""
        others = {name: value for name, value in os.environ.items() if name not in {*ONE_THREAD, NO_BYTECODE}}
        return others if self.own_threads else others | ONE_THREAD

    def module(self, folder: Path, out: Path, manifest: Path) -> list[str]:
        """Return the module to start and its arguments."""
        width, height = map(str, SIZE)
        if self.cropper != OURS:
            module = "benchmarks.batch.peer"
            return [module, self.cropper, str(folder), str(out), str(self.workers), width, height]
        wanted = ["-s", f"{width}x{height}", "--upscale", "--workers", str(self.workers)]
        return ["focalbox", "batch", str(folder), *wanted, "--out", str(out), "--manifest", str(manifest)]


RUNS = (
    Run(OURS, 2),
    Run("libvips attention", 2),
    Run("libvips attention", 2, own_threads=True),
    Run("smartcrop", 2),
    Run("Pillow draft + fit", 2),
    Run(OURS, 1),
)


def make_pictures(folder: Path, count: int, shapes: Sequence[tuple[int, int]]) -> None:
    """Write photographs of some shapes in turn, no two alike, unless they are there."""
    if len(list(folder.glob("*.jpg"))) == count:
        return
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    grain = rng.integers(-4, 5, (512, 512, 1), dtype=np.int16)  # cameras' pictures are not smooth
    for number in range(count):
        width, height = shapes[number % len(shapes)]
        image = Image.fromarray(getattr(data, PHOTOGRAPHS[number % 4])())
        across = min(image.width, image.height * width / height) * rng.uniform(0.7, 1.0)
        down = across * height / width
        left, top = rng.uniform(0, image.width - across), rng.uniform(0, image.height - down)
        window = left, top, min(left + across, image.width), min(top + down, image.height)
        pixels = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, box=window)).astype(np.int16)
        noise = np.tile(grain, (-(-height // 512), -(-width // 512), 1))[:height, :width]
        Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8)).save(folder / f"{number:04d}.jpg", quality=85)


def measure(run: Run, folder: Path) -> tuple[float, float]:
    """Return the CPU seconds of all processes, and the seconds on the clock, of one run of the folder."""
    given = len(list(folder.glob("*.jpg")))
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out"
        call = [sys.executable, "-m", *run.module(folder, out, Path(place) / "manifest.jsonl")]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(call, check=True, capture_output=True, env=run.environment())
        seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        made = len(list(out.rglob("*.jpg")))
    if made != given:
        message = f"{run.name} made {made} of {given} pictures"
        raise RuntimeError(message)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, seconds


def main() -> None:
    """Measure, print, and write what follows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder that keeps the pictures between runs")
    parser.add_argument("--only-make", action="store_true", help="write the pictures and measure nothing")
    parser.add_argument("--only-write", action="store_true", help="compute docs/scale.md again from the last figures")
    wanted = parser.parse_args()
    if wanted.only_write:
        keep({})
        return
    folder = wanted.pictures or Path(tempfile.mkdtemp(prefix="focalbox-bench-"))
    try:
        make_pictures(folder / "mixed", PICTURES, SHAPES)
        make_pictures(folder / "many", MANY, MANY_SHAPES)
        if not wanted.only_make:
            keep(_compare(folder / "mixed") | _speed_up(folder / "many"))
    finally:
        if wanted.pictures is None:
            shutil.rmtree(folder)


def _compare(folder: Path) -> dict[str, Any]:
    runs: dict[str, list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):
        for run in RUNS:
            runs.setdefault(run.name, []).append(measure(run, folder))
            print(run.name, *(f"{value:.2f}" for value in runs[run.name][-1]), flush=True)
    best = {name: (min(cpu for cpu, _ in found), min(wall for _, wall in found)) for name, found in runs.items()}
    ours = best[Run(OURS, 2).name]
    for name, most in GOALS.items():
        share = ours[0] / best[Run(name, 2).name][0]
        print(f"CPU seconds beside {name}: {share:.2f} (goal {most}) {'met' if share <= most else 'MISSED'}")
    lengths = [path.stat().st_size for path in folder.glob("*.jpg")]
    return {
        "pictures": PICTURES,
        "megapixels": sum(width * height for width, height in SHAPES) * PICTURES / len(SHAPES) / 1e6,
        "source_bytes": int(statistics.mean(lengths)),
        "runs": {name: {"cpu_seconds": cpu, "seconds": wall} for name, (cpu, wall) in best.items()},
    }


def _speed_up(folder: Path) -> dict[str, Any]:
    """Measure how many times as many pictures a second two workers do as one: the median of pairs."""
    pairs = [[measure(Run(OURS, workers), folder)[1] for workers in (1, 2)] for _ in range(ROUNDS + 1)]
    found = statistics.median(alone / both for alone, both in pairs)
    print(f"2 workers beside 1: {found:.2f} (goal {SPEED_UP}) {'met' if found >= SPEED_UP else 'MISSED'}")
    return {"speed_up": found, "speed_up_pictures": MANY}
