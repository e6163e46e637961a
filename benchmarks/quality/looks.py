"""Ways to look with the network: picture sizes, squashed or not, mirrored looks averaged, a soft centre prior after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.croppers import RATIOS, Choice
from benchmarks.labels import GAIN_SETS, LabelledPicture
from benchmarks.quality.measures.scores import gain_of, loss_of, score
from benchmarks.tables import table
from focalbox.analysis import Analysis
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.target import Size
from focalbox.saliency.models import Model
from focalbox.saliency.prior import CentrePrior

__all__ = ["looks_table"]

_SIDES = (160, 192, 224)
"""Sides of the square with as many pixels as the looking copy, pixels; the product's is in cropper.py."""

_SQUARE = 192
_STRIDE = 32
_SIGMA = 0.5
"""Standard deviation of the soft prior that was tried, as a fraction of each side."""

Plane = NDArray[np.float64]


def looks_table(model: Model, pictures: Mapping[str, Sequence[LabelledPicture]]) -> str:
    """Measure every way on every set and write gain / loss, without faces: only the map differs."""
    sets = [name for name in GAIN_SETS if name in pictures]
    cells: dict[str, list[str]] = {}
    gains: dict[str, list[float]] = {}
    for name in sets:
        choices: dict[str, list[Choice]] = {}
        for picture in pictures[name]:
            for way, plane in _maps(model, picture):
                choices.setdefault(way, []).append(_choose(plane, picture))
        for way, some in choices.items():
            judged = [score(picture, choice) for picture, choice in zip(pictures[name], some, strict=True)]
            gain = gain_of(judged).value
            cells.setdefault(way, []).append(f"{gain:+.2f} / {loss_of(judged):.2f}")
            gains.setdefault(way, []).append(gain)
    rows = [[way, *some, f"{np.mean(gains[way]):+.3f}"] for way, some in cells.items()]
    return table(["way to look", *(f"{name} gain / loss" for name in sets), "mean gain"], rows)


def _maps(model: Model, picture: LabelledPicture) -> Iterator[tuple[str, Plane]]:
    """Yield every way's name and map."""
    image = picture.open()
    sizes = {f"{side} px": _shape(picture.size, side) for side in _SIDES}
    sizes["192 px, squashed to a square"] = Size(_SQUARE, _SQUARE)
    for name, size in sizes.items():
        rgb = np.asarray(image.resize((size.width, size.height), Image.Resampling.BICUBIC, reducing_gap=1.0))
        once = model(rgb).cells.astype(np.float64)
        both = once + model(np.ascontiguousarray(rgb[:, ::-1])).cells[:, ::-1]
        for looks, plane in (("one look", once), ("and mirrored", both)):
            yield f"{name}, {looks}", plane
            yield f"{name}, {looks}, x prior {_SIGMA}", CentrePrior(_SIGMA, mixing=0.0).apply(plane)


def _choose(plane: Plane, picture: LabelledPicture) -> Choice:
    analysis = Analysis(picture.size, SaliencyMap(plane))
    return Choice(tuple(analysis.plan(ratio).relative for ratio in RATIOS))


def _shape(size: Size, side: int) -> Size:
    """Return the picture's shape with about ``side`` x ``side`` pixels, in whole strides."""
    stretch = size.aspect**0.5
    across, down = (max(1, round(length / _STRIDE)) * _STRIDE for length in (side * stretch, side / stretch))
    return Size(across, down)
