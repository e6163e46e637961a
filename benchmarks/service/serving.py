"""Servers that are measured, one at a time, and the pictures that they are asked for."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import skimage.data
from PIL import Image

from benchmarks.speed.pictures import PHOTOGRAPHS

__all__ = [
    "COPIES",
    "PORT",
    "READY",
    "SIZES",
    "focalbox",
    "make_pictures",
    "name_of",
    "peak",
    "processor_time",
    "running",
]

SIZES = {"0.3 MP": (640, 480), "12 MP": (4000, 3000)}
"""Sides of the pictures in pixels."""
COPIES = 24
"""Pictures of each size, all of other bytes: with 8 connections no two requests under way are for the same one."""
READY = 60
PORT = 8917


def focalbox(root: Path) -> list[str]:
    """Return the command of a service of the pictures; the port is to follow."""
    return [sys.executable, "-m", "focalbox", "serve", "--root", str(root / "pictures"), "--allow-unsigned", "--port"]


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server at `PORT` until the context ends; it answers, or a minute has passed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        stop = time.monotonic() + READY
        while time.monotonic() < stop:
            try:
                httpx.get(f"http://127.0.0.1:{PORT}/healthcheck")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def make_pictures(root: Path) -> None:
    """Write the photographs in all sizes, `COPIES` of other bytes each, into a folder of ``root``."""
    folder = root / "pictures"
    folder.mkdir()
    for size, sides in SIZES.items():
        for place, name in enumerate(PHOTOGRAPHS):
            picture = Image.fromarray(getattr(skimage.data, name)()).resize(sides, Image.Resampling.LANCZOS)
            picture.save(folder / "one.jpg", quality=88)
            content = (folder / "one.jpg").read_bytes()
            # Bytes after the end of a JPEG change nothing but its digest.
            for copy in range(place, COPIES, len(PHOTOGRAPHS)):
                (folder / name_of(size, copy)).write_bytes(content + copy.to_bytes(2, "big"))
    (folder / "one.jpg").unlink()


def name_of(size: str, copy: int) -> str:
    """Return what a copy of a size is called."""
    return f"{size.replace(' ', '').replace('.', '_')}-{copy}.jpg"


def processor_time(process: int) -> float:
    """Return the seconds that a process and those that it started have spent on processors, in all their threads."""
    # The clock of a process, as clock_getcpuclockid(3) names it.
    return sum(time.clock_gettime((~one << 3) | 2) for one in _with_children(process))


def peak(process: int) -> float:
    """Return the most memory that a process and those that it started had, each at its own time, in MB."""
    states = [Path(f"/proc/{one}/status").read_text() for one in _with_children(process)]
    found = [re.search(r"VmHWM:\s+(\d+) kB", state) for state in states]
    return sum(int(one[1]) for one in found if one) / 1000


def _with_children(process: int) -> list[int]:
    """Return a process and all that it started, by number."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(number for child in children for number in _with_children(int(child)))]
