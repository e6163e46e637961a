"""``python -m benchmarks.heads``: how often windows cut faces and heads, by the weights of the score, as Markdown.

The faces are those that CenterFace sees (requirements/training.txt has the package that carries it): at least 6 % of the
longer side high, of at least 0.6 of the highest one's height, at most four. A head is such a face widened by 0.15 of its
width at both sides, 0.35 of its height above and 0.05 below. Cases are pictures and ratios of which a largest window
holds all of them.
"""

from __future__ import annotations

import argparse
import io
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
from PIL import Image
from pyarrow import parquet

from benchmarks.labels import GAIN_SETS, Labelled, read_set
from benchmarks.tables import replace_between, table
from focalbox.analysis import Analysis
from focalbox.core import metrics
from focalbox.core.geometry import WHOLE, Box, largest_window
from focalbox.core.placement import Demands, place
from focalbox.core.subjects import WEIGHTS, Weights, scored_subjects
from focalbox.core.target import Ratio
from focalbox.cropper import Cropper
from training.detectors import CenterFace
from training.measured import counted_faces

RATIOS = (Ratio(2, 5), Ratio(9, 16), Ratio(4, 5), Ratio(1, 1), Ratio(16, 9), Ratio(5, 2))
"""Those of the gain measure."""

_SLICED = 0.1, 0.9
"""Shares of a head inside a window between which it is sliced."""

_PEOPLE = 300
"""Rows of people.parquet, which has no labels: nobody chose where their windows lie."""

_NOTHING = {"face": Weights(0.0, 0.0), "text": Weights(0.0, 0.0)}
_VARIANTS = (
    ("saliency alone", _NOTHING, False),
    ("saliency and the lean to the top", _NOTHING, True),
    ("heads counting half", {**WEIGHTS, "face": Weights(WEIGHTS["face"].whole / 2, WEIGHTS["face"].cut / 2)}, True),
    ("**as shipped**", WEIGHTS, True),
    ("without the lean", WEIGHTS, False),
    ("without text", {**WEIGHTS, "text": Weights(0.0, 0.0)}, True),
    ("heads counting twice", {**WEIGHTS, "face": Weights(WEIGHTS["face"].whole * 2, WEIGHTS["face"].cut * 2)}, True),
)


@dataclass(frozen=True, eq=False)
class _Case:
    """A picture as it was looked at, the faces that count, and its label when it has one."""

    analysis: Analysis
    faces: tuple[Box, ...]
    labelled: Labelled | None


def main() -> None:
    """Measure, print, and write the table into docs/quality.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.heads", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--write", type=Path, default=Path("docs/quality.md"), help="page to write the table into")
    wanted = parser.parse_args()
    cropper, detector = Cropper(), CenterFace()
    sets = {
        name: [_case(one.content, cropper, detector, one) for one in read_set(wanted.data, name)] for name in GAIN_SETS
    }
    train = [
        _case(one.content, cropper, detector, None)
        for one in read_set(wanted.data, "mit1003", split="train", limit=150)
    ]
    rows = parquet.read_table(wanted.data / "people.parquet", columns=["image"])["image"].to_pylist()[:_PEOPLE]
    people = [_case(content, cropper, detector, None) for content in rows]
    lines = []
    for name, weights, lean in _VARIANTS:
        chosen = {key: [_windows(case, weights, lean=lean) for case in cases] for key, cases in sets.items()}
        faced = [*people, *train, *(case for key, cases in sets.items() if key != "crowd" for case in cases)]
        windows = [_windows(case, weights, lean=lean) for case in faced]
        gains = [metrics.gain(_cases(sets[key], chosen[key])) for key in sets]
        cut = _cut(faced, windows)
        lines.append(
            [name, *(f"{share:.3f}" for share in cut), *(f"{gain:+.3f}" for gain in gains), f"{np.mean(gains):.3f}"]
        )
    head = ["score", "face cut", "head cut", "sliced", *sets, "mean gain"]
    text = table(head, lines)
    print(text)
    replace_between(wanted.write, "heads", text)


def _case(content: bytes, cropper: Cropper, detector: CenterFace, labelled: Labelled | None) -> _Case:
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    found = detector(picture)
    counted = found[counted_faces(found, *picture.size)]
    faces = tuple(Box(*(float(part) for part in face[:4])) for face in counted)
    return _Case(cropper.analyze(content), faces, labelled)


def _windows(case: _Case, weights: dict[str, Weights], *, lean: bool) -> list[Box]:
    """Return the window of each ratio."""
    found = case.analysis
    subjects = scored_subjects(found.saliency, found.subjects, weights)
    demands = Demands(subjects=subjects, subject_box=found.subject_box if lean else None)
    sides = [largest_window(found.source, ratio.aspect) for ratio in RATIOS]
    return [place(found.saliency, *pair, demands).to_pixels(found.source).to_box(found.source) for pair in sides]


def _cut(cases: list[_Case], windows: list[list[Box]]) -> tuple[float, float, float]:
    """Return the shares of cases in which a face and a head are cut, and of heads times windows that are sliced."""
    faces_cut, heads_cut, sliced = [], [], []
    for case, chosen in zip(cases, windows, strict=True):
        if not case.faces:
            continue
        heads = [_head(face) for face in case.faces]
        face, head = reduce(Box.union, case.faces), reduce(Box.union, heads)
        pixel = 1 / min(case.analysis.source.width, case.analysis.source.height)
        for window in chosen:
            shown = [one.intersection(window).area / one.area for one in heads]
            sliced += [_SLICED[0] < share < _SLICED[1] for share in shown]
            if head.width <= window.width and head.height <= window.height:
                faces_cut.append(not window.contains(face, slack=pixel))
                heads_cut.append(not window.contains(head, slack=pixel))
    return float(np.mean(faces_cut)), float(np.mean(heads_cut)), float(np.mean(sliced))


def _head(face: Box) -> Box:
    """Return the head that is measured: less than what the product holds."""
    return Box.between(
        face.left - 0.15 * face.width,
        face.top - 0.35 * face.height,
        face.right + 0.15 * face.width,
        face.bottom + 0.05 * face.height,
    ).intersection(WHOLE)


def _cases(cases: list[_Case], windows: list[list[Box]]) -> list[metrics.WindowCase]:
    found = []
    for case, chosen in zip(cases, windows, strict=True):
        picture = case.labelled
        if picture is None or picture.label is None:
            continue
        for window, ratio in zip(chosen, RATIOS, strict=True):
            axis, _ = metrics.free_axis(picture.size.aspect, ratio.aspect)
            start, length = (window.left, window.width) if axis == 1 else (window.top, window.height)
            position = min(1.0, max(0.0, start / (1 - length))) if length < 1 else 0.5
            found.append(metrics.judge_position(picture.label, picture.size.aspect, ratio.aspect, position))
    return found


if __name__ == "__main__":
    main()
