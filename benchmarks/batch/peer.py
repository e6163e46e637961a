"""Crops a folder of pictures by a peer, in as many spawned processes, with the same reading and writing as a batch.

It is a module of its own because every spawned process imports it, so that a peer pays only for its own imports.
"""

from __future__ import annotations

import multiprocessing
import sys
from functools import cache, partial
from pathlib import Path

from benchmarks.speed.candidates import Candidate, candidate

__all__ = ["main"]


def main() -> None:
    """Crop, as asked: NAME FOLDER OUT WORKERS WIDTH HEIGHT."""
    name, folder, out, workers, *sides = sys.argv[1:]
    width, height = map(int, sides)
    Path(out).mkdir(parents=True)
    paths = sorted(Path(folder).glob("*.jpg"))
    with multiprocessing.get_context("spawn").Pool(int(workers)) as pool:
        for _ in pool.imap_unordered(partial(_crop, name, Path(out), (width, height)), paths):
            pass
        pool.close()
        pool.join()


_ready = cache(candidate)
"""A process makes its cropper ready once."""


def _crop(name: str, out: Path, size: tuple[int, int], path: Path) -> None:
    crop: Candidate = _ready(name)
    (out / path.name).write_bytes(crop(path.read_bytes(), size))


if __name__ == "__main__":
    main()
