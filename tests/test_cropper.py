"""The cropper: what it is made of, what it takes, exact sizes, and what it refuses."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

import focalbox
from focalbox import (
    Box,
    CropOptions,
    Cropper,
    InvalidRequest,
    LimitExceeded,
    Limits,
    ModelError,
    Plan,
    SaliencyMap,
    Size,
    Subject,
)
from focalbox.core.framing import Fit
from focalbox.saliency.yunet import YuNet
from pictures import Photographs, encoded


@pytest.mark.parametrize("size", ["1x1", "1x400", "400x1", "7x3", "500x200", "9:16", "1:30"])
@pytest.mark.parametrize("fit", ["cover", "tight", "pad", "contain"])
def test_the_result_has_exactly_the_size_asked_for(photographs: Photographs, size: str, fit: Fit) -> None:
    (result,) = Cropper().results(photographs["chelsea"], [size], fit=fit)
    assert result.image.size == (result.crop.size.width, result.crop.size.height)
    if "x" in size:
        assert str(result.crop.size) == size


@pytest.mark.slow
def test_the_largest_result_is_made_too(photographs: Photographs) -> None:
    assert focalbox.crop(photographs["chelsea"], "8000x8000").size == (8000, 8000)


@pytest.mark.parametrize("sides", [(1, 1), (1, 2000), (2000, 1), (2, 3), (40, 4000), (31, 33)])
@pytest.mark.parametrize("size", ["500x500", "1:1", "3x700", None])
def test_thin_and_tiny_pictures_are_cropped_too(sides: tuple[int, int], size: str | None) -> None:
    picture = np.random.default_rng(5).integers(0, 256, (sides[1], sides[0], 3), dtype=np.uint8)
    image = focalbox.crop(picture, size)
    assert image.size == ((500, 500) if size == "500x500" else image.size)


@pytest.mark.parametrize("known", [5, "analysis", {}])
def test_what_is_known_of_a_picture_is_an_analysis(known: Any) -> None:
    with pytest.raises(InvalidRequest, match="what is known of a picture is an Analysis, not"):
        Cropper().prepare(np.zeros((20, 30, 3), np.uint8), ["1:1"], analysis=known)


def test_a_crop_shows_the_pixels_of_its_box(photographs: Photographs) -> None:
    picture = photographs["astronaut"]
    (result,) = Cropper().results(picture, ["16:9"])
    box = result.crop.box
    assert np.array_equal(np.asarray(result.image), picture[box.top : box.bottom, box.left : box.right])


def test_a_picture_of_the_targets_ratio_is_only_resized(photographs: Photographs) -> None:
    crop = focalbox.plan(photographs["coffee"], "300x200")
    assert (crop.box.width, crop.box.height) == (600, 400)


def test_subjects_of_a_callers_detector_are_kept_whole(photographs: Photographs) -> None:
    face = Subject(Box(0.02, 0.1, 0.1, 0.2))
    right = Cropper(model=lambda _: SaliencyMap(np.linspace(0.8, 1.0, 9)[None]), detectors=[])
    assert not right.plan(photographs["coffee"], "1:1").relative.contains(face.box)
    cropper = Cropper(model=lambda _: SaliencyMap(np.linspace(0.8, 1.0, 9)[None]), detectors=[lambda _: [face]])
    assert cropper.plan(photographs["coffee"], "1:1").relative.contains(face.box)


@pytest.mark.parametrize("answer", [[(0, 0, 1, 1)], None, 7, Subject(Box(0, 0, 1, 1))])
def test_a_detector_that_answers_nonsense_is_a_model_error(answer: object, photographs: Photographs) -> None:
    with pytest.raises(ModelError, match="detector"):
        Cropper(detectors=[lambda _: answer]).analyze(photographs["coffee"])  # type: ignore[list-item, return-value]


def test_a_model_that_answers_nonsense_is_a_model_error(photographs: Photographs) -> None:
    with pytest.raises(ModelError, match="model"):
        Cropper(model=lambda rgb: rgb).analyze(photographs["coffee"])  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"model": "oracle"}, "a model is one of"),
        ({"model": "gone.onnx"}, "there is no model file gone.onnx"),
        ({"model": Path("gone.onnx")}, "there is no model file gone.onnx"),
        ({"model": 7}, "model is the name of a model, the path of an .onnx file or a callable, not 7"),
        ({"model": None}, "model is the name of a model"),
        ({"detectors": "faces"}, "detectors is a list of callables, not 'faces'"),
        ({"detectors": [7]}, "detectors is a list of callables"),
        ({"detectors": len}, "detectors is a list of callables"),
        ({"limits": {"pixels": 5}}, "limits is a focalbox.Limits"),
    ],
)
def test_what_a_cropper_cannot_be_made_of_is_refused_when_it_is_made(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason) as refused:
        Cropper(**wrong)
    assert len(str(refused.value).splitlines()) == 1


def left_side(rgb: np.ndarray) -> SaliencyMap:
    return SaliencyMap([[1, 0, 0, 0]])


def right_face(rgb: np.ndarray) -> list[Subject]:
    return [Subject(Box(0.8, 0.1, 0.1, 0.2))]


@pytest.mark.parametrize("model", ["network", "classical", left_side])
def test_a_pickled_cropper_crops_alike(photographs: Photographs, model: Any) -> None:
    for detectors in (None, [right_face]):
        cropper = Cropper(model=model, detectors=detectors, limits=Limits(side=5000))
        before = cropper.plan(photographs["coffee"], "1:1")
        again = pickle.loads(pickle.dumps(cropper))  # noqa: S301 - its own
        assert again.plan(photographs["coffee"], "1:1").to_dict() == before.to_dict()
        assert (again.model_name, again.limits) == (cropper.model_name, cropper.limits)


def test_options_come_as_keywords_or_in_one_value(photographs: Photographs) -> None:
    cropper, picture = Cropper(), photographs["coffee"]
    options = CropOptions(zoom=0.5, focus=(0.2, 0.5))
    expected = cropper.plan(picture, "1:1", zoom=0.5, focus=(0.2, 0.5)).box
    assert cropper.plan(picture, "1:1", options=options).box == expected
    assert focalbox.plan(picture, "1:1", options=options).box == expected
    assert cropper.results(picture, ["1:1"], options=options)[0].crop.box == expected
    assert cropper.plan(picture, "1:1", options=CropOptions(zoom=0.1), zoom=0.5, focus=(0.2, 0.5)).box == expected
    assert cropper.analyze(picture).plans(["1:1", "16:9"], options=options)[0].box == expected


def test_an_opened_picture_is_a_source(photographs: Photographs) -> None:
    cropper, data = Cropper(), encoded(photographs["coffee"], "JPEG", quality=90)
    opened = cropper.open(data)
    assert opened.size == Size(600, 400)
    assert cropper.open(opened) is opened
    for _ in range(2):  # and again when it is decoded already
        assert cropper.crop(opened, "60x60").tobytes() == cropper.crop(data, "60x60").tobytes()


def test_a_plan_holds_the_crops_in_order(photographs: Photographs) -> None:
    analysis = focalbox.analyze(photographs["coffee"])
    plan = analysis.plans(["500x200", "free"], fit="tight")
    assert isinstance(plan, Plan)
    assert [crop.target for crop in plan] == [Size(500, 200), None]
    assert (len(plan), plan[0], plan[:1]) == (2, plan.crops[0], plan.crops[:1])
    assert plan.to_dict()["crops"] == [*plan[0].to_dict()["crops"], *plan[1].to_dict()["crops"]]


def test_the_input_is_never_changed(photographs: Photographs) -> None:
    picture = Image.fromarray(photographs["chelsea"]).convert("RGBA")
    before = picture.tobytes()
    focalbox.crop(picture, "100x100")
    assert (picture.tobytes(), picture.size, picture.mode) == (before, (451, 300), "RGBA")


def test_results_larger_than_the_limits_are_refused_before_decoding() -> None:
    with pytest.raises(InvalidRequest, match="30000x30000"):
        focalbox.crop(b"not even a picture", "30000x30000")
    with pytest.raises(
        LimitExceeded, match="9999:1 of this picture comes to 199980000x20000: ask for a size in pixels"
    ):
        focalbox.crop(np.zeros((20000, 1, 3), np.uint8), "9999:1", fit="contain")


def test_a_model_is_loaded_when_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "own.onnx").write_bytes(b"no model")
    broken = Cropper(model=tmp_path / "own.onnx"), Cropper(detectors=[YuNet(tmp_path / "own.onnx")])
    for cropper in broken:
        with pytest.raises(ModelError, match=r"own\.onnx is not a model"):
            cropper.load()
    Cropper().load()
    Cropper(model=lambda _: SaliencyMap.blank()).load()  # in no file


def test_the_callers_limits_hold(photographs: Photographs) -> None:
    with pytest.raises(LimitExceeded):
        Cropper(limits=Limits(pixels=1000)).analyze(photographs["coffee"])


def test_what_is_no_fill_is_refused_whether_or_not_anything_is_filled() -> None:
    with pytest.raises(InvalidRequest, match="no-such-colour"):
        focalbox.crop(b"and before the picture is read", "1:1", fill="no-such-colour")


@pytest.mark.slow
@pytest.mark.parametrize("centre", [0, 20, 60, 1150, 1200])
@pytest.mark.parametrize("radius", [30, 60])
def test_the_only_thing_in_a_picture_is_shown_at_its_very_edge(centre: int, radius: int) -> None:
    picture = Image.new("RGB", (1200, 800), (40, 90, 60))
    left, right = centre - radius, centre + radius
    ImageDraw.Draw(picture).ellipse((left, 400 - radius, right, 400 + radius), fill=(230, 60, 40))
    analysis = Cropper().analyze(picture)
    for size in ("2:5", "9:16", "4:5", "1:1"):
        box = analysis.plan(size).box
        shown = min(right, 1200, box.left + box.width) - max(left, 0, box.left)
        assert shown >= 0.9 * (min(right, 1200) - max(left, 0))
