"""``make quality``: how good the crops are, beside other croppers, as Markdown; also stability and fairness.

Prints the tables and writes them into docs/quality.md. The pictures are labelled ones that the repository does not hold;
``--data`` names their folder. The first run asks the other croppers, which takes minutes; later ones read their answers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.croppers import RATIOS, Contestant, contestants, heads_of, model_of
from benchmarks.labels import GAIN_SETS, SETS, LabelledPicture, read_set
from benchmarks.peers import PEERS
from benchmarks.quality.fairness import fairness_table
from benchmarks.quality.looks import looks_table
from benchmarks.quality.measures.scores import Score, gain_of, loss_of, mean_of, score
from benchmarks.quality.odd import odd_table
from benchmarks.quality.sheet import draw_sheet, worst
from benchmarks.quality.stability import stability_table
from benchmarks.rows import DataError
from benchmarks.tables import replace_between, table, with_interval, without
from focalbox.saliency.models import Model
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.version import __version__

__all__ = ["main"]

_WORST = 24
"""Cases on the contact sheet."""

_TIMED = 20
"""Pictures that the time of a look is the median over."""

_STEADY = 50
"""Pictures of each set that stability is measured on."""

_LOOKED = 150
"""Pictures of each set, at most about, that ways to look are compared on."""

_SECTIONS = ("crops", "stability", "fairness", "odd", "looks")

Scores = dict[str, dict[str, list[Score]]]
"""Scores by contestant and set."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the exit code is 1 when the data cannot be read."""
    wanted = _parser().parse_args(arguments)
    try:
        pictures = {name: read_set(wanted.data, name, limit=wanted.limit) for name in wanted.sets}
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    written = {section: _measure(section, pictures, wanted) for section in wanted.sections}
    for text in written.values():
        print(f"{text}\n")
    partial = wanted.limit is not None or set(wanted.sets) != set(SETS) or wanted.only
    if wanted.write and not partial:
        for section, text in written.items():
            replace_between(wanted.write, section, text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS), help="sets to measure on")
    parser.add_argument("--limit", type=int, help="at most so many pictures of a set (nothing is written then)")
    parser.add_argument("--only", nargs="+", help="only rows whose name holds one of these (nothing is written then)")
    parser.add_argument("--sections", nargs="+", choices=_SECTIONS, default=list(_SECTIONS), help="what to measure")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave other croppers out")
    parser.add_argument("--cache", type=Path, default=Path(".cache/peers"), help="answers of other croppers")
    parser.add_argument("--sheet", type=Path, default=Path("out/quality-worst.webp"), help="contact sheet to draw")
    parser.add_argument("--write", type=Path, default=Path("docs/quality.md"), help="page to write the tables into")
    parser.add_argument("--no-write", dest="write", action="store_const", const=None, help="print only")
    return parser


def _measure(section: str, pictures: Mapping[str, list[LabelledPicture]], wanted: argparse.Namespace) -> str:
    if section == "crops":
        return _crops(pictures, wanted)
    models = _steady_models()
    stamp = _stamp(pictures)
    if section == "stability":
        some = [one for found in pictures.values() for one in found[:: max(1, len(found) // _STEADY)]]
        return f"{stamp}; {len(some)} of the pictures.\n\n{stability_table(models, some)}"
    if section == "looks":
        model = next(iter(heads_of(DEFAULT_MODEL).values()), models[DEFAULT_MODEL])
        few = {name: found[:: max(1, len(found) // _LOOKED)] for name, found in pictures.items()}
        return f"{_stamp(few)}; `{DEFAULT_MODEL}`.\n\n{looks_table(model, few)}"
    if section == "fairness":
        return f"{_stamp({})}\n\n{fairness_table(models)}"
    return f"{_stamp({})}\n\n{odd_table(models)}"


def _crops(pictures: Mapping[str, list[LabelledPicture]], wanted: argparse.Namespace) -> str:
    found: Scores = {}
    times: dict[str, float | None] = {}
    everything = [one for some in pictures.values() for one in some]
    for row in contestants(wanted.cache, peers=wanted.peers):
        if wanted.only and not any(part in row.name for part in wanted.only):
            continue
        print(f"{row.name} ...", file=sys.stderr, flush=True)
        found[row.name] = _score_row(row, pictures)
        times[row.name] = row.milliseconds(everything[:: max(1, len(everything) // _TIMED)])
        if DEFAULT_MODEL in row.name and "default" in row.name and wanted.sheet:
            chosen = [one for scores in found[row.name].values() for one in scores]
            draw_sheet(worst(chosen, _WORST), wanted.sheet)
    return "\n\n".join(
        (
            _stamp(pictures),
            _main_table(found, times),
            "Gain / loss by ratio, all sets together (every set counts alike):",
            _ratio_table(found),
            "Saliency maps and faces:",
            _map_table(found),
        )
    )


def _score_row(row: Contestant, pictures: Mapping[str, list[LabelledPicture]]) -> dict[str, list[Score]]:
    return {name: [score(one, row.choose(one)) for one in some] for name, some in pictures.items()}


def _main_table(found: Scores, times: Mapping[str, float | None]) -> str:
    """Gain with interval and loss by set, IoU with human crops, time."""
    sets = [name for name in GAIN_SETS if name in next(iter(found.values()))]
    rows = []
    for name, scores in found.items():
        gains = [gain_of(scores[origin]) for origin in sets]
        cells = [
            f"{with_interval(gain, signed=True)} / {loss_of(scores[origin]):.2f}"
            for gain, origin in zip(gains, sets, strict=True)
        ]
        least = min((gain.value for gain in gains), default=float("nan"))
        crops = scores.get("fcdb", [])
        given, free = mean_of(crops, lambda one: one.given), mean_of(crops, lambda one: one.free)
        human = [without(given, ".3f"), without(free, ".3f")]
        rows.append([name, *cells, without(least, "+.2f"), *human, without(times[name], ".1f")])
    header = [*(f"{name} gain / loss" for name in sets), "worst", "human crop, ratio given", "free-form", "CPU ms"]
    return table(["cropper", *header], rows)


def _ratio_table(found: Scores) -> str:
    rows = []
    for name, scores in found.items():
        cells = []
        for ratio in RATIOS:
            some = [scores[origin] for origin in GAIN_SETS if origin in scores]
            gains = [gain_of(one, ratio.aspect).value for one in some]
            losses = [loss_of(one, ratio.aspect) for one in some]
            cells.append(f"{sum(gains) / len(gains):+.2f} / {sum(losses) / len(losses):.2f}" if some else "-")
        rows.append([name, *cells])
    return table(["cropper", *(str(ratio) for ratio in RATIOS)], rows)


def _map_table(found: Scores) -> str:
    rows = []
    for name, scores in found.items():
        fixed = [one for some in scores.values() for one in some]
        maps = [
            without(mean_of(fixed, lambda one: one.nss)),
            without(mean_of(fixed, lambda one: one.cc)),
            without(mean_of(fixed, lambda one: one.auc), ".3f"),
            without(mean_of(fixed, lambda one: one.f_measure), ".3f"),
            without(mean_of(fixed, lambda one: one.error), ".3f"),
        ]
        faces = sum(one.faces for one in fixed)
        cut, whole = sum(one.cut for one in fixed), sum(one.whole for one in fixed)
        rows.append([name, *maps, *(f"{count / faces:.3f}" if faces else "-" for count in (cut, whole))])
    header = ["NSS", "CC", "AUC-Judd", "max F (masks)", "MAE (masks)", "faces cut", "faces whole"]
    return table(["cropper", *header], rows)


def _steady_models() -> dict[str, Model]:
    names = dict.fromkeys((DEFAULT_MODEL, "classical"))
    return {name: model for name in names if (model := model_of(name)) is not None}


def _stamp(pictures: Mapping[str, list[LabelledPicture]]) -> str:
    """Say when, on what and with which versions."""
    counted = ", ".join(f"{name} {len(some)}" for name, some in pictures.items())
    versions = [f"focalbox {__version__}", *(f"{package} {version(package)}" for package in ("numpy", "pillow"))]
    versions += [f"libvips {PEERS[0].version}", f"smartcrop {PEERS[-1].version}"]
    parts = [f"{datetime.now(UTC):%Y-%m-%d}", *([f"dev rows: {counted}"] if counted else []), ", ".join(versions)]
    return "; ".join(parts)
