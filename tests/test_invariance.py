"""What must not change a crop: the size asked for, the decode, the file format, the order of targets, a mirror."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

import focalbox
from focalbox import Cropper, SaliencyMap, Size
from focalbox.core.target import Ratio
from pictures import Photographs, encoded

SIZES = ("500x200", "200x500", "300x300", "1080x1350", "16:9", "9:16")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_every_target_is_planned_from_the_same_analysis(photographs: Photographs, name: str) -> None:
    data = encoded(photographs[name], "JPEG", quality=92)
    cropper = Cropper()
    alone = [cropper.results(data, [size])[0].crop for size in SIZES]
    together = [result.crop for result in cropper.results(data, SIZES)]
    planned = [cropper.plan(data, size) for size in SIZES]
    for one, many, plan in zip(alone, together, planned, strict=True):
        assert one == many == plan


@pytest.mark.slow
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


@pytest.mark.slow
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
    assert mirrored.relative.mirror().jaccard(crop.relative) > 0.99


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


@pytest.mark.slow
def test_one_cropper_serves_many_threads(photographs: Photographs) -> None:
    cropper = Cropper()
    alone = [cropper.crop(picture, "120x90").tobytes() for picture in photographs.values()]
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda picture: cropper.crop(picture, "120x90").tobytes(), [*photographs.values()] * 8))
    assert many == alone * 8


def test_a_picture_may_be_given_in_every_way(folder: Path) -> None:
    path = folder / "coffee.jpg"
    expected = focalbox.plan(path, "1:1").box
    with path.open("rb") as file:
        for source in (str(path), path.read_bytes(), file, Image.open(path)):
            assert (
                focalbox.plan(source, "1:1").box.to_box(Size(600, 400)).jaccard(expected.to_box(Size(600, 400))) > 0.98
            )


@pytest.mark.parametrize("side", [300, 512, 768, 1500])
def test_the_astronaut_keeps_her_face_in_a_wide_crop(photographs: Photographs, side: int) -> None:
    picture = Image.fromarray(photographs["astronaut"]).resize((side, side), Image.Resampling.LANCZOS)
    for image in (picture, ImageOps.mirror(picture)):
        box = focalbox.plan(np.asarray(image), "500x200").box
        assert box.top <= 0.14 * side  # from hairline to chin
        assert box.bottom >= 0.31 * side
