"""How well calibrated the confidence is: fits its weights, draws the reliability diagram and the risk-coverage curve."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.croppers import RATIOS, analyze
from benchmarks.labels import GAIN_SETS, read_set
from benchmarks.rows import DataError
from benchmarks.tables import replace_between, table
from benchmarks.truth import MarkedPicture, Marker, read_people
from focalbox.core.geometry import Box
from focalbox.core.placement.confidence import FEATURES, NEARLY, confidence, features
from focalbox.metrics import window_metrics
from focalbox.saliency.models import MODELS, Model
from focalbox.saliency.names import DEFAULT_MODEL

Array = NDArray[np.float64]

_FOLDS = 5
"""Parts of the pictures: each part is judged by weights fitted on the others, so that the curves are honest."""

_RIDGE = 1e-3
"""Weight of the squares of the weights beside the mean log loss; keeps the fit finite, moves no probability by 0.01."""

_STEPS = 30
"""Newton steps; the weights stand still after about 8."""

_EVERY = 5
"""Of the pictures with masks every fifth is taken: as many as of the other sets."""

_SEED = 20261123
_BINS = 10
_COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True, eq=False)
class Cases:
    """Crops of labelled pictures: one row a picture and ratio.

    Parameters
    ----------
    values : ndarray, shape (n, features)
        What the confidence is computed from.
    right : ndarray of bool, shape (n,)
        Whether the crop kept at least 90 % of what the best window would, and cut no head that it could hold. Of pictures
        that nobody labelled the heads alone decide.
    shipped : ndarray, shape (n,)
        The confidence that focalbox gave.
    weights : ndarray, shape (n,)
        Every set counts alike.
    picture : ndarray of int, shape (n,)
        Which picture, for the folds.
    """

    values: Array
    right: NDArray[np.bool_]
    shipped: Array
    weights: Array
    picture: NDArray[np.int64]


def cases_of(model: Model, pictures: Mapping[str, Sequence[MarkedPicture]]) -> Cases:
    """Crop every picture to the six ratios of the gain measure."""
    rows: list[tuple[tuple[float, ...], bool, float, float, int]] = []
    number = 0
    for some in pictures.values():
        for marked in some:
            picture = marked.picture
            if picture.label is None and not marked.faces:
                continue
            analysis = analyze(model, picture.content)
            for ratio in RATIOS:
                window = analysis.plan(ratio).relative
                axis, length = window_metrics.free_axis(picture.size.aspect, ratio.aspect)
                if length >= 1.0:
                    continue
                right = _heads_whole(marked, window)
                if picture.label is not None:
                    start = (window.top, window.left)[axis] / (1.0 - length)
                    case = window_metrics.judge_position(picture.label, picture.size.aspect, ratio.aspect, start)
                    right = right and case.chosen >= NEARLY * case.best
                given = features(analysis.saliency, window, analysis.scored_subjects)
                sure = confidence(analysis.saliency, window, analysis.scored_subjects)
                rows.append((given, right, sure, 1.0 / len(some), number))
            number += 1
    values, right_ones, shipped, weights, picture_of = zip(*rows, strict=True)
    return Cases(np.array(values), np.array(right_ones), np.array(shipped), np.array(weights), np.array(picture_of))


def _heads_whole(marked: MarkedPicture, window: Box) -> bool:
    """Tell whether a window cuts none of the heads that it could hold; small ones at its edge and all of a crowd's aside."""
    pixel = 1 / min(marked.picture.size.width, marked.picture.size.height)
    fitting = [head for head in marked.heads if head.width <= window.width and head.height <= window.height]
    return all(window.contains(head, slack=pixel) or window.intersection(head).area == 0 for head in fitting)


def fit_weights(values: Array, right: NDArray[np.bool_], weights: Array) -> Array:
    """Fit a logistic regression by Newton's method; returns the constant and the weight of each feature."""
    inputs = np.column_stack([np.ones(len(values)), values])
    shares = weights / weights.sum()
    found = np.zeros(inputs.shape[1])
    for _ in range(_STEPS):
        sure = 1.0 / (1.0 + np.exp(-inputs @ found))
        gradient = inputs.T @ (shares * (sure - right)) + _RIDGE * found
        curvature = (inputs * (shares * sure * (1.0 - sure))[:, None]).T @ inputs + _RIDGE * np.eye(len(found))
        found -= np.linalg.solve(curvature, gradient)
    return found


def cross_validate(cases: Cases) -> Array:
    """Return a confidence for every case from weights fitted on the other pictures."""
    fold = np.random.default_rng(_SEED).permutation(cases.picture.max() + 1)[cases.picture] % _FOLDS
    sure = np.empty(len(cases.right))
    for part in range(_FOLDS):
        rest = fold != part
        weights = fit_weights(cases.values[rest], cases.right[rest], cases.weights[rest])
        inputs = np.column_stack([np.ones((~rest).sum()), cases.values[~rest]])
        sure[~rest] = 1.0 / (1.0 + np.exp(-inputs @ weights))
    return sure


def reliability(sure: Array, cases: Cases) -> list[tuple[float, float, float]]:
    """Return mean confidence, share of right crops and share of all cases, for tenths of the confidence."""
    tenth = np.minimum((sure * _BINS).astype(np.int64), _BINS - 1)
    rows = []
    for part in range(_BINS):
        inside = tenth == part
        weight = cases.weights[inside]
        if weight.sum() > 0:
            mean = float(np.average(sure[inside], weights=weight))
            right = float(np.average(cases.right[inside], weights=weight))
            rows.append((mean, right, float(weight.sum() / cases.weights.sum())))
    return rows


def risk_by_coverage(sure: Array, cases: Cases) -> list[tuple[float, float]]:
    """Return, for shares of the cases that are cropped (the surest first), the share of wrong crops among them."""
    order = np.argsort(-sure, kind="stable")
    weight, wrong = cases.weights[order], ~cases.right[order]
    covered = np.cumsum(weight) / weight.sum()
    risk = np.cumsum(weight * wrong) / np.cumsum(weight)
    return [(share, float(risk[min(len(risk) - 1, int(np.searchsorted(covered, share)))])) for share in _COVERAGES]


def off_by(rows: Sequence[tuple[float, float, float]]) -> float:
    """Return the expected calibration error: how far confidence and truth are apart on average."""
    return sum(share * abs(sure - right) for sure, right, share in rows)


def chart(title: str, across: str, down: str, points: Sequence[tuple[float, float]], *, diagonal: bool) -> str:
    """Draw a curve on a unit square as SVG."""
    side, margin = 260, 48

    def place(x: float, y: float) -> str:
        return f"{margin + x * side:.1f},{margin + (1 - y) * side:.1f}"

    grid = "".join(
        f'<path d="M{place(0, step)}L{place(1, step)}M{place(step, 0)}L{place(step, 1)}" stroke="#ddd"/>'
        f'<text x="{margin - 6}" y="{margin + (1 - step) * side + 4:.1f}" text-anchor="end">{step:g}</text>'
        f'<text x="{margin + step * side:.1f}" y="{margin + side + 16}" text-anchor="middle">{step:g}</text>'
        for step in (0, 0.25, 0.5, 0.75, 1)
    )
    even = f'<path d="M{place(0, 0)}L{place(1, 1)}" stroke="#999" stroke-dasharray="4"/>' if diagonal else ""
    line = "L".join(place(x, y) for x, y in points)
    dots = "".join(f'<circle r="3.5" cx="{p.split(",")[0]}" cy="{p.split(",")[1]}"/>' for p in line.split("L"))
    return (
        f'<g font-family="sans-serif" font-size="12" fill="#333"><text x="{margin}" y="24" font-size="14">{title}</text>'
        f'{grid}{even}<path d="M{line}" fill="none" stroke="#0a6ebd" stroke-width="2"/><g fill="#0a6ebd">{dots}</g>'
        f'<text x="{margin + side / 2}" y="{margin + side + 36}" text-anchor="middle">{across}</text>'
        f'<text transform="translate(14,{margin + side / 2}) rotate(-90)" text-anchor="middle">{down}</text></g>'
    )


def drawing(sure: Array, cases: Cases) -> str:
    """Draw the reliability diagram and the risk-coverage curve beside each other as one SVG file."""
    true = chart(
        "Reliability",
        "confidence",
        "share of right crops",
        [(mean, right) for mean, right, _ in reliability(sure, cases)],
        diagonal=True,
    )
    risk = chart("Risk and coverage", "share cropped", "share wrong", risk_by_coverage(sure, cases), diagonal=False)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 360" width="720" height="360">'
        f'<rect width="720" height="360" fill="#fff"/>{true}<g transform="translate(360,0)">{risk}</g></svg>\n'
    )


def report(name: str, cases: Cases) -> str:
    """Return the tables of one model as Markdown."""
    sure = cross_validate(cases)
    rows = reliability(sure, cases)
    right = float(np.average(cases.right, weights=cases.weights))
    bins = [[f"{mean:.2f}", f"{true:.2f}", f"{share:.0%}"] for mean, true, share in rows]
    risk = [[f"{share:.0%}", f"{wrong:.2f}"] for share, wrong in risk_by_coverage(sure, cases)]
    return "\n\n".join(
        [
            (
                f"`{name}`: {right:.0%} of {len(cases.right)} crops are right (keep at least {NEARLY:.0%} of what the best "
                f"window would, and cut no head that they could hold). Judged by weights fitted on other pictures "
                f"({_FOLDS} folds), confidence and truth are apart by {off_by(rows):.3f} on average; by the shipped ones by "
                f"{off_by(reliability(cases.shipped, cases)):.3f}."
            ),
            table(["confidence", "right", "share of crops"], bins),
            table(["cropped, surest first", "wrong"], risk),
        ]
    )


def _read_marked(name: str, folder: Path, marker: Marker) -> list[MarkedPicture]:
    """Read a set: every fifth picture with masks, heads but for those of crowds, which are small."""
    if name == "people":
        return [marker(one) for one in read_people(folder)]
    pictures = read_set(folder, name)[:: _EVERY if name == "duts" else 1]
    return [MarkedPicture(one, (), ()) if name == "crowd" else marker(one) for one in pictures]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, print and write; the exit code is 1 when the data cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.calibration", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--page", type=Path, default=Path("docs/quality.md"), help="page to write the tables into")
    parser.add_argument("--chart", type=Path, default=Path("docs/confidence.svg"), help="where to draw the curves")
    wanted = parser.parse_args(arguments)
    marker = Marker()
    try:
        pictures = {name: _read_marked(name, wanted.data, marker) for name in (*GAIN_SETS, "people")}
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    cases = cases_of(MODELS[DEFAULT_MODEL], pictures)
    weights = fit_weights(cases.values, cases.right, cases.weights)
    text = report(DEFAULT_MODEL, cases)
    print(text)
    named = zip(("constant", *FEATURES), weights, strict=True)
    print("\nfor _WEIGHTS in core/placement/confidence.py:", ", ".join(f"{weight:.3f}" for weight in weights))
    print("; ".join(f"{name} {weight:+.3f}" for name, weight in named))
    wanted.chart.write_text(drawing(cross_validate(cases), cases))
    replace_between(wanted.page, "confidence", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
