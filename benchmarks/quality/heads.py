"""``python -m benchmarks.quality.heads``: how often windows cut faces, heads and text.

Beside other croppers, and by the parts of the score. Faces are those that CenterFace sees, lines those that PP-OCR sees
(`benchmarks.truth`); heads of any kind are those that were marked by eye (`benchmarks.marked_heads`). Writes three tables
into docs/quality.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from benchmarks.croppers import RATIOS, centre
from benchmarks.intervals import Interval, share_of
from benchmarks.labels import GAIN_SETS, LabelledPicture, read_set
from benchmarks.peers import PEERS, peer_windows
from benchmarks.quality.measures.cuts import MEASURES, Cuts, cuts_of, difference, shares
from benchmarks.quality.measures.marked import (
    MARKED_MEASURES,
    HeadedPicture,
    headed_pictures,
    marked_cuts,
    marked_table,
)
from benchmarks.quality.measures.scores import gain_terms
from benchmarks.quality.sheet import draw_cut_heads
from benchmarks.tables import difference_with_interval, replace_between, table, with_interval
from benchmarks.truth import MarkedPicture, Marker, with_faces
from focalbox.analysis import Analysis
from focalbox.core.choice.equal_heads import settle_between_heads
from focalbox.core.geometry import Box, largest_window
from focalbox.core.placement.demands import Demands
from focalbox.core.placement.place import place
from focalbox.core.placement.score import BORDER, EDGE
from focalbox.core.prominence import WEIGHTS, Weights, scored_subjects
from focalbox.core.top import scored_top
from focalbox.cropper import Cropper

_EVERY = 5
"""Of the pictures with masks, of which few have faces, every fifth is asked for faces; all are for the gain."""

_NOTHING = Weights(0.0, 0.0)
_FACE, _HEAD = WEIGHTS["face"], WEIGHTS["head"]
_SALIENCY_ALONE = dict.fromkeys(WEIGHTS, _NOTHING)
_WITHOUT_HEADS = {**WEIGHTS, "head": _NOTHING}
_SHIPPED, _FOCALBOX = "**as shipped**", "**focalbox**"


@dataclass(frozen=True)
class _Score:
    """A score to choose windows by: the shipped one, but for what is left out or changed."""

    name: str
    weights: Mapping[str, Weights] = field(default_factory=lambda: WEIGHTS)
    lean: bool = True
    """Whether the top of a subject that is taller than the window counts."""
    whole_objects: float = 1.0
    cut_objects: float = 1.0
    """By how much of their shipped weight salient objects count."""
    edge: float = EDGE
    """How much less saliency near the window's edges counts."""
    bodies: bool = True
    """Whether bodies count that are shown without their faces."""


_PARTS = (
    _Score("saliency alone", _SALIENCY_ALONE, lean=False, whole_objects=0.0, cut_objects=0.0, edge=0.0),
    _Score("saliency and the lean to the top", _SALIENCY_ALONE, whole_objects=0.0, cut_objects=0.0, edge=0.0),
    _Score("saliency, the lean and the edge", _SALIENCY_ALONE, whole_objects=0.0, cut_objects=0.0),
    _Score("faces counting half", {**WEIGHTS, "face": Weights(_FACE.whole / 2, _FACE.cut / 2)}),
    _Score(_SHIPPED),
    _Score("without the lean", lean=False),
    _Score("without text", {**WEIGHTS, "text": _NOTHING}),
    _Score("without objects", whole_objects=0.0, cut_objects=0.0),
    _Score("without bodies", bodies=False),
    _Score("without the edge", edge=0.0),
    _Score("nothing near an edge counts against a window", edge=BORDER),
    _Score("the edge counting half", edge=EDGE / 2),
    _Score("objects cut cost nothing", cut_objects=0.0),
    _Score("objects counting half", whole_objects=0.5, cut_objects=0.5),
    _Score("objects counting twice", whole_objects=2.0, cut_objects=2.0),
    _Score("faces cut cost nothing", {**WEIGHTS, "face": Weights(_FACE.whole, 0.0)}),
    _Score("faces counting twice", {**WEIGHTS, "face": Weights(_FACE.whole * 2, _FACE.cut * 2)}),
    _Score("without heads that show no clear face", _WITHOUT_HEADS),
    _Score("such heads counting twice", {**WEIGHTS, "head": Weights(_HEAD.whole * 2, _HEAD.cut * 2)}),
)

_BY_EYE = (
    _Score("focalbox: such heads not kept", _WITHOUT_HEADS),
    _Score(_FOCALBOX),
    _Score("focalbox: such heads counting half", {**WEIGHTS, "head": Weights(_HEAD.whole / 2, _HEAD.cut)}),
)
"""What the heads that were marked by eye are counted for."""

_WORST = 24
"""Cases on the sheet."""

Windows = list[list[Box]]
"""The windows of the six ratios, by picture."""


def main() -> None:
    """Measure, print, and write the tables into docs/quality.md and a sheet of cut heads."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.heads", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--peers", type=Path, default=Path(".cache/peers"), help="answers of other croppers")
    parser.add_argument("--sheet", type=Path, default=Path("out/quality-heads.webp"), help="sheet of cut heads to draw")
    parser.add_argument("--write", type=Path, default=Path("docs/quality.md"), help="page to write the tables into")
    wanted = parser.parse_args()
    sets = {name: read_set(wanted.data, name) for name in GAIN_SETS}
    marked = with_faces(wanted.data, {**sets, "duts": sets["duts"][::_EVERY]}, Marker())
    cropper = Cropper()
    analyses = {name: [cropper.analyze(one.content) for one in some] for name, some in sets.items()}
    looked = [cropper.analyze(one.picture.content) for one in marked]
    chosen = {score.name: [_windows(one, score) for one in looked] for score in _PARTS}
    cuts = {name: _cuts(marked, windows) for name, windows in chosen.items()}
    text = _beside_others(marked, cuts[_SHIPPED], wanted.peers)
    print(text)
    replace_between(wanted.write, "heads", text)
    headed = headed_pictures(sets)
    known = {id(one): seen for name, some in sets.items() for one, seen in zip(some, analyses[name], strict=True)}
    text = _by_eye(headed, [known[id(one.picture)] for one in headed], wanted.peers)
    print(text)
    replace_between(wanted.write, "marked heads", text)
    text = _parts(cuts, {score.name: _gains(sets, analyses, score) for score in _PARTS})
    print(text)
    replace_between(wanted.write, "parts", text)
    draw_cut_heads(
        [(one, windows) for one, windows in zip(marked, chosen[_SHIPPED], strict=True)], _WORST, wanted.sheet
    )


def _beside_others(marked: Sequence[MarkedPicture], ours: Sequence[Cuts], cache: Path) -> str:
    """Return the table of croppers."""
    rows = [_row("centre", _cuts(marked, [list(centre(one.picture).windows) for one in marked]))]
    for peer in PEERS:
        windows = [list(peer_windows(peer, one.picture, RATIOS, cache).boxes) for one in marked]
        rows.append(_row(peer.name, _cuts(marked, windows)))
    rows.append(_row(_FOCALBOX, ours))
    faced, read = sum(bool(one.faces) for one in marked), sum(bool(one.lines) for one in marked)
    cases = [sum(one.counts[index][1] for one in ours) for index in range(len(MEASURES))]
    counted = ", ".join(f"{name} {count}" for name, count in zip(MEASURES, cases, strict=True))
    told = f"{len(marked)} pictures, {faced} with faces that count, {read} with lines that count. Cases: {counted}."
    return f"{told}\n\n{table(['cropper', *MEASURES], rows)}"


def _by_eye(headed: Sequence[HeadedPicture], looked: Sequence[Analysis], cache: Path) -> str:
    """Return the table of the heads that were marked by eye."""
    windows = {"centre": [list(centre(one.picture).windows) for one in headed]}
    for peer in PEERS:
        windows[peer.name] = [list(peer_windows(peer, one.picture, RATIOS, cache).boxes) for one in headed]
    for score in _BY_EYE:
        windows[score.name] = [_windows(one, score) for one in looked]
    found = {
        name: [marked_cuts(one, boxes) for one, boxes in zip(headed, chosen, strict=True)]
        for name, chosen in windows.items()
    }
    cases = [sum(one.counts[index][1] for one in found[_FOCALBOX]) for index in range(len(MARKED_MEASURES))]
    counted = ", ".join(f"{name} {count}" for name, count in zip(MARKED_MEASURES, cases, strict=True))
    with_heads = sum(bool(one.counts[-1][1]) for one in found[_FOCALBOX])
    told = f"{len(headed)} pictures, {with_heads} with heads that count. Cases: {counted}."
    return f"{told}\n\n{marked_table(found, _FOCALBOX)}"


def _row(name: str, cuts: Sequence[Cuts]) -> list[str]:
    return [name, *map(with_interval, shares(cuts))]


def _parts(cuts: Mapping[str, Sequence[Cuts]], gains: Mapping[str, dict[str, list[tuple[float, float]]]]) -> str:
    """Return the table of the parts of the score; differences are those of the same pictures."""
    rows = []
    for name in (score.name for score in _PARTS):
        by_set = [share_of(terms).value for terms in gains[name].values()]
        found = [f"{share.value:.3f}" for share in shares(cuts[name])]
        more = "-" if name == _SHIPPED else difference_with_interval(difference(cuts[name], cuts[_SHIPPED], "head cut"))
        gained = "-" if name == _SHIPPED else difference_with_interval(_gain_difference(gains[name], gains[_SHIPPED]))
        rows.append([name, *found, more, *(f"{gain:+.3f}" for gain in by_set), f"{np.mean(by_set):.3f}", gained])
    head = [
        "score",
        *MEASURES,
        "head cut, more than shipped",
        *next(iter(gains.values())),
        "mean gain",
        "more than shipped",
    ]
    return table(head, rows)


def _gains(
    sets: Mapping[str, list[LabelledPicture]], analyses: Mapping[str, list[Analysis]], score: _Score
) -> dict[str, list[tuple[float, float]]]:
    """Return what the gain of each set is made of, by picture."""
    found = {}
    for name, pictures in sets.items():
        pairs = zip(pictures, analyses[name], strict=True)
        found[name] = gain_terms([(one, tuple(_windows(seen, score))) for one, seen in pairs])
    return found


def _gain_difference(
    ours: Mapping[str, list[tuple[float, float]]], shipped: Mapping[str, list[tuple[float, float]]]
) -> Interval:
    """Return the difference of the mean gain of the sets, with the intervals of the sets' differences put together."""
    apart = []
    for name, terms in ours.items():
        pairs = zip(terms, shipped[name], strict=True)
        apart.append(share_of([(above - other, most) for (above, most), (other, _) in pairs]))
    value = float(np.mean([one.value for one in apart]))
    # The sets are drawn by themselves, so the half-widths of their intervals add up as squares.
    half = float(np.sqrt(sum(((one.high - one.low) / 2) ** 2 for one in apart)) / len(apart))
    return Interval(value, value - half, value + half)


def _windows(found: Analysis, score: _Score) -> list[Box]:
    """Return the window of each ratio."""
    subjects = scored_subjects(found.saliency, found.subjects, score.weights, size=found.source)
    if not score.bodies:
        subjects = tuple(replace(one, body=None) for one in subjects)
    objects = tuple(
        replace(one, whole=one.whole * score.whole_objects, cut=one.cut * score.cut_objects)
        for one in found.scored_objects
    )
    top = scored_top(found.saliency, found.object_map, found.subject_box, subjects) if score.lean else None
    demands = Demands(subjects=subjects, top=top, objects=objects, edge=score.edge)
    windows = []
    for ratio in RATIOS:
        best = place(found.saliency, *largest_window(found.source, ratio.aspect), demands)
        placed = settle_between_heads(found.saliency, best, demands)
        windows.append(placed.to_pixels(found.source, ratio.aspect).to_box(found.source))
    return windows


def _cuts(marked: Sequence[MarkedPicture], windows: Windows) -> list[Cuts]:
    return [cuts_of(one, chosen) for one, chosen in zip(marked, windows, strict=True)]


if __name__ == "__main__":
    main()
