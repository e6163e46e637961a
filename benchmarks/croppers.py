"""The croppers of the quality table: the middle, focalbox with each of its models and heads, and others."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.labels import LabelledPicture
from benchmarks.peers import PEERS, Peer, peer_windows
from focalbox.analysis import Analysis
from focalbox.core.geometry import Box, largest_window
from focalbox.core.saliency_map import SaliencyMap
from focalbox.core.target import Ratio
from focalbox.cropper import Cropper
from focalbox.errors import ModelError
from focalbox.imaging.source import open_picture
from focalbox.looking import look_at
from focalbox.saliency.boolean import boolean_map
from focalbox.saliency.classical import spectral_residual
from focalbox.saliency.models import MODELS, Model
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.saliency.prior import CentrePrior

__all__ = ["RATIOS", "Choice", "Contestant", "analyze", "centre", "contestants", "heads_of", "model_of"]

RATIOS = (Ratio(2, 5), Ratio(9, 16), Ratio(4, 5), Ratio(1, 1), Ratio(16, 9), Ratio(5, 2))
"""The ratios of the gain measure, as in `focalbox.metrics.window_metrics.RATIOS`."""

_ALONE: Mapping[str, Model] = {
    "spectral-residual, no prior": spectral_residual,
    "boolean-map, no prior": boolean_map,
}

_NINE_TENTHS = Box(0.05, 0.05, 0.9, 0.9)
"""The free-form crop of a cropper that does not look."""

_MARKS = ("face", "head", "text")
"""Prefixes of the names of outputs of a network that are not maps."""

_PRIOR_CELLS = 48
_TRIES = 3
"""Times that each picture is looked at; the fastest counts."""


@dataclass(frozen=True, eq=False)
class Choice:
    """What a cropper answered for one picture.

    Parameters
    ----------
    windows : tuple of Box
        One window per ratio of `RATIOS`.
    given : Box or None
        The window of the human crop's ratio, where there is a human crop.
    free : Box or None
        The crop without a ratio.
    saliency : SaliencyMap or None
        The map, from a cropper that has one.
    """

    windows: tuple[Box, ...]
    given: Box | None = None
    free: Box | None = None
    saliency: SaliencyMap | None = None


@dataclass(frozen=True, eq=False)
class Contestant:
    """A row of the table: a name, how it chooses, and how long it takes (CPU milliseconds, or None)."""

    name: str
    choose: Callable[[LabelledPicture], Choice]
    milliseconds: Callable[[list[LabelledPicture]], float | None]


def contestants(cache: Path | None, *, peers: bool = True) -> Iterator[Contestant]:
    """Yield every row: the middle, each model, each head of each network there is, and other croppers."""
    yield Contestant("centre", centre, lambda _: None)
    for name in sorted(MODELS, key=lambda known: known != DEFAULT_MODEL):
        model = model_of(name)
        if model is None:
            continue
        label = f"**{name} (default)**" if name == DEFAULT_MODEL else name
        yield Contestant(label, partial(_focalbox, model), partial(_model_time, model))
        for head, looked in heads_of(name).items():
            yield Contestant(f"{name}: {head}", partial(_focalbox, looked), lambda _: None)
    for name, model in {**_ALONE, "centre prior alone": _prior_alone}.items():
        yield Contestant(name, partial(_focalbox, model), partial(_model_time, model))
    for peer in PEERS if peers else ():
        yield Contestant(peer.name, partial(_peer, peer, cache), partial(_peer_time, peer))


def centre(picture: LabelledPicture) -> Choice:
    """Choose the middle of every ratio, and the middle 90 % without one."""
    given = _ratio_of(picture)
    return Choice(
        tuple(_middle(picture, ratio) for ratio in RATIOS),
        _middle(picture, given) if given else None,
        _NINE_TENTHS,
    )


def analyze(model: Model, picture: bytes) -> Analysis:
    """Look as the product does, from the picture's bytes."""
    return Cropper(model=model).analyze(picture)


def model_of(name: str) -> Model | None:
    """Return a model by name, or None when its weights are not there."""
    model = MODELS[name]
    try:
        model(np.zeros((32, 32, 3), np.uint8))
    except ModelError:
        return None
    return model


def _focalbox(model: Model, picture: LabelledPicture) -> Choice:
    analysis = analyze(model, picture.content)
    given = _ratio_of(picture)
    return Choice(
        tuple(analysis.plan(ratio).relative for ratio in RATIOS),
        analysis.plan(given).relative if given else None,
        analysis.plan(None).relative,
        analysis.saliency,
    )


def _peer(peer: Peer, cache: Path | None, picture: LabelledPicture) -> Choice:
    given = _ratio_of(picture)
    found = peer_windows(peer, picture, (*RATIOS, *([given] if given else ())), cache)
    return Choice(found.boxes[: len(RATIOS)], found.boxes[len(RATIOS)] if given else None)


def _peer_time(peer: Peer, pictures: list[LabelledPicture]) -> float:
    return statistics.median(peer_windows(peer, picture, RATIOS, None).milliseconds for picture in pictures)


def _model_time(model: Model, pictures: list[LabelledPicture]) -> float:
    """Mean CPU time of looking, the making of the copy included."""
    times = []
    for picture in pictures:
        working = open_picture(picture.content).decode(None)
        tries = []
        for _ in range(_TRIES):
            started = time.process_time()
            look_at(working, model, None)
            tries.append(1000 * (time.process_time() - started))
        times.append(min(tries))
    return statistics.mean(times)


def heads_of(name: str) -> dict[str, Model]:
    """Return every map that a shipped network gives, each as a model of its own, without its faces."""
    path = resources.files("focalbox.saliency") / "weights" / f"{name.replace('network', 'focalbox', 1)}.onnx"
    if not name.startswith("network") or not path.is_file():
        return {}
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name

    def look(head: str, rgb: NDArray[np.uint8]) -> SaliencyMap:
        return SaliencyMap(np.maximum(session.run([head], {entry: rgb[None]})[0][0, 0], 0.0))

    heads = [output.name for output in session.get_outputs() if not output.name.startswith(_MARKS)]
    called = {head: "faces not kept" if head == "saliency" else f"{head} head" for head in heads}
    return {called[head]: partial(look, head) for head in heads}


def _prior_alone(rgb: NDArray[np.uint8]) -> SaliencyMap:
    """Answer with the centre prior alone: its windows are the middle, its map says what the bias explains."""
    del rgb
    return SaliencyMap(CentrePrior().apply(np.ones((_PRIOR_CELLS, _PRIOR_CELLS))))


def _ratio_of(picture: LabelledPicture) -> Ratio | None:
    """Return the ratio of the human crop, pixels."""
    if picture.crop is None or picture.crop.area <= 0:
        return None
    return Ratio(picture.crop.width * picture.size.width, picture.crop.height * picture.size.height)


def _middle(picture: LabelledPicture, ratio: Ratio) -> Box:
    width, height = largest_window(picture.size, ratio.aspect)
    return Box((1 - width) / 2, (1 - height) / 2, width, height)
