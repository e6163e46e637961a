"""Peak memory of the largest pictures, format by format, beside the estimate from their headers; writes docs/memory.md."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from focalbox.imaging.limits import Limits

_REPORT = Path(__file__).parent.parent / "docs" / "memory.md"
_MEGA = 1e6
_AT_ONCE = 8
_BUDGET = 2**30
"""Bytes that the service lets pictures take together: two of the largest a picture may be."""
_PATIENCE = 600
_ASKED = {"500x200": {}, "1080x1350": {}, "500x200, zoom 1": {"zoom": 1.0}}
"""Sizes and options. A zoom may need every pixel, so it is the most that a picture takes."""

_CHILD = """
import json, sys
from focalbox import Cropper, FocalboxError
def peak():
    return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) * 1024
cropper = Cropper()
import numpy as np
cropper.results(np.zeros((300, 400, 3), np.uint8), ["100x50"])[0].encode("jpeg")
before, said, need = peak(), None, 0
try:
    opened = cropper.open(sys.argv[1])
    need = opened.need.peak
    cropper.results(opened, [sys.argv[2]], **json.loads(sys.argv[3]))[0].encode("jpeg")
except FocalboxError as error:
    said = str(error)
print(json.dumps({"took": peak() - before, "said": said, "need": need}))
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file, and how it is written from an array."""

    name: str
    ending: str
    mode: str
    options: dict[str, Any]


KINDS = (
    Kind("JPEG", "jpg", "RGB", {"quality": 85}),
    Kind("JPEG, progressive", "prog.jpg", "RGB", {"quality": 85, "progressive": True}),
    Kind("PNG", "png", "RGB", {"compress_level": 1}),
    Kind("PNG with alpha", "alpha.png", "RGBA", {"compress_level": 1}),
    Kind("PNG, 16 bit grey", "deep.png", "I;16", {"compress_level": 1}),
    Kind("PNG, palette", "palette.png", "P", {"compress_level": 1}),
    Kind("WebP", "webp", "RGB", {"quality": 80, "method": 0}),
    Kind("AVIF", "avif", "RGB", {"quality": 60, "speed": 10}),
    Kind("TIFF", "tif", "RGB", {"compression": "tiff_adobe_deflate"}),
    Kind("TIFF, 32 bit floating-point grey", "float.tif", "F", {"compression": "tiff_adobe_deflate"}),
    Kind("GIF", "gif", "P", {}),
)


def _drawn(mode: str, width: int, height: int) -> Image.Image:
    """Draw soft waves, which every format compresses well: files stay under the limit of bytes."""
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    wave = 0.5 + 0.25 * np.sin(rows / 300) + 0.25 * np.cos(columns / 200)
    if mode == "F":
        return Image.fromarray(wave)
    if mode == "I;16":
        return Image.fromarray((wave * 65535).astype(np.uint16))
    grey = Image.fromarray((wave * 255).astype(np.uint8))
    if mode == "P":
        return grey.convert("P")
    bands = [grey, grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT), grey.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    return Image.merge(mode, bands + [bands[1]] * (mode == "RGBA"))


def _alone(path: Path, size: str, options: dict[str, Any]) -> dict[str, Any]:
    """Crop once in a fresh process; return bytes taken, what was said, and the estimate."""
    command = [sys.executable, "-c", _CHILD, str(path), size, json.dumps(options)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def _service(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a folder; give its process and address."""
    command = [sys.executable, "-m", "focalbox", "serve", "--root", str(folder), "--allow-unsigned", "--port", "0"]
    environment = {**os.environ, "FOCALBOX_MEMORY": str(_BUDGET), "FOCALBOX_SERVICE_AT_WORK": str(_AT_ONCE)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            first = process.stdout.readline() if process.stdout else ""
            yield process, "http://" + first.partition("http://")[2].partition("/")[0]
        finally:
            process.terminate()


def _together(folder: Path, name: str, query: str) -> tuple[float, list[int]]:
    """Ask the service for eight sizes of a picture at once; return the bytes it took more than at rest, and the statuses."""
    with _service(folder) as (process, address):

        def ask(number: int) -> int:
            target = f"{address}/v1/crop/{500 + number}x200/{name}?format=jpeg{query}"
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


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pixels", type=int, default=98_000_000)
    parser.add_argument("--kind", action="append", help="a kind alone; repeats")
    parser.add_argument(
        "--together", action="append", help="a kind that the service is asked for too; repeats; else all"
    )
    parser.add_argument("--out", type=Path, default=_REPORT)
    wanted = parser.parse_args()
    width = round((wanted.pixels * 5 / 4) ** 0.5)
    height = wanted.pixels // width
    limit = Limits().memory
    rows, together = [], []
    with tempfile.TemporaryDirectory() as directory:
        for kind in KINDS:
            if wanted.kind and kind.name not in wanted.kind:
                continue
            path = Path(directory, f"large.{kind.ending}")
            started = time.monotonic()
            _drawn(kind.mode, width, height).save(path, **kind.options)
            print(
                f"{kind.name}: {path.stat().st_size / _MEGA:.1f} MB in {time.monotonic() - started:.0f} s", flush=True
            )
            found = [_alone(path, size.split(",")[0], options) for size, options in _ASKED.items()]
            cells = [f"{one['took'] / _MEGA:.0f}" + (" (refused)" if one["said"] else "") for one in found]
            over = any(one["took"] > limit for one in found)
            rows.append((kind.name, f"{found[0]['need'] / _MEGA:.0f}", *cells, "**above**" if over else "within"))
            print(" | ".join(rows[-1]), *(one["said"] for one in found if one["said"]), sep="\n  ", flush=True)
            if not wanted.together or kind.name in wanted.together:
                took, statuses = _together(Path(directory), path.name, "&zoom=1")
                fine = "within" if took <= _BUDGET * 1.1 else "**above**"
                seen = ", ".join(f"{statuses.count(status)} x {status}" for status in sorted(set(statuses)))
                together.append((kind.name, f"{took / _MEGA:.0f}", seen, fine))
                print(" | ".join(together[-1]), flush=True)
            path.unlink()
    wanted.out.write_text(_page(width, height, limit, rows, together), encoding="utf-8")
    print(f"written: {wanted.out}")


def _page(width: int, height: int, limit: int, rows: list[Any], together: list[Any]) -> str:
    def table(head: tuple[str, ...], body: list[tuple[str, ...]]) -> str:
        lines = [head, ("---",) * len(head), *body]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"

    return "\n".join(
        [
            "# Memory\n",
            (
                f"Made by `make bench-memory` (`benchmarks/memory.py`) on {datetime.now(UTC).date()}:"
                f" files of {width}x{height}.\n"
            ),
            (
                f"MB (1e6 bytes) that a fresh process takes at its peak for one crop, above what it takes for a small one."
                f" A picture may take {limit / _MEGA:.0f} (`Limits.memory`); what is estimated to take more is refused by"
                " its header. The estimate is for full size, as a zoom needs it.\n"
            ),
            table(("98 MP", "estimate", *_ASKED, "limit"), rows),
            *(
                (
                    "\n## Eight at once in the service\n",
                    (
                        f"The same above a service at rest that may take {_BUDGET / _MEGA:.0f} MB for pictures"
                        f" (`FOCALBOX_MEMORY`), asked for {_AT_ONCE} sizes at once by {_AT_ONCE} threads, with zoom 1.\n"
                    ),
                    table(("98 MP", "MB", "answers", "budget"), together),
                )
                if together
                else ()
            ),
        ]
    )


if __name__ == "__main__":
    main()
