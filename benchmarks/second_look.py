"""When a second look is worth its time: thresholds of doubt on the dev rows.

``python -m benchmarks.second_look``; what it finds is written into saliency/second_look.py by hand, with its date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.croppers import RATIOS, Choice
from benchmarks.labels import GAIN_SETS, DataError, Labelled, read_set
from benchmarks.scores import gain_of, loss_of, score
from benchmarks.tables import replace_between, table
from focalbox.analysis import Analysis
from focalbox.core.confidence import doubt
from focalbox.core.evidence import ModelOutput
from focalbox.errors import ModelError
from focalbox.imaging.scales import looking_size, second_size
from focalbox.imaging.source import open_picture
from focalbox.saliency.models import MODELS
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.saliency.network import Network
from focalbox.saliency.second_look import joined, weight_of

__all__ = ["main"]

_THRESHOLDS = (0.2, 0.18, 0.17, 0.16, 0.15, 0.14, 0.12)
_FEW = 132
"""Pictures of each set, at most about: the fixation sets have 40 to 50."""


@dataclass(frozen=True, eq=False)
class Looks:
    """Both looks at a picture."""

    picture: Labelled
    first: ModelOutput
    second: ModelOutput

    @property
    def doubt(self) -> float:
        """What the first look leaves."""
        return doubt(self.first.saliency, self.picture.size.aspect)

    def choose(self, weight: float) -> Choice:
        """Choose windows with a weight of the second look beside the first."""
        seen = joined(self.first, self.second, weight) if weight > 0 else self.first
        analysis = Analysis(self.picture.size, seen.saliency, seen.subjects, keep=seen.keep)
        return Choice(tuple(analysis.plan(ratio).relative for ratio in RATIOS))


def main(arguments: Sequence[str] | None = None) -> int:
    """Look twice at every picture, try every threshold, print and write a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.second_look", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--page", type=Path, default=Path("docs/quality.md"), help="page to write the table into")
    wanted = parser.parse_args(arguments)
    model = MODELS[DEFAULT_MODEL]
    if not isinstance(model, Network):
        print("the model is no network", file=sys.stderr)
        return 1
    try:
        sets = {name: read_set(wanted.data, name) for name in GAIN_SETS}
        looks = {
            name: [_looks(model, one) for one in some[:: max(1, len(some) // _FEW)]] for name, some in sets.items()
        }
    except (DataError, ModelError) as error:
        print(error, file=sys.stderr)
        return 1
    rows = [_row("never", looks, {name: [0.0] * len(some) for name, some in looks.items()})]
    for threshold in _THRESHOLDS:
        weights = {name: [float(one.doubt > threshold) for one in some] for name, some in looks.items()}
        rows.append(_row(f"doubt above {threshold:g}", looks, weights))
    rows.append(_row("always", looks, {name: [1.0] * len(some) for name, some in looks.items()}))
    shipped = {name: [weight_of(one.doubt) for one in some] for name, some in looks.items()}
    rows.append(_row("**as shipped**, its weight rising with the doubt", looks, shipped))
    head = ["a second look", "looked twice", *(f"{name} gain / loss" for name in looks), "mean gain"]
    text = table(head, rows)
    print(text)
    replace_between(wanted.page, "second look", text)
    return 0


def _looks(model: Network, picture: Labelled) -> Looks:
    working = open_picture(picture.content).decode(None)
    first = model.look(working.look(looking_size(working.source)))
    return Looks(picture, first, model.look(working.look(second_size(working.source)), turned=True))


def _row(name: str, looks: Mapping[str, Sequence[Looks]], weights: Mapping[str, Sequence[float]]) -> list[str]:
    cells, gains, twice = [], [], []
    for of, some in looks.items():
        scores = [score(one.picture, one.choose(weight)) for one, weight in zip(some, weights[of], strict=True)]
        gains.append(gain_of(scores).value)
        cells.append(f"{gains[-1]:+.3f} / {loss_of(scores):.2f}")
        twice.append(float(np.mean([weight > 0 for weight in weights[of]])))
    return [name, f"{np.mean(twice):.0%}", *cells, f"{np.mean(gains):+.3f}"]


if __name__ == "__main__":
    sys.exit(main())
