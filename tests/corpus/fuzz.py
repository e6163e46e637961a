"""Fuzzing with structure, as long as one likes: only a `FocalboxError` may come out, in bounded time and memory."""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

from corpus.damage import damage
from corpus.make import samples
from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.errors import FocalboxError
from focalbox.imaging.animation.encoding import encode_animation
from focalbox.imaging.output.encoding import encode
from focalbox.imaging.output.render import render
from focalbox.imaging.output.xmp import write_xmp
from focalbox.imaging.source import Limits, open_picture

__all__ = ["go_through"]

LIMITS = Limits(pixels=2_000_000, frames=50, film_pixels=20_000_000, memory=64 * 2**20)
_SLOW = 10.0
"""Seconds that no small file may take."""
_ROOM = 512 * 2**20
"""Bytes that the process may grow by."""


def go_through(content: bytes) -> None:
    """Take a file all the way: decode, look, cut, encode, and all its frames."""
    picture = open_picture(content, LIMITS)
    working = picture.decode(Size(40, 40), keep_profile=True)
    working.look()
    box = PixelBox(0, 0, picture.size.width, picture.size.height)
    kept = working.metadata
    kept = replace(kept, xmp=write_xmp(kept.rights, kept.focal_point, Size(20, 20)))
    for form in ("jpeg", "png", "gif"):
        encode(render(working, box, Size(20, 20)), form, metadata=kept)
    if picture.animated:
        film = picture.film()
        frames = ((render(one.part(box), box, Size(20, 20)), time) for one, time in film.draw())
        encode_animation(frames, "gif", plays=film.plays)


def main() -> None:
    """Damage files until the time is over; keep what goes wrong, and exit 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", type=Path, default=Path(".cache/fuzz"))
    wanted = parser.parse_args()
    seeds = [sample.content for sample in samples() if sample.content]
    chance, end, tried, found = random.Random(wanted.seed), time.monotonic() + wanted.seconds, 0, 0  # noqa: S311 - no secret
    for content in seeds:
        _went_wrong(content)  # loads every decoder, so that the peak is that of a file
    before = _peak()
    while time.monotonic() < end:
        content = damage(chance.choice(seeds), chance)
        reason = _went_wrong(content)
        if _peak() - before > _ROOM:
            reason, before = f"the peak grew to {_peak()} bytes\n", _peak()
        tried += 1
        if reason:
            found += 1
            wanted.out.mkdir(parents=True, exist_ok=True)
            path = wanted.out / hashlib.sha256(content).hexdigest()[:16]
            path.write_bytes(content)
            path.with_suffix(".txt").write_text(reason, encoding="utf-8")
            sys.stdout.write(f"{path}: {reason.strip().splitlines()[-1]}\n")
    sys.stdout.write(f"{tried} files tried, {found} found (seed {wanted.seed})\n")
    sys.exit(bool(found))


def _peak() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _went_wrong(content: bytes) -> str:
    start = time.monotonic()
    try:
        go_through(content)
    except FocalboxError as error:
        if "\n" in str(error):
            return f"more than a sentence: {error}"
    except Exception:  # noqa: BLE001 - that is what is looked for
        return traceback.format_exc()
    taken = time.monotonic() - start
    return f"it took {taken:.1f} s" if taken > _SLOW else ""


if __name__ == "__main__":
    main()
