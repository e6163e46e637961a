"""The classical models: laws that hold for each of them, and small pictures whose answer is plain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest, ModelError
from focalbox.saliency.boolean import boolean_map, widest_path
from focalbox.saliency.cells import average, blur, to_lab
from focalbox.saliency.classical import frequency_tuned, spectral_residual, symmetric_surround
from focalbox.saliency.models import MODELS, Model, classical, model_named, name_of
from focalbox.saliency.names import DEFAULT_MODEL
from focalbox.saliency.network import Network
from focalbox.saliency.prior import CentrePrior, prefer_centre

PAPERS: dict[str, Model] = {
    model.__name__: model for model in (boolean_map, spectral_residual, frequency_tuned, symmetric_surround)
}
NAMED = {f"named {name}": model for name, model in MODELS.items() if not isinstance(model, Network)}
ALL: dict[str, Model] = {**PAPERS, **NAMED}
every_model = pytest.mark.parametrize("model", ALL.values(), ids=ALL.keys())
every_paper = pytest.mark.parametrize("model", PAPERS.values(), ids=PAPERS.keys())

Picture = NDArray[np.uint8]


def soft_picture(seed: int = 0, height: int = 160, width: int = 224) -> Picture:
    """Colourful hills, as a photograph has them: noise blurred at two scales."""
    random = np.random.default_rng(seed)
    coarse = random.uniform(0, 255, (height // 32, width // 32, 3)).repeat(32, 0).repeat(32, 1)
    planes = [blur(coarse[..., channel], 12.0) for channel in range(3)]
    fine = random.normal(0, 6, (height, width, 3))
    return np.clip(np.stack(planes, -1) + fine, 0, 255).astype(np.uint8)


def spot_picture(left: int, top: int, side: int = 24) -> Picture:
    rgb = np.full((192, 192, 3), 90, np.uint8)
    rgb[top : top + side, left : left + side] = (230, 190, 60)
    return rgb


@every_model
@given(
    rgb=arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 70), st.integers(1, 70), st.just(3)),
        elements=st.integers(0, 255),
        fill=st.integers(0, 255),
    )
)
def test_any_picture_gives_a_map_of_finite_numbers_of_its_shape(model: Model, rgb: Picture) -> None:
    saliency = model(rgb)
    assert np.isfinite(saliency.values).all()
    assert saliency.values.min() >= 0
    assert saliency.shape == average(rgb).shape[:2]


@every_model
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (2000, 1), (32, 576), (192, 192), (7, 5), (900, 1100)])
def test_any_shape_is_looked_at(model: Model, shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    rows, columns = model(rgb).shape
    assert 1 <= rows <= min(shape[0], 256)
    assert 1 <= columns <= min(shape[1], 256)


@every_model
@pytest.mark.parametrize("level", [0, 1, 128, 255])
def test_a_uniform_picture_holds_no_evidence(model: Model, level: int) -> None:
    assert model(np.full((160, 224, 3), level, np.uint8)).total == 0


@every_model
def test_a_mirrored_picture_gives_the_mirrored_map(model: Model) -> None:
    rgb = soft_picture(3)
    straight, mirrored = model(rgb).mirror(), model(np.ascontiguousarray(rgb[:, ::-1]))
    assert np.abs(straight.cells - mirrored.cells).max() <= 1  # one level of rounding: sums run the other way


@every_model
def test_a_picture_on_its_head_gives_the_map_on_its_head(model: Model) -> None:
    rgb = soft_picture(4)
    assert np.abs(model(rgb).cells[::-1] - model(np.ascontiguousarray(rgb[::-1])).cells).max() <= 1


@every_model
def test_the_same_picture_gives_the_same_map(model: Model) -> None:
    rgb = soft_picture(5)
    before = rgb.copy()
    assert model(rgb) == model(rgb)
    assert np.array_equal(rgb, before)


@every_paper
@pytest.mark.parametrize(("left", "top"), [(30, 40), (130, 30), (84, 84), (40, 140)])
def test_one_bright_spot_is_found(model: Model, left: int, top: int) -> None:
    saliency = model(spot_picture(left, top))
    spot = Box((left - 8) / 192, (top - 8) / 192, 40 / 192, 40 / 192)
    assert saliency.share(spot) > 6 * spot.area
    row, column = np.unravel_index(saliency.cells.argmax(), saliency.shape)
    assert left - 8 <= (column + 0.5) * 4 <= left + 32
    assert top - 8 <= (row + 0.5) * 4 <= top + 32


def test_the_default_finds_a_spot_on_either_side_of_the_middle() -> None:
    for left in (20, 148):
        saliency = classical(spot_picture(left, 84))
        side = Box(0.0 if left < 96 else 0.5, 0.0, 0.5, 1.0)
        assert saliency.share(side) > 0.7


@pytest.mark.parametrize("model", [spectral_residual, boolean_map])
def test_a_darker_picture_gives_nearly_the_same_map(model: Model) -> None:
    """Both papers look at the picture relative to itself: the residual of a log spectrum, whitened colours."""
    rgb = soft_picture(6)
    dark = np.rint(rgb * 0.8).astype(np.uint8)
    assert np.corrcoef(model(rgb).values.ravel(), model(dark).values.ravel())[0, 1] > 0.97


def test_an_even_ground_does_not_stand_out_for_the_symmetric_surround() -> None:
    """The subject fills more than half: the mean colour is the subject's, and frequency-tuned marks the ground."""
    rgb = np.full((192, 192, 3), 255, np.uint8)
    rgb[24:168, 24:168] = (40, 60, 160)
    middle = Box(0.125, 0.125, 0.75, 0.75)
    assert symmetric_surround(rgb).share(middle) > frequency_tuned(rgb).share(middle)


def test_boolean_maps_find_what_is_surrounded_and_not_what_touches_the_edge() -> None:
    rgb = np.full((192, 192, 3), 60, np.uint8)
    rgb[80:112, 60:92] = 200
    rgb[140:192, 120:192] = 200
    saliency = boolean_map(rgb)
    assert saliency.share(Box(56 / 192, 76 / 192, 40 / 192, 40 / 192)) > 0.8
    assert saliency.share(Box(0.6, 0.7, 0.4, 0.3)) < 0.1


def brute_widest_path(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Flood every threshold from the edge."""
    rows, columns = levels.shape
    result = np.zeros_like(levels)
    for threshold in np.unique(levels):
        above = levels >= threshold
        joined = above.copy()
        joined[1:-1, 1:-1] = False
        while True:
            grown = joined.copy()
            for row in range(rows):
                for column in range(columns):
                    near = (
                        joined[max(0, row - 1) : row + 2, column].any()
                        or joined[row, max(0, column - 1) : column + 2].any()
                    )
                    grown[row, column] |= above[row, column] and bool(near)
            if np.array_equal(grown, joined):
                break
            joined = grown
        result[joined] = threshold
    return result


@given(
    levels=arrays.arrays(np.uint8, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 4)),
)
def test_the_widest_path_is_what_flooding_every_threshold_gives(levels: NDArray[np.uint8]) -> None:
    assert np.array_equal(widest_path(levels[None])[0], brute_widest_path(levels))


def test_a_winding_path_is_followed_to_its_end() -> None:
    levels = np.zeros((41, 41), np.uint8)
    levels[1:-1:2, 1:-1] = 9
    levels[2:-2:4, -2] = 9
    levels[4:-2:4, 1] = 9
    levels[1, 0] = 9
    assert widest_path(levels[None])[0][-2, 20] == 9


@given(
    rgb=arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 130), st.integers(1, 130), st.just(3)), fill=st.integers(0, 255)
    )
)
def test_averaging_keeps_the_mean(rgb: Picture) -> None:
    assert average(rgb).mean() == pytest.approx(rgb.mean(), abs=1e-6)


def test_lab_of_known_colours() -> None:
    """Values of CIE 15 under D65, as colour libraries print them."""
    colours = np.array([[[255.0, 0, 0], [0, 255, 0], [0, 0, 255], [119, 119, 119], [0, 0, 0]]])
    known = [[53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86], [50.03, 0, 0], [0, 0, 0]]
    assert np.abs(to_lab(colours)[0] - known).max() < 0.05


def test_the_prior_prefers_the_middle_and_is_symmetric() -> None:
    weighted = CentrePrior(sigma=0.3).apply(np.ones((6, 9)))
    assert np.array_equal(weighted, weighted[:, ::-1])
    assert np.array_equal(weighted, weighted[::-1])
    assert weighted[3, 4] > weighted[3, 0] > 0


@pytest.mark.parametrize(("sigma", "mixing"), [(0, 1), (-1, 1), (float("nan"), 1), (0.3, -0.1), (0.3, float("inf"))])
def test_a_prior_that_makes_no_sense_is_refused(sigma: float, mixing: float) -> None:
    with pytest.raises(InvalidRequest, match="centre prior"):
        CentrePrior(sigma, mixing)


def test_a_wrapped_model_is_weighted_towards_the_middle() -> None:
    rgb = soft_picture(7)
    middle = Box(0.25, 0.25, 0.5, 0.5)
    assert prefer_centre(spectral_residual)(rgb).share(middle) > spectral_residual(rgb).share(middle)


@every_model
@pytest.mark.parametrize(
    "wrong",
    [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3)), np.zeros((0, 8, 3), np.uint8)],
)
def test_what_is_no_picture_is_refused(model: Model, wrong: NDArray[Any]) -> None:
    with pytest.raises(ModelError, match=r"\(H, W, 3\)"):
        model(wrong)


def test_models_are_found_by_name() -> None:
    assert model_named(DEFAULT_MODEL) is MODELS[DEFAULT_MODEL]
    assert name_of(spectral_residual) == "spectral_residual"
    with pytest.raises(InvalidRequest, match="boolean-map"):
        model_named("magic")
