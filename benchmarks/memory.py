"""Peak memory of the largest pictures, format by format, beside the estimate from their headers; writes docs/memory.md."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.memory_files import FILMS, KINDS, write_film
from benchmarks.tables import between_marks, replace_between, table
from focalbox.core.target import Size
from focalbox.imaging.limits import Limits
from focalbox.imaging.memory import frames_held

_REPORT = Path(__file__).parent.parent / "docs" / "memory.md"
_MEGA = 1e6
_AT_ONCE = 8
_BUDGET = 2**30
"""Bytes that the service lets pictures take together: two of the largest a picture may be."""
_MIXED = ("JPEG", "JPEG, progressive", "PNG", "PNG, alpha", "PNG, palette", "TIFF", "GIF", "WebP")
"""Kinds of the eight different files that are asked for at once."""
_MIXED_PART = "eight formats"
"""What the page calls the part that ``--mixed`` writes."""
_PATIENCE = 600
_UNBOUNDED = {"memory": 2**40, "bytes": 2**34}
"""Limits that let everything through, for what a file would take."""
_FRAMES, _FILM_SIDE, _FILM_GOAL = 500, 500, 150_000_000
"""Frames of a film, pixels of their sides, and the bytes that it may take."""
_SHORT = max(count for count in range(1, _FRAMES) if frames_held(Size(_FILM_SIDE, _FILM_SIDE), count))
"""Frames of the longest film of such sides whose frames are held from looking to cutting."""
_ASKED = {"500x200": {}, "1080x1350": {}, "500x200, zoom 1": {"zoom": 1.0}}
"""Sizes and options. A zoom may need every pixel, so it is the most that a picture takes."""

_CHILD = """
import json, sys
from focalbox import Cropper, FocalboxError, Limits
def peak():
    return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) * 1024
import numpy as np
cropper = Cropper(limits=Limits(**json.loads(sys.argv[4])))
cropper.results(np.zeros((300, 400, 3), np.uint8), ["100x50"])[0].encode("jpeg")
before, said, need = peak(), None, 0
try:
    opened = cropper.open(sys.argv[1])
    need = opened.need.peak
    cropper.results(opened, [sys.argv[2]], **json.loads(sys.argv[3]))[0].encode(sys.argv[5])
except FocalboxError as error:
    said = str(error)
print(json.dumps({"took": peak() - before, "said": said, "need": need}))
"""


def _alone(
    path: Path,
    size: str,
    options: dict[str, Any],
    limits: dict[str, int],
    format: str = "jpeg",  # noqa: A002 - the word of imaging/
) -> dict[str, Any]:
    """Crop once in a fresh process; return bytes taken, what was said, and the estimate."""
    command = [sys.executable, "-c", _CHILD, str(path), size, json.dumps(options), json.dumps(limits), format]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def _service(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a folder; give its process and address."""
    command = [sys.executable, "-m", "focalbox", "serve", "--root", str(folder), "--allow-unsigned", "--port", "0"]
    environment = {**os.environ, "FOCALBOX_MEMORY": str(_BUDGET), "FOCALBOX_SERVICE_AT_WORK": str(_AT_ONCE)}
    environment["FOCALBOX_SERVICE_WORKERS"] = "1"  # the memory of one process is measured
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            first = process.stdout.readline() if process.stdout else ""
            yield process, "http://" + first.partition("http://")[2].partition("/")[0]
        finally:
            process.terminate()


def _together(folder: Path, paths: list[Path]) -> tuple[int, list[int]]:
    """Ask the service for eight results at once; return the bytes it took more than at rest, and the statuses."""
    with _service(folder) as (process, address):

        def ask(number: int) -> int:
            zoom = "&zoom=1" if number % 2 else ""
            name = paths[number % len(paths)].name
            target = f"{address}/v1/crop/{500 + number}x200/{name}?format=jpeg{zoom}"
            try:
                with urllib.request.urlopen(target, timeout=_PATIENCE) as answer:  # noqa: S310 - our own server
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                return error.code

        def peak() -> int:
            return int(Path(f"/proc/{process.pid}/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024

        Image.new("RGB", (300, 200)).save(folder / "small.png")
        small = f"{address}/v1/crop/100x50/small.png?format=jpeg"
        urllib.request.urlopen(small, timeout=_PATIENCE).close()  # noqa: S310 - as above
        before = peak()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            statuses = list(pool.map(ask, range(_AT_ONCE)))
        return peak() - before, statuses


def _copies(path: Path) -> Iterator[Path]:
    """Make files of the same picture whose bytes differ: by what lies behind the picture."""
    for number in range(_AT_ONCE):
        copy = path.with_name(f"{number}-{path.name}")
        shutil.copy(path, copy)
        with copy.open("ab") as file:
            file.write((8).to_bytes(4, "big") + b"free" * (number + 1))
        yield copy


def _row_alone(name: str, path: Path, limit: int) -> tuple[str, ...]:
    """Return the row of a file by itself: within the limits, and with none."""
    found = [_alone(path, size.split(",")[0], options, {}) for size, options in _ASKED.items()]
    through = _alone(path, next(iter(_ASKED)), {"zoom": 1.0}, _UNBOUNDED)
    cells = ["refused" if one["said"] else f"{one['took'] / _MEGA:.0f}" for one in found]
    over = any(one["took"] > limit for one in found) or through["took"] > through["need"] > 0
    print(*(one["said"] for one in found if one["said"]), sep="\n", flush=True)
    estimate, real = (f"{through[key] / _MEGA:.0f}" for key in ("need", "took"))
    return name, estimate, real, *cells, "**above**" if over else "within"


def _row_film(format: str, path: Path) -> tuple[str, ...]:  # noqa: A002 - as above
    """Return the row of a film: cropped as a film of its format, and its first frame."""
    size = next(iter(_ASKED))
    kept, first = _alone(path, size, {}, {}, format), _alone(path, size, {"animate": "first"}, {})
    took = [one["said"] or f"{one['took'] / _MEGA:.0f}" for one in (kept, first)]
    over = max(kept["took"], first["took"]) > _FILM_GOAL
    return f"{path.stat().st_size / _MEGA:.1f}", *took, "**above**" if over else "within"


def _row_together(name: str, folder: Path, path: Path) -> tuple[str, ...]:
    """Return the row of a file in the service: eight sizes of one, then one size of eight."""
    cells, over = [], False
    for paths in ([path], list(_copies(path))):
        took, statuses = _together(folder, paths)
        seen = ", ".join(f"{statuses.count(status)} x {status}" for status in sorted(set(statuses)))
        cells += [f"{took / _MEGA:.0f}", seen]
        over = over or took > _BUDGET
        for copy in paths:
            copy.unlink()
    return name, *cells, "**above**" if over else "within"


def _mixed_line(folder: Path, width: int, height: int) -> str:
    """Return what eight files of different kinds take at once in the service."""
    paths = []
    for kind in (kind for kind in KINDS if kind.name in _MIXED):
        paths.append(folder / f"mixed.{kind.ending}")
        kind.write(paths[-1], width, height)
    took, statuses = _together(folder, paths)
    for path in paths:
        path.unlink()
    seen = ", ".join(f"{statuses.count(status)} x {status}" for status in sorted(set(statuses)))
    within = "within the budget" if took <= _BUDGET else "**above the budget**"
    return f"Eight files of different kinds at once ({'; '.join(_MIXED)}): {took / _MEGA:.0f} MB, {within} ({seen})."


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mixed", action="store_true", help="eight kinds at once alone, and its line of the page anew")
    parser.add_argument("--pixels", type=int, default=98_000_000)
    parser.add_argument("--kind", action="append", help="a kind alone; repeats")
    parser.add_argument("--out", type=Path, default=_REPORT)
    wanted = parser.parse_args()
    width = round((wanted.pixels * 5 / 4) ** 0.5)
    height = wanted.pixels // width
    rows, together, films = [], [], []
    with tempfile.TemporaryDirectory() as directory:
        mixed = "" if wanted.kind else _mixed_line(Path(directory), width, height)
        if wanted.mixed:
            replace_between(wanted.out, _MIXED_PART, mixed)
            print(mixed)
            return
        for kind in KINDS:
            if wanted.kind and kind.name not in wanted.kind:
                continue
            path = Path(directory, f"large.{kind.ending}")
            kind.write(path, width, height)
            print(f"{kind.name}: {path.stat().st_size / _MEGA:.1f} MB", flush=True)
            rows.append(_row_alone(kind.name, path, Limits().memory))
            print(" | ".join(rows[-1]), flush=True)
            together.append(_row_together(kind.name, Path(directory), path))
            print(" | ".join(together[-1]), flush=True)
        for form in FILMS:
            if wanted.kind and form not in wanted.kind:
                continue
            for frames in (_SHORT, _FRAMES):
                path = Path(directory, f"film.{form}")
                write_film(path, form, frames, _FILM_SIDE)
                films.append((f"{form}, {frames} frames", *_row_film(form, path)))
                print(" | ".join(films[-1]), flush=True)
    wanted.out.write_text(_page(f"{width}x{height}", rows, together, mixed, films), encoding="utf-8")
    print(f"written: {wanted.out}")


def _page(sides: str, rows: list[Any], together: list[Any], mixed: str, films: list[Any]) -> str:
    limit = Limits().memory
    return "\n".join(
        [
            "# Memory\n",
            (
                f"Made by `make bench-memory` (`benchmarks/memory.py`) on {datetime.now(UTC).date()}:"
                f" files of {sides}.\n"
            ),
            (
                f"Peak memory of a fresh process for one crop, in MB (1e6 bytes) above the peak for a small picture."
                f" A picture may take {limit / _MEGA:.0f} (`Limits.memory`); one that would take more, as estimated from"
                " its header, is refused. The estimate is for decoding at full size, as a zoom needs it; the column *no"
                " limit, zoom 1* is what that really takes.\n"
            ),
            table(("98 MP", "estimate", "no limit, zoom 1", *_ASKED, "limit"), rows),
            "\n## Eight at once in the service\n",
            (
                f"The same for a service that may take {_BUDGET / _MEGA:.0f} MB for pictures (`FOCALBOX_MEMORY`): MB above"
                f" the service at rest while {_AT_ONCE} threads ask at once for {_AT_ONCE} sizes of one file, and then of"
                f" {_AT_ONCE} files. Every other request has zoom 1.\n"
            ),
            table(("98 MP", "one file: MB", "answers", "eight files: MB", "answers", "budget"), together),
            "",
            between_marks(_MIXED_PART, mixed),
            "\n## Films\n",
            (
                f"Films of {_FILM_SIDE}x{_FILM_SIDE} in which every pixel changes in every frame, cropped to"
                f" {next(iter(_ASKED))} by a fresh process: all frames in the film's own format, and the first as JPEG."
                f" The goal is at most {_FILM_GOAL / _MEGA:.0f} MB above the peak for a small picture. {_SHORT} frames are"
                " the most that are held from looking to cutting.\n"
            ),
            table(("film", "file: MB", "all frames: MB", "first: MB", "goal"), films),
        ]
    )


if __name__ == "__main__":
    main()
