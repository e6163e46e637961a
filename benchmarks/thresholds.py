"""When a peak of the shipped network's heat, which marks heads, counts as a face: pairs of thresholds on the dev rows.

``python -m benchmarks.thresholds``; what it finds is written into saliency/faces.py by hand, with its date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.croppers import RATIOS, Choice
from benchmarks.labels import GAIN_SETS, DataError, Labelled, read_set
from benchmarks.scores import gain_of, loss_of, score
from benchmarks.tables import table
from focalbox.analysis import Analysis
from focalbox.core.saliency_map import SaliencyMap
from focalbox.errors import ModelError
from focalbox.imaging.scales import looking_size
from focalbox.imaging.source import open_picture
from focalbox.saliency.faces import FaceRule, face_of, faces_in, seen_by
from focalbox.saliency.models import MODELS
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.saliency.network import Network

__all__ = ["main"]

_SURE = (0.3, 0.4, 0.5, 0.6)
_AGREED = (0.8, 1.0, 1.15, 1.3, 1.6)
_FEW = 132
"""Pictures of each set, at most about: the fixation sets have 40 to 50."""


@dataclass(frozen=True, eq=False)
class Look:
    """What the network answered for a picture: the analysis without faces, and what faces are read from."""

    picture: Labelled
    analysis: Analysis
    heat: NDArray[np.float32]
    sizes: NDArray[np.float32]


def main(arguments: Sequence[str] | None = None) -> int:
    """Look once, try every pair, print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.thresholds", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled pictures")
    parser.add_argument("--model", help="an ONNX file; the default model when left out")
    wanted = parser.parse_args(arguments)
    model = Network(wanted.model) if wanted.model else MODELS[DEFAULT_MODEL]
    if not isinstance(model, Network):
        print("the model has no faces", file=sys.stderr)
        return 1
    try:
        sets = {name: read_set(wanted.data, name) for name in GAIN_SETS}
        looks = {name: [_look(model, one) for one in some[:: max(1, len(some) // _FEW)]] for name, some in sets.items()}
    except (DataError, ModelError) as error:
        print(error, file=sys.stderr)
        return 1
    rows = [_row("no faces", looks, 2.0, 0.0)]
    rows += [_row(f"{sure:.2f}, {agreed:.2f}", looks, sure, agreed) for sure in _SURE for agreed in _AGREED]
    print(table(["heat, agreement", *(f"{name} gain / loss" for name in looks), "mean", "faces cut"], rows))
    return 0


def _look(model: Network, picture: Labelled) -> Look:
    rgb = open_picture(picture.content).decode(None).look(looking_size(picture.size))
    said = model.answers(rgb)
    saliency = SaliencyMap(said["saliency"][0, 0]) if said else SaliencyMap.blank()
    none = np.zeros((2, 1, 1), np.float32)
    heat, sizes = (said["face"][0, 0], said["face_size"][0]) if said else (none[0], none)
    return Look(picture, Analysis(picture.size, saliency), heat, sizes)


def _row(name: str, looks: Mapping[str, Sequence[Look]], sure: float, agreed: float) -> list[str]:
    cells, gains, cut, faces = [], [], 0, 0
    for some in looks.values():
        scores = []
        for one in some:
            found = seen_by(one.analysis.saliency, faces_in(one.heat, one.sizes, sure=sure), FaceRule(agreed=agreed))
            analysis = replace(one.analysis, subjects=tuple(map(face_of, found)))
            windows = tuple(analysis.plan(ratio).relative for ratio in RATIOS)
            scores.append(score(one.picture, Choice(windows)))
        gains.append(gain_of(scores).value)
        cells.append(f"{gains[-1]:+.3f} / {loss_of(scores):.2f}")
        cut, faces = cut + sum(one.cut for one in scores), faces + sum(one.faces for one in scores)
    return [name, *cells, f"{np.mean(gains):+.3f}", f"{cut / max(1, faces):.3f}"]


if __name__ == "__main__":
    sys.exit(main())
