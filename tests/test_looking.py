"""How often a picture is looked at, and at which frames."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import focalbox.saliency
from focalbox import Box, Cropper, InvalidRequest, ModelError, SaliencyMap, Subject
from focalbox.core.evidence import ModelOutput
from focalbox.saliency.network import Network

FILE = Path(focalbox.saliency.__file__).with_name("weights") / "focalbox.onnx"
Photographs = Mapping[str, NDArray[np.uint8]]


class Watched(Network):
    """The default network, and the sizes of what it was shown."""

    def __init__(self) -> None:
        super().__init__(FILE)
        self.shown: list[tuple[int, ...]] = []

    def look(self, rgb: NDArray[np.uint8]) -> ModelOutput:
        self.shown.append(rgb.shape[:2])
        return super().look(rgb)


@pytest.fixture(scope="module")
def pair(photographs: Photographs) -> NDArray[np.uint8]:
    """Two photographs side by side: which of both is meant?"""
    both = [Image.fromarray(photographs[name]).resize((600, 450)) for name in ("astronaut", "chelsea")]
    return np.concatenate([np.asarray(one) for one in both], axis=1)


def test_a_picture_is_looked_at_once(photographs: Photographs, pair: NDArray[np.uint8]) -> None:
    network = Watched()
    Cropper(model=network).analyze(np.asarray(Image.fromarray(photographs["coffee"]).resize((1200, 800))))
    Cropper(model=network).analyze(pair)
    assert network.shown == [(192, 288), (128, 352)]


def test_the_look_is_the_same_for_every_target_and_the_mirrored_picture(pair: NDArray[np.uint8]) -> None:
    cropper = Cropper()
    alone = cropper.analyze(pair)
    for size in ("20x20", "500x200", "1199x449"):
        assert cropper.prepare(pair, [size]).analysis == alone
    mirrored = cropper.analyze(pair[:, ::-1])
    assert np.abs(mirrored.saliency.mirror().cells - alone.saliency.cells).max() <= 1


def test_answers_that_are_none_are_refused(pair: NDArray[np.uint8]) -> None:
    def wrong(_: NDArray[np.uint8]) -> object:
        return "left"

    def broken(_: NDArray[np.uint8]) -> ModelOutput:
        return ModelOutput(SaliencyMap.blank(), None, ("a face",))  # type: ignore[arg-type]

    for model in (wrong, broken):
        with pytest.raises(ModelError, match=r"answers with|answer of a model needs"):
            Cropper(model=model).analyze(pair)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="list of Subject"):
        Cropper(detectors=[wrong]).analyze(pair)  # type: ignore[list-item]
    face = Subject(Box(0.1, 0.1, 0.2, 0.2))
    assert Cropper(detectors=[lambda _: [face]]).analyze(pair).subjects == (face,)


@pytest.mark.parametrize("name", ["missing.onnx", "n" * 5000 + ".onnx", "a\0b.onnx"])
def test_a_model_file_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(InvalidRequest, match="there is no model file"):
        Cropper(model=name)
