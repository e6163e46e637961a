"""The image service beside thumbor and ipx: the same pictures and sizes, asked by wrk on this machine."""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.service.load import LOADS, PAGE
from benchmarks.service.profile import profile_lines
from benchmarks.service.serving import (
    COPIES,
    PORT,
    READY,
    SIZES,
    focalbox,
    make_pictures,
    name_of,
    peak,
    processor_time,
    running,
)
from benchmarks.speed.pictures import PHOTOGRAPHS
from benchmarks.tables import between_marks, replace_between, table

CONNECTIONS = 8
SECONDS = 8
"""How long wrk asks each time."""
_SECOND = "second size"
"""What the page calls the part that ``--second-size`` writes."""
_STEPS = "steps"
"""What the page calls the part that ``--steps`` writes."""
_PARTS = {
    "HTTP": "/healthz",
    "address, file, header": "/imagesize/{name}",
    "decode, resize, encode": "/unsafe/300x200/{name}",
    "look, place": "/unsafe/300x200/smart/{name}",
}
"""What a request is made of, and an address that asks for no more than it and those before."""
_PROFILE = "profile"
"""What the page calls the table that ``--profile`` writes."""
_ROUNDS = 5
"""Turns that what is compared takes."""
_WRK = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_CONFIG = """
LOADER = "thumbor.loaders.file_loader"
FILE_LOADER_ROOT_PATH = "{root}"
STORAGE = "thumbor.storages.no_storage"
DETECTORS = ["thumbor.detectors.face_detector", "thumbor.detectors.feature_detector"]
ALLOW_UNSAFE_URL = True
QUALITY = 80
"""
_ORDER = """
local pictures, at = {%s}, 0
request = function()
  at = at %% #pictures + 1
  return wrk.format("GET", "%s" .. pictures[at])
end
"""

_MEASURED = ("requests/s", "p99, ms", "processor, ms")
_SMART = "/unsafe/300x200/smart/"
_IPX_ADDRESS = "/fit_cover,pos_attention,s_300x200,f_jpeg,q_80/"
"""What ipx calls the same: sharp's own smart crop, libvips attention."""
_IPX = Path("benchmarks/service/ipx/node_modules/ipx/bin/ipx.mjs")


@dataclass(frozen=True)
class Measurement:
    """What wrk and the kernel say of one server with one size of pictures.

    ``spent`` is the processor time of an answer, in milliseconds: other work of the machine hardly changes it.
    """

    per_second: float
    p99: float
    spent: float
    failed: int


def main() -> None:
    """Run the benchmark and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--thumbor", type=Path, default=Path(".venv-thumbor/bin/thumbor"), help="the command of thumbor"
    )
    parser.add_argument(
        "--second-size", action="store_true", help="measure only this, and write its line of the page anew"
    )
    parser.add_argument("--steps", action="store_true", help="measure only what a request is made of")
    parser.add_argument("--profile", action="store_true", help="measure only what each step of a smart crop takes")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long wrk asks each time")
    arguments = parser.parse_args()
    single = arguments.second_size or arguments.steps or arguments.profile
    for tool in () if single else ("wrk", str(arguments.thumbor)):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: install Debian's package wrk, and thumbor with requirements/thumbor.txt")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        make_pictures(root)
        if single:
            command = [*focalbox(root), str(PORT)]
            measures: dict[str, Callable[[], str]] = {
                _STEPS: lambda: _steps(command)[0],
                _PROFILE: lambda: _profile(root, command),
                _SECOND: lambda: _second_line(_second_size(command)),
            }
            part = _STEPS if arguments.steps else _PROFILE if arguments.profile else _SECOND
            line = measures[part]()
            replace_between(PAGE, part, line)
            print(line)
            return
        lines = _measure(root, arguments.thumbor, arguments.seconds)
    _, heading, loads = PAGE.read_text("utf-8").partition(LOADS)  # measured by the other two
    PAGE.write_text("\n".join(lines) + f"\n{heading}{loads}", "utf-8")
    print("\n".join(lines))


def _measure(root: Path, thumbor: Path, seconds: int) -> list[str]:
    found: dict[tuple[str, str], Measurement] = {}
    memory: dict[str, float] = {}
    config = root / "thumbor.conf"
    config.write_text(_CONFIG.format(root=root / "pictures"))
    ipx = ["node", str(_IPX), "serve", "--dir", str(root / "pictures"), "--host", "127.0.0.1", "--port"]
    servers: dict[str, tuple[list[str], list[str], str]] = {
        "thumbor 7.8": ([str(thumbor), "-c", str(config), "-i", "127.0.0.1", "-l", "critical", "-p"], [], _SMART),
        **({"ipx 3.1 (sharp)": (ipx, [], _IPX_ADDRESS)} if _IPX.is_file() else {}),
        "focalbox, nothing kept": (focalbox(root), ["--cache", "none"], _SMART),
        "focalbox, nothing kept, one process": (focalbox(root), ["--cache", "none", "--workers", "1"], _SMART),
        "focalbox": (focalbox(root), [], _SMART),
    }
    second = ""
    for server, (command, more, address) in servers.items():
        for size in SIZES:
            with running([*command, str(PORT), *more]) as process:
                found[server, size] = _ask(root, size, seconds, address, process.pid)
                memory[server] = max(memory.get(server, 0.0), peak(process.pid))
        if server == "focalbox":
            second = _second_size([*command, str(PORT), *more])
    command = [*focalbox(root), str(PORT)]
    steps, profile = _steps(command)[0], _profile(root, command)
    return [
        *_page(found, memory, second, seconds),
        "",
        between_marks(_STEPS, steps),
        "",
        between_marks(_PROFILE, profile),
    ]


def _profile(root: Path, command: list[str]) -> str:
    """Return the table of what each step of a smart crop takes, where nothing is kept."""
    _, served = _steps(command)
    names = {size: [root / "pictures" / name_of(size, copy) for copy in range(len(PHOTOGRAPHS))] for size in SIZES}
    return f"Each step of a smart crop, nothing kept, one request at a time:\n\n{profile_lines(names, served)}"


def _ask(root: Path, size: str, seconds: int, address: str, process: int) -> Measurement:
    order = root / "order.lua"
    names = ", ".join(f'"{name_of(size, copy)}"' for copy in range(COPIES))
    order.write_text(_ORDER % (names, address))
    httpx.get(f"http://127.0.0.1:{PORT}{address}{name_of(size, 0)}", timeout=READY).raise_for_status()
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--timeout", "30", "--latency", "-s", str(order)]
    before = processor_time(process)
    text = subprocess.run([*command, f"http://127.0.0.1:{PORT}"], capture_output=True, text=True, check=True).stdout
    spent = 1000 * (processor_time(process) - before)
    count = re.search(r"(\d+) requests in", text)
    late = _WRK.search(text)
    per_second = re.search(r"Requests/sec:\s+([\d.]+)", text)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if late is None or per_second is None or count is None:
        sys.exit(text)
    failures = int(failed[1]) if failed else 0
    return Measurement(float(per_second[1]), float(late[1]) * _UNITS[late[2]], spent / int(count[1]), failures)


def _second_size(command: list[str]) -> str:
    """Return what a second size of a picture takes right after the first, as a share of it.

    It is processor time, which no neighbour disturbs.
    """
    shares = []
    for size in SIZES:
        first = second = 0.0
        with running(command) as process, httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=READY) as client:
            for copy in range(COPIES):
                spent = [processor_time(process.pid)]
                for sides in ("300x200", "200x200"):
                    client.get(f"/v1/crop/{sides}/{name_of(size, copy)}").raise_for_status()
                    spent.append(processor_time(process.pid))
                first += 1000 * (spent[1] - spent[0]) / COPIES
                second += 1000 * (spent[2] - spent[1]) / COPIES
        shares.append(f"{second / first:.2f} ({size}: {first:.1f} ms, then {second:.1f} ms of processor time)")
    return " and ".join(shares)


def _page(found: dict[tuple[str, str], Measurement], memory: dict[str, float], second: str, seconds: int) -> list[str]:
    servers = list(memory)
    lines = [
        "# The service beside thumbor and ipx",
        "",
        "Made by `make bench-service`: the same pictures (24 of each size, all different) and the same addresses",
        "(`/unsafe/300x200/smart/...`, which focalbox understands), wrk with 8 connections on the same",
        f"{_processors()} processors, {seconds} seconds each. Each server is started as it is by default: focalbox as a",
        "process for each processor, ipx as one that fills them by threads, thumbor as one that fills one of them. *one",
        "process* is `--workers 1`: it has as many threads as processors, but does not fill them. *nothing kept* is",
        "`--cache none`: every request reads, decodes, looks, cuts and encodes again, as the others do. None of the servers",
        "keeps finished crops. thumbor 7.8 finds faces and features with opencv-python-headless 4.14. ipx crops by libvips",
        f"attention (`{_IPX_ADDRESS}...`), which looks for no faces.",
        "",
    ]
    header = ["", *(f"{size}: {what}" for size in SIZES for what in _MEASURED), "peak memory, MB"]
    rows = []
    for server in servers:
        measured = [found[server, size] for size in SIZES]
        cells = [cell for one in measured for cell in (f"{one.per_second:.1f}", f"{one.p99:.0f}", f"{one.spent:.1f}")]
        rows.append([server, *cells, f"{memory[server]:.0f}"])
    others = [server for server in servers if not server.startswith("focalbox")]
    for base, server in itertools.product(others, [server for server in servers if server not in others]):
        pairs = [(found[server, size], found[base, size]) for size in SIZES]
        cells = [
            cell
            for ours, theirs in pairs
            for cell in (
                f"{ours.per_second / theirs.per_second:.1f} times",
                f"{ours.p99 / theirs.p99:.2f}",
                f"{ours.spent / theirs.spent:.2f}",
            )
        ]
        rows.append([f"{server} / {base}", *cells, f"{memory[server] / memory[base]:.2f}"])
    failed = sum(measured.failed for measured in found.values())
    lines += [
        table(header, rows),
        "",
        "*processor*: processor time of an answer. When the machine has other work to do, only this figure is reliable.",
    ]
    lines += ["", f"Answers that were not pictures: {failed}."]
    return [*lines, "", between_marks(_SECOND, _second_line(second))]


def _steps(command: list[str]) -> tuple[str, dict[str, float]]:
    """Return what a request is made of where nothing is kept: processor time, the median of some turns; and all of it."""
    lines, whole = [], {}
    for size in SIZES:
        spent: dict[str, list[float]] = {part: [] for part in _PARTS}
        with (
            running([*command, "--cache", "none"]) as process,
            httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=READY) as client,
        ):
            for part in [*_PARTS, *list(_PARTS) * _ROUNDS]:  # the first turn learns what the files are
                before = processor_time(process.pid)
                for copy in range(COPIES):
                    client.get(_PARTS[part].format(name=name_of(size, copy))).raise_for_status()
                spent[part].append(1000 * (processor_time(process.pid) - before) / COPIES)
        until = [0.0, *(statistics.median(found[1:]) for found in spent.values())]
        parts = zip(_PARTS, itertools.pairwise(until), strict=True)
        cells = [
            f"{part} {after - before:.1f} ms ({(after - before) / until[-1]:.0%})" for part, (before, after) in parts
        ]
        lines.append(f"{size}: {', '.join(cells)}")
        whole[size] = until[-1]
    return f"Processor time of a smart crop with nothing kept: {'; '.join(lines)}.", whole


def _second_line(second: str) -> str:
    return f"A second size of a picture, asked for right after the first, takes this share of it: {second}."


def _processors() -> int:
    return os.cpu_count() or 1


if __name__ == "__main__":
    main()
