"""Computes docs/scale.md: what the measured figures of a batch mean for a million and a billion pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["write_scale"]

CORE_HOUR = 0.05
"""US dollars for an hour of one virtual core: an assumption, of the order of on-demand general-purpose machines."""
GET, PUT, LIST = 0.0004e-3, 0.005e-3, 0.005e-3
"""US dollars a request: Amazon S3 Standard's list prices (GET $0.0004, PUT and LIST $0.005 a thousand)."""
GOALS = {"libvips attention": 0.7, "smartcrop": 0.2}
"""Goals: at most this share of a peer's CPU seconds."""
SPEED_UP = 1.8
"""Goal: the least gain in pictures a second from a second worker."""
_TEMPLATE = Path(__file__).with_suffix(".md")
LISTED = 1000
"""Keys that one LIST request returns at most (Amazon S3 API reference, ListObjectsV2)."""
GET_PACE, PUT_PACE = 5500, 3500
"""Requests a second that S3 serves below one prefix (Amazon S3 user guide, performance design patterns)."""
LIST_SECONDS = 0.1
"""Seconds of one LIST request: an assumption; they follow one another, because each needs the key where the last ended."""
NODE_CORES = 16
HOURS = 24 * 3600
COUNTS = (10**6, 10**7, 10**8, 10**9)
ANNOUNCED, ROWS_A_PART = 1_000, 2_000
"""Pictures of a `begun` file and rows of a part, as in `focalbox.batch.records.manifest`."""
LEDGER_ROW = 1_300
"""Bytes that the ledger takes a picture with one size: measured on 20,000 pictures, listing, name and row together."""


def write_scale(figures: dict[str, Any], path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    figures : dict
        docs/benchmarks-batch.json: what `make bench-batch` and `make soak-batch` measured.
    path : Path
    """
    ours = figures["runs"]["focalbox, 2 workers"]
    cpu = ours["cpu_seconds"] / figures["pictures"]
    soak = figures.get("soak", {})
    small = soak["cpu_seconds"] / soak["pictures"] if "cpu_seconds" in soak else None
    row = soak.get("manifest_bytes_a_row", 300.0)
    text = _TEMPLATE.read_text().format(
        pictures=figures["pictures"],
        megapixels=figures["megapixels"] / figures["pictures"],
        megabytes=figures["source_bytes"] / 1e6,
        table=_peers(figures),
        verdicts=_verdicts(figures),
        cpu=cpu * 1000,
        speed_up=figures["speed_up"],
        soak=_soak(soak),
        small="" if small is None else _SMALL.format(small=small * 1000, share=small / cpu),
        growth="\n".join(_growth(count, cpu, figures["source_bytes"]) for count in COUNTS),
        cost="\n".join(_cost(count, cpu) for count in COUNTS),
        driver="\n".join(_driver(count, row) for count in COUNTS),
        node=NODE_CORES,
        a_node=NODE_CORES / cpu,
        core_hour=CORE_HOUR,
        get_pace=GET_PACE,
        put_pace=PUT_PACE,
        prefix_cores=PUT_PACE * cpu,
        listing=10**9 / LISTED * LIST_SECONDS / 3600,
        network=figures["source_bytes"] / cpu * NODE_CORES * 8 / 1e9,
    )
    path.write_text(text)


def _peers(figures: dict[str, Any]) -> str:
    runs = {name.replace(" 1 workers", " 1 worker"): found for name, found in figures["runs"].items()}
    ours = runs["focalbox, 2 workers"]["cpu_seconds"]
    return "\n".join(
        f"| {name} | {found['cpu_seconds']:.2f} | {found['seconds']:.2f} | {ours / found['cpu_seconds']:.2f} |"
        for name, found in runs.items()
    )


def _verdicts(figures: dict[str, Any]) -> str:
    runs = figures["runs"]
    ours = runs["focalbox, 2 workers"]["cpu_seconds"]
    lines = []
    for peer, most in GOALS.items():
        share = ours / runs[f"{peer}, 2 workers"]["cpu_seconds"]
        lines.append(
            f"* CPU seconds beside {peer}: {share:.2f}, goal at most {most}: {'met' if share <= most else '**missed**'}."
        )
    speed_up = figures["speed_up"]
    met = "met" if speed_up >= SPEED_UP else "**missed**"
    lines.append(
        f"* 2 workers beside 1: {speed_up:.2f} times the pictures a second on {figures['speed_up_pictures']:,} "
        f"pictures of 0.3 to 1 MP, goal at least {SPEED_UP}: {met}."
    )
    return "\n".join(lines)


def _soak(soak: dict[str, Any]) -> str:
    if not soak:
        return "Not measured yet: `make soak-batch`."
    return (
        f"{soak['pictures']:,} pictures in one run: the parent has {soak['early_mb']:.0f} MB after 1,000 and at most "
        f"{soak['most_mb']:.0f} MB later, the end included (goal: within 50 MB)."
    )


def _growth(count: int, cpu: float, length: float) -> str:
    cores = count * cpu / HOURS
    one = count * cpu / NODE_CORES / 3600
    nodes = max(1, -(-int(cores + 1) // NODE_CORES))
    return (
        f"| {count:,} | {count * cpu / 3600:,.1f} | {one:,.1f} h | {cores:,.1f} | {nodes:,} | "
        f"{count * length / 1e12:,.2f} TB |"
    )


def _cost(count: int, cpu: float) -> str:
    work = count * cpu / 3600 * CORE_HOUR
    get, put = count * GET, count * PUT
    listing = count / LISTED * LIST
    manifest = (count / ANNOUNCED + count / ROWS_A_PART) * PUT
    total = work + get + put + listing + manifest
    return f"| {count:,} | ${work:,.2f} | ${get:,.2f} | ${put:,.2f} | ${listing + manifest:,.2f} | ${total:,.2f} |"


def _driver(count: int, row: float) -> str:
    seconds = count / LISTED * LIST_SECONDS
    return (
        f"| {count:,} | {seconds / 60:,.0f} min | {count * LEDGER_ROW / 1e9:,.1f} GB | {count * row / 1e9:,.2f} GB | "
        f"{count // ANNOUNCED:,} + {count // ROWS_A_PART:,} |"
    )


_SMALL = (
    "A picture of 120x90 pixels takes {small:.1f} ms of a core, {share:.0%} of the average above. With such pictures\n"
    "opening, writing and renaming files takes the time, not the pixels; on an object store it is a GET and a PUT.\n"
)
