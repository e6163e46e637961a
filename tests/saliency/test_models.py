"""Models by name: every name is one, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from focalbox.core.saliency_map import SaliencyMap
from focalbox.errors import InvalidRequest, ModelError
from focalbox.saliency.models import MODELS, classical, model_named, name_of
from focalbox.saliency.names import DEFAULT_MODEL, MODEL_NAMES, check_model, is_file
from focalbox.saliency.network import Network


def test_the_names_are_those_of_the_models() -> None:
    assert tuple(MODELS) == MODEL_NAMES
    assert DEFAULT_MODEL in MODELS


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_a_name_gives_its_model(name: str) -> None:
    check_model(name)
    assert model_named(name) is MODELS[name]


def test_a_file_gives_a_network_of_its_own() -> None:
    assert is_file("cats.onnx")
    assert isinstance(model_named("cats.onnx"), Network)


@pytest.mark.parametrize("wrong", ["", "networks", "cats.pt"])
def test_other_names_are_refused_with_the_right_ones(wrong: str) -> None:
    with pytest.raises(InvalidRequest, match=f"a model is one of network, .*, not '{wrong}'"):
        model_named(wrong)


def test_a_model_is_called_by_its_name_or_its_class() -> None:
    class Mine:
        def __call__(self, rgb: np.ndarray) -> SaliencyMap:
            return SaliencyMap(rgb[..., 0])

    assert (name_of(classical), name_of(Mine())) == ("classical", "Mine")


def test_the_classical_default_finds_a_spot_and_nothing_in_nothing() -> None:
    picture = np.full((192, 192, 3), 90, np.uint8)
    assert classical(picture).total == 0
    picture[120:150, 40:70] = (220, 60, 30)
    rows, columns = classical(picture).shape
    row, column = np.unravel_index(np.argmax(classical(picture).cells), (rows, columns))
    assert (int(row / rows * 8), int(column / columns * 8)) in {(5, 1), (5, 2), (6, 1), (6, 2)}
    with pytest.raises(ModelError, match=r"a uint8 array of shape \(H, W, 3\), not float64"):
        classical(picture / 255)  # type: ignore[arg-type]
