"""The whole path on real photographs: exact sizes, one analysis for every target, and what must not change a crop."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

import focalbox
from focalbox import (
    Box,
    CropKeywords,
    CropOptions,
    Cropper,
    InvalidRequest,
    LimitExceeded,
    Limits,
    ModelError,
    OutputError,
    Plan,
    SaliencyMap,
    Size,
    Subject,
)
from focalbox.core.framing import Fit
from focalbox.core.target import Ratio
from focalbox.imaging.scales import looking_size

SIZES = ("500x200", "200x500", "300x300", "1080x1350", "16:9", "9:16")
Photographs = Mapping[str, np.ndarray]


def encoded(picture: np.ndarray, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("size", ["1x1", "1x400", "400x1", "7x3", "500x200", "9:16", "1:30"])
@pytest.mark.parametrize("fit", ["cover", "tight", "pad", "contain"])
def test_the_result_has_exactly_the_size_asked_for(photographs: Photographs, size: str, fit: Fit) -> None:
    (result,) = Cropper().results(photographs["chelsea"], [size], fit=fit)
    assert result.image.size == (result.crop.size.width, result.crop.size.height)
    if "x" in size:
        assert str(result.crop.size) == size


def test_the_largest_result_is_made_too(photographs: Photographs) -> None:
    assert focalbox.crop(photographs["chelsea"], "8000x8000").size == (8000, 8000)


@pytest.mark.parametrize("sides", [(1, 1), (1, 2000), (2000, 1), (2, 3), (40, 4000), (31, 33)])
@pytest.mark.parametrize("size", ["500x500", "1:1", "3x700", None])
def test_thin_and_tiny_pictures_are_cropped_too(sides: tuple[int, int], size: str | None) -> None:
    picture = np.random.default_rng(5).integers(0, 256, (sides[1], sides[0], 3), dtype=np.uint8)
    image = focalbox.crop(picture, size)
    assert image.size == ((500, 500) if size == "500x500" else image.size)


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_every_target_is_planned_from_the_same_analysis(photographs: Photographs, name: str) -> None:
    data = encoded(photographs[name], "JPEG", quality=92)
    cropper = Cropper()
    alone = [cropper.results(data, [size])[0].crop for size in SIZES]
    together = [result.crop for result in cropper.results(data, SIZES)]
    planned = [cropper.plan(data, size) for size in SIZES]
    for one, many, plan in zip(alone, together, planned, strict=True):
        assert one == many == plan


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_a_ratio_has_one_window_whatever_size_was_asked_for(photographs: Photographs, name: str) -> None:
    large = Image.fromarray(photographs[name]).resize((1810, 1360), Image.Resampling.BICUBIC)
    data, cropper = encoded(np.asarray(large), "JPEG", quality=85), Cropper()
    analysis = cropper.analyze(data)
    for across, down in ((2, 5), (9, 16), (1, 1), (16, 9), (5, 2)):
        planned = analysis.plan(Ratio(across, down)).relative
        for width in (100, 1080):
            prepared = cropper.prepare(data, [Size(width, round(width * down / across))])
            assert prepared.analysis == analysis
            asked = prepared.analysis.plan((width, round(width * down / across)))
            assert asked.relative.jaccard(planned) >= 0.99


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
@pytest.mark.parametrize("size", ["500x200", "9:16", "1:1"])
def test_saving_again_without_loss_or_with_opaque_alpha_changes_nothing(
    photographs: Photographs, name: str, size: str
) -> None:
    jpeg = encoded(photographs[name], "JPEG", quality=85)
    decoded = np.asarray(Image.open(io.BytesIO(jpeg)))
    opaque = np.dstack([decoded, np.full(decoded.shape[:2], 255, np.uint8)])
    expected = focalbox.plan(jpeg, size)
    for again in (encoded(decoded, "PNG"), encoded(opaque, "PNG"), decoded, Image.fromarray(opaque)):
        crop = focalbox.plan(again, size)
        assert crop.relative.jaccard(expected.relative) > 0.98
    assert focalbox.plan(opaque[..., :3].copy(), size).box == focalbox.plan(Image.fromarray(opaque), size).box


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
@pytest.mark.parametrize("size", ["500x200", "9:16", "1:1"])
def test_a_mirrored_picture_gives_the_mirrored_crop(photographs: Photographs, name: str, size: str) -> None:
    picture = photographs[name]
    crop, mirrored = focalbox.plan(picture, size), focalbox.plan(np.ascontiguousarray(picture[:, ::-1]), size)
    assert mirrored.relative.mirrored().jaccard(crop.relative) > 0.99


def modules_on_the_stack(frame: FrameType | None) -> list[str]:
    """Return focalbox's modules from the innermost outwards, each once however many of its functions call each other."""
    found: list[str] = []
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith("focalbox.") and found[-1:] != [name]:
            found.append(name)
        frame = frame.f_back
    return found


def test_the_path_goes_down_and_enters_no_module_twice(photographs: Photographs) -> None:
    data = encoded(photographs["coffee"], "JPEG", quality=90)
    cropper, deepest = Cropper(), 0
    twice: set[str] = set()

    def watch(frame: FrameType, event: str, _: object) -> None:
        nonlocal deepest
        if event == "call":
            found = modules_on_the_stack(frame)
            deepest = max(deepest, len(found))
            if len(set(found)) < len(found):
                twice.add(" < ".join(found))

    sys.setprofile(watch)
    try:
        (result,) = cropper.results(data, ["500x200"], fit="tight")
        result.encode("webp")
    finally:
        sys.setprofile(None)
    assert twice == set()
    assert deepest > 4


def test_six_sizes_cost_one_analysis(photographs: Photographs) -> None:
    looks = []

    def counting(rgb: np.ndarray) -> SaliencyMap:
        looks.append(rgb.shape)
        return SaliencyMap(np.ones((4, 4)))

    assert len(Cropper(model=counting).crop_many(photographs["coffee"], SIZES)) == len(SIZES)
    assert len(looks) == 1


def test_models_look_at_the_same_pixels_whatever_the_target(photographs: Photographs) -> None:
    seen: list[np.ndarray] = []

    def watching(rgb: np.ndarray) -> SaliencyMap:
        seen.append(rgb.copy())
        return SaliencyMap.blank()

    large = np.asarray(Image.fromarray(photographs["coffee"]).resize((2400, 1600), Image.Resampling.BICUBIC))
    data = encoded(large, "JPEG", quality=90)
    cropper = Cropper(model=watching)
    for size in ("60x40", "300x200", "1200x800", "2400x1600"):
        cropper.crop(data, size)
    for other in seen[1:]:
        assert np.abs(other.astype(int) - seen[0]).mean() < 0.5


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


def test_a_result_is_written_by_its_ending_whole_or_not_at_all(photographs: Photographs, tmp_path: Path) -> None:
    (result,) = Cropper().results(photographs["coffee"], ["60x40"])
    result.save(tmp_path / "new" / "a.webp")
    with Image.open(tmp_path / "new" / "a.webp") as image:
        assert (image.format, image.size) == ("WEBP", (60, 40))
    result.save(tmp_path / "a.bin", format="png")
    with Image.open(tmp_path / "a.bin") as image:
        assert image.format == "PNG"
    with pytest.raises(InvalidRequest, match="a format is one of"):
        result.save(tmp_path / "b.docx")
    with pytest.raises(OutputError, match="cannot be written"):
        result.save(tmp_path / "a.bin" / "c.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bin", "new"]


@pytest.mark.parametrize(("size", "enlarged"), [("60x40", False), ("1200x800", True), ("16:9", False), (None, False)])
def test_a_result_knows_whether_it_is_enlarged(photographs: Photographs, size: str | None, enlarged: bool) -> None:  # noqa: FBT001
    (result,) = Cropper().results(photographs["coffee"], [size])
    assert result.enlarged is enlarged


def test_one_cropper_serves_many_threads(photographs: Photographs) -> None:
    cropper = Cropper()
    alone = [cropper.crop(picture, "120x90").tobytes() for picture in photographs.values()]
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda picture: cropper.crop(picture, "120x90").tobytes(), [*photographs.values()] * 8))
    assert many == alone * 8


def test_the_input_is_never_changed(photographs: Photographs) -> None:
    picture = Image.fromarray(photographs["chelsea"]).convert("RGBA")
    before = picture.tobytes()
    focalbox.crop(picture, "100x100")
    assert (picture.tobytes(), picture.size, picture.mode) == (before, (451, 300), "RGBA")


def test_a_crop_carries_the_profile_its_colours_are_in_and_the_copyright(photographs: Photographs) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x8298], exif[0x0110] = "A. Person", "Camera"
    source = encoded(photographs["coffee"], "JPEG", icc_profile=profile, exif=exif)
    assert focalbox.crop(source, "60x40").info == {}
    file = io.BytesIO()
    kept = focalbox.crop(source, "60x40", keep_metadata=True)
    kept.save(file, "JPEG", exif=kept.info["exif"], icc_profile=kept.info["icc_profile"])
    read = Image.open(file)
    assert read.info["icc_profile"] == profile
    assert dict(read.getexif()) == {0x8298: "A. Person"}


def test_results_larger_than_the_limits_are_refused_before_decoding() -> None:
    with pytest.raises(InvalidRequest, match="30000x30000"):
        focalbox.crop(b"not even a picture", "30000x30000")
    with pytest.raises(InvalidRequest, match="was asked for"):
        focalbox.crop(np.zeros((20000, 1, 3), np.uint8), "9999:1", fit="contain")


def test_the_callers_limits_hold(photographs: Photographs) -> None:
    with pytest.raises(LimitExceeded):
        Cropper(limits=Limits(pixels=1000)).analyze(photographs["coffee"])


@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 2000), Size(4000, 3000), Size(30000, 1), Size(512, 512)])
def test_the_looking_copy_has_the_same_area_for_every_picture(size: Size) -> None:
    look = looking_size(size)
    assert look.width % 32 == 0
    assert look.height % 32 == 0
    assert 0.6 < look.pixels / 192**2 < 1.5


def test_importing_focalbox_loads_no_more_than_needed() -> None:
    code = (
        "import sys, focalbox; "
        "print([name for name in ('onnxruntime', 'starlette', 'ray', 'click', 'PIL.JpegImagePlugin', 'pyarrow')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_focalbox_changes_no_global_state() -> None:
    code = (
        "import warnings, numpy, PIL.Image as I; before = (list(warnings.filters), I.MAX_IMAGE_PIXELS, dict(I.OPEN)); "
        "import focalbox; assert before == (list(warnings.filters), I.MAX_IMAGE_PIXELS, dict(I.OPEN))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_path_may_be_given_in_every_way(folder: Path) -> None:
    path = folder / "coffee.jpg"
    expected = focalbox.plan(path, "1:1").box
    with path.open("rb") as file:
        for source in (str(path), path.read_bytes(), file, Image.open(path)):
            assert (
                focalbox.plan(source, "1:1").box.to_box(Size(600, 400)).jaccard(expected.to_box(Size(600, 400))) > 0.98
            )


def framed(picture: np.ndarray, colour: tuple[int, int, int] = (255, 255, 255)) -> np.ndarray:
    height, width = picture.shape[:2]
    around = np.full((height + 69, width + 44, 3), colour, np.uint8)
    around[7 : 7 + height, 41 : 41 + width] = picture
    return around


@pytest.mark.parametrize("name", ["astronaut", "coffee"])
@pytest.mark.parametrize(
    "options", [{}, {"fit": "tight"}, {"fit": "pad", "retain": 1.0, "fill": "edge"}, {"zoom": 0.5}]
)
@pytest.mark.parametrize("size", ["16:9", "1:2", None])
def test_a_trimmed_border_leaves_the_crop_of_the_picture_without_it(
    photographs: Photographs, name: str, options: CropKeywords, size: str | None
) -> None:
    picture = photographs[name]
    trimming: CropKeywords = {**options, "trim": "top-left"}
    (plain,) = Cropper().results(picture, [size], **options)
    (trimmed,) = Cropper().results(framed(picture), [size], **trimming)
    assert np.array_equal(np.asarray(trimmed.image), np.asarray(plain.image))
    box, expected = trimmed.crop.box, plain.crop.box
    assert (box.left - 41, box.top - 7, box.width, box.height) == (
        expected.left,
        expected.top,
        expected.width,
        expected.height,
    )
    assert trimmed.crop.source == Size(picture.shape[1] + 44, picture.shape[0] + 69)
    assert focalbox.plan(framed(picture), size, **trimming).to_dict() == trimmed.crop.to_dict()
    again = focalbox.analyze(framed(picture), trim="top-left").plan(size, **trimming)
    assert again.to_dict() == trimmed.crop.to_dict()


@pytest.mark.parametrize("size", ["40x20", "200x300", "500x200"])
def test_no_trace_of_a_trimmed_border_is_resized_into_the_crop(photographs: Photographs, size: str) -> None:
    dark = photographs["astronaut"] // 4
    crop = focalbox.crop(framed(dark), size, trim="bottom-right", fit="contain", fill="black")
    assert np.asarray(crop).max() <= dark.max() + 25  # the kernel overshoots by a tenth; white would be 255


def test_a_border_is_trimmed_from_the_upright_picture() -> None:
    stored = np.zeros((60, 100, 3), np.uint8)
    stored[10:30, 5:80] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the stored left edge is the upright top
    data = encoded(stored, "PNG", exif=exif)
    crop = focalbox.plan(data, None, trim="top-left")
    assert crop.source == Size(60, 100)
    trimmed = crop.evidence.trimmed
    assert trimmed is not None
    assert trimmed.to_dict() == {"left": 30, "top": 5, "width": 20, "height": 75}


def test_trimming_one_single_colour_leaves_it_whole() -> None:
    crop = focalbox.plan(np.full((300, 400, 3), 77, np.uint8), "1:1", trim="top-left:442")
    assert crop.box == focalbox.plan(np.full((300, 400, 3), 77, np.uint8), "1:1").box


def test_an_analysis_of_another_border_is_not_used(photographs: Photographs) -> None:
    picture = framed(photographs["coffee"])
    whole, trimmed = focalbox.analyze(picture), focalbox.analyze(picture, trim="top-left")
    cropper = Cropper()
    for trim, fits, other in ((None, whole, trimmed), ("top-left", trimmed, whole)):
        assert cropper.prepare(picture, ["60x40"], analysis=fits, trim=trim).analysis is fits
        assert cropper.prepare(picture, ["60x40"], analysis=other, trim=trim).analysis == fits
    with pytest.raises(InvalidRequest, match="before looking"):
        whole.plan("1:1", trim="top-left")


def test_what_is_prepared_serves_its_own_border_alone(photographs: Photographs) -> None:
    prepared = Cropper().prepare(framed(photographs["coffee"]), [], trim="top-left")
    assert prepared.serves(["60x40"], trim="top-left")
    assert not prepared.serves(["16:9"])
    assert not prepared.serves(["60x40"], trim="top-left:1")
    assert not prepared.serves(["60x40"], trim="bottom-right")


def test_limits_come_before_a_border() -> None:
    with pytest.raises(LimitExceeded):
        Cropper(limits=Limits(pixels=100)).crop(np.zeros((20, 20, 3), np.uint8), "1:1", trim="top-left")


def test_what_is_no_fill_is_refused_whether_or_not_anything_is_filled() -> None:
    with pytest.raises(InvalidRequest, match="no-such-colour"):
        focalbox.crop(b"and before the picture is read", "1:1", fill="no-such-colour")


@pytest.mark.parametrize("side", [300, 512, 768, 1500])
def test_the_astronaut_keeps_her_face_in_a_wide_crop(photographs: Photographs, side: int) -> None:
    picture = Image.fromarray(photographs["astronaut"]).resize((side, side), Image.Resampling.LANCZOS)
    for image in (picture, ImageOps.mirror(picture)):
        box = focalbox.plan(np.asarray(image), "500x200").box
        assert box.top <= 0.14 * side  # from hairline to chin
        assert box.bottom >= 0.31 * side
