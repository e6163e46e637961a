"""The measurements: times side by side, memory in fresh processes, sharpness, the exact box, many sizes at once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.speed.candidates import OURS, Candidate
from focalbox.analysis import Analysis
from focalbox.core.evidence import Subject
from focalbox.core.geometry import Box, largest_window
from focalbox.core.jaccard import salient_box
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.target import Size
from focalbox.cropper import Cropper

__all__ = ["SIX", "Timing", "box_time", "peak_memory", "planning_time", "sharpness", "six_sizes", "timings"]

SIX = ("500x200", "300x300", "1080x1350", "1200x630", "160x160", "16:9")
"""What a site makes of one picture: banner, square, portrait, link preview, avatar, the ratio alone."""

_CELLS = 64
"""Side of the saliency maps that the exact box is timed on, in cells."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One cropper on one kind of picture.

    Parameters
    ----------
    wall, cpu : float
        Median milliseconds, of the clock and of the processor.
    ratio : float
        focalbox's processor time divided by this cropper's: the median over rounds, in each of which both did the same
        picture. On an idle machine one thread's processor time is its clock time; on a busy one it is disturbed less.
    """

    wall: float
    cpu: float
    ratio: float


def timings(
    croppers: dict[str, Candidate], files: Sequence[bytes], size: tuple[int, int], rounds: int, *, warm: bool = True
) -> dict[str, Timing]:
    """Time croppers in turn, round by round, so that whatever else the machine does falls on all alike.

    The order is drawn anew each round. A cropper's turn is two pictures, of which the second is timed: whoever comes next
    finds the processor's caches and the allocator full of someone else's things, which no user of one cropper does. Not
    ``warm``, a turn is one picture: of large ones, in which that is little.
    """
    random = np.random.default_rng(rounds)
    wall: dict[str, list[float]] = {name: [] for name in croppers}
    cpu: dict[str, list[float]] = {name: [] for name in croppers}
    for number in range(-1, rounds):
        content = files[number % len(files)]
        for name in random.permutation(list(croppers)).tolist():
            if warm:
                croppers[name](files[(number + 1) % len(files)], size)
            clock, processor = time.perf_counter(), time.process_time()
            croppers[name](content, size)
            if number >= 0:  # the first round warms up
                wall[name].append(1e3 * (time.perf_counter() - clock))
                cpu[name].append(1e3 * (time.process_time() - processor))
    ours = cpu[OURS]
    return {
        name: Timing(median(wall[name]), median(cpu[name]), median(a / b for a, b in zip(ours, cpu[name], strict=True)))
        for name in croppers
    }


def peak_memory(name: str, file: Path, size: tuple[int, int]) -> float:
    """Return the peak resident memory in MB (1e6 bytes) of a fresh process that makes one crop and nothing else."""
    command = [sys.executable, "-m", "benchmarks.speed.child", name, str(file), f"{size[0]}x{size[1]}"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]) * 1024 / 1e6


def sharpness(content: bytes, size: Size) -> tuple[float, float]:
    """Return the PSNR in dB of focalbox's and of libvips' pixels against a full decode resized with Lanczos.

    Each is compared with the same window of the full decode, before it is written as JPEG.
    """
    import pyvips

    (ours,) = Cropper().results(content, [(size.width, size.height)])
    with Image.open(BytesIO(content)) as image:
        full = image.convert("RGB")
    box = ours.crop.box
    window = (box.left, box.top, box.right, box.bottom)
    reference = full.resize((size.width, size.height), Image.Resampling.LANCZOS, box=window)
    first = _psnr(np.asarray(ours.image), np.asarray(reference))
    width, height = largest_window(Size(*full.size), size.aspect)
    cover = round(size.width / width), round(size.height / height)
    whole = np.asarray(full.resize(cover, Image.Resampling.LANCZOS))
    theirs = pyvips.Image.thumbnail_buffer(content, size.width, height=size.height, crop="centre").numpy()[..., :3]
    spare = cover[0] - size.width, cover[1] - size.height
    places = [(x, y) for x in {spare[0] // 2, -(-spare[0] // 2)} for y in {spare[1] // 2, -(-spare[1] // 2)}]
    second = max(_psnr(theirs, whole[y : y + size.height, x : x + size.width]) for x, y in places)
    return first, second


def _psnr(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    error = float(np.square(first.astype(np.float64) - second).mean())
    return 10 * float(np.log10(255**2 / max(error, 1e-3)))


def box_time(maps: int = 100) -> float:
    """Return the median milliseconds of the exact salient box on maps of 64 x 64 cells, blobs over noise."""
    random = np.random.default_rng(1)
    rows, columns = np.mgrid[:_CELLS, :_CELLS]
    found = []
    for _ in range(maps):
        values = random.random((_CELLS, _CELLS)) * 0.2
        for _ in range(int(random.integers(1, 5))):
            row, column, spread = random.random(3) * (_CELLS, _CELLS, 12) + (0, 0, 2)
            values += np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * spread**2))
        saliency = SaliencyMap(values)
        found.append(_milliseconds(lambda saliency=saliency: salient_box(saliency)))  # type: ignore[misc]
    return median(found)


def planning_time(subjects: int, analyses: int = 40) -> float:
    """Return the median milliseconds of placing one 5:2 crop, and one upright one, among so many faces and lines of text.

    The places and sizes of the subjects are drawn at random, and so are the maps: blobs over noise.
    """
    random = np.random.default_rng(2)
    found = []
    for _ in range(analyses):
        cells = random.random((_CELLS, _CELLS)) ** 8
        drawn = []
        for index in range(subjects):
            left, top = random.random(2) * 0.9
            width, height = 0.02 + random.random(2) * 0.08
            drawn.append(Subject(Box(left, top, width, height), "face" if index % 3 else "text"))
        analysis = Analysis(Size(1200, 800), SaliencyMap(cells), tuple(drawn), "drawn", "1")
        analysis.plan((500, 200))  # what all crops share, such as the subject box, is found once
        sizes = (500, 200), (270, 480)
        found += [_milliseconds(lambda analysis=analysis, size=size: analysis.plan(size)) for size in sizes]  # type: ignore[misc]
    return median(found)


def six_sizes(content: bytes, rounds: int) -> tuple[float, float]:
    """Return median milliseconds of six crops from one decode and analysis, and of six crops one by one."""
    cropper = Cropper()

    def together() -> None:
        for result in cropper.results(content, SIX):
            result.encode("jpeg")

    def apart() -> None:
        for size in SIX:
            cropper.results(content, [size])[0].encode("jpeg")

    pairs = [(_milliseconds(together), _milliseconds(apart)) for _ in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def _milliseconds(work: Callable[[], object]) -> float:
    """Return the processor time of a piece of work."""
    started = time.process_time()
    work()
    return 1e3 * (time.process_time() - started)
