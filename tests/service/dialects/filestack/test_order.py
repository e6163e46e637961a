"""Filestack's tasks are done in the order of the address: each to what the ones before it have made."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from service.servers import Service, image_of


@pytest.mark.parametrize(
    ("tasks", "size"),
    [
        ("smart_crop=w:40,h:20/resize=w:30", (30, 15)),
        ("smart_crop=w:40,h:20/resize=w:80,fit:max", (40, 20)),
        ("smart_crop=w:40,h:20/resize=w:30,h:30,fit:scale", (30, 30)),
        ("smart_crop=w:40,h:20/resize=w:30,h:30,fit:crop,align:left", (30, 30)),
        ("crop_faces=w:40,h:20/resize=w:30", (30, 15)),
        ("crop_faces=w:40/resize=h:10,w:10,fit:crop", (10, 10)),
        ("crop_faces=w:40,h:20/flop/resize=h:10", (20, 10)),
        ("resize=w:90/smart_crop=w:40,h:20", (40, 20)),
        ("resize=w:90,h:90/crop_faces=w:40,h:20", (40, 20)),
        ("rotate=deg:90/resize=w:40", (40, 60)),
        ("flop/resize=w:5,h:5,fit:crop,align:left", (5, 5)),
        ("rounded_corners=r:90/resize=w:30/output=f:png", (30, 20)),
        ("circle/resize=w:30/output=f:png", (30, 30)),
        ("resize=w:90/resize=w:40", (40, 27)),
        ("resize=w:60/border=w:5,c:red", (70, 50)),
        ("border=w:50,color:red/resize=w:70", (70, 50)),
        ("border/output=f:png", (604, 404)),
        ("pixelate=a:50/resize=w:60", (60, 40)),
        ("resize=w:90,h:90,fit:crop/resize=w:40,h:20,fit:scale/resize=h:10", (20, 10)),
        ("resize=w:90,h:30,fit:crop,align:top/resize=w:10,h:30,fit:crop,align:left", (10, 30)),
        ("resize=w:90/resize=w:80/smart_crop=w:40,h:20/resize=w:30/resize=w:20", (20, 10)),
        ("crop_faces=w:40/resize=w:30/resize=w:10,h:10,fit:crop", (10, 10)),
        ("rotate=deg:90/resize=w:40/rotate=deg:90/resize=w:30", (30, 20)),
        ("resize=w:60/rotate=deg:exif/rotate=deg:90", (40, 60)),
        ("flip/resize=w:60/flip/blur=a:2/blur=a:1", (60, 40)),
    ],
)
def test_a_resize_is_done_to_what_the_tasks_before_it_have_made(
    tasks: str, size: tuple[int, int], opened: Callable[..., Service], pictures: Path
) -> None:
    service = opened(root=pictures, allow_unsigned="true")
    assert image_of(service.ask(f"/{tasks}/coffee.jpg").content).size == size


def test_a_film_that_is_cropped_and_resized_stays_a_film(opened: Callable[..., Service], tmp_path: Path) -> None:
    frames = [Image.new("RGB", (60, 40), (shade, 0, 90)) for shade in range(0, 250, 50)]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:], duration=90, loop=0)
    service = opened(root=tmp_path, allow_unsigned="true")
    with Image.open(io.BytesIO(service.ask("/smart_crop=w:30,h:30/resize=w:15/film.gif").content)) as shown:
        assert (shown.size, getattr(shown, "n_frames", 1)) == ((15, 15), len(frames))


def test_a_mirrored_picture_is_cut_at_the_side_that_is_then_the_left(
    opened: Callable[..., Service], tmp_path: Path
) -> None:
    sides = np.zeros((60, 120, 3), np.uint8)
    sides[:, 60:] = 250
    Image.fromarray(sides).save(tmp_path / "sides.png")
    service = opened(root=tmp_path, allow_unsigned="true")
    for tasks, light in (("flop/resize=w:9,h:9,fit:crop,align:left", 1), ("resize=w:9,h:9,fit:crop,align:left", 0)):
        assert np.asarray(image_of(service.ask(f"/{tasks}/sides.png").content)).mean() == pytest.approx(
            250 * light, abs=5
        )


def test_a_blur_before_the_size_looks_as_if_the_source_were_blurred(
    opened: Callable[..., Service], photographs: Mapping[str, np.ndarray], tmp_path: Path
) -> None:
    source = Image.fromarray(photographs["astronaut"])
    source.save(tmp_path / "a.png")
    service = opened(root=tmp_path, allow_unsigned="true")
    shown = {
        tasks: np.asarray(image_of(service.ask(f"/{tasks}/output=f:png/a.png").content)).astype(int)
        for tasks in ("blur=a:8/resize=w:128", "resize=w:128/blur=a:8", "resize=w:128", "blur=a:2/resize=w:128")
    }
    blurred = source.filter(ImageFilter.GaussianBlur(8)).resize((128, 128), Image.Resampling.LANCZOS)
    distance = {tasks: np.abs(found - np.asarray(blurred)).mean() for tasks, found in shown.items()}
    assert min(distance, key=lambda tasks: distance[tasks]) == "blur=a:8/resize=w:128"
    assert distance["blur=a:8/resize=w:128"] < 1.5, distance


def test_the_second_resize_is_done_to_what_the_first_has_made(
    opened: Callable[..., Service], pictures: Path, photographs: Mapping[str, np.ndarray]
) -> None:
    service = opened(root=pictures, allow_unsigned="true")
    tasks = "resize=w:90,h:30,fit:crop,align:top/resize=w:30,h:30,fit:crop,align:left/output=f:png"
    shown = np.asarray(image_of(service.ask(f"/{tasks}/coffee.jpg").content)).astype(int)
    expected = Image.fromarray(photographs["coffee"]).crop((0, 0, 200, 200)).resize((30, 30), Image.Resampling.LANCZOS)
    assert np.abs(shown - np.asarray(expected)).mean() < 6


def test_tasks_for_tones_and_borders_change_the_finished_crop(
    opened: Callable[..., Service], pictures: Path, photographs: Mapping[str, np.ndarray]
) -> None:
    service = opened(root=pictures, allow_unsigned="true")

    def shown(tasks: str, name: str = "coffee.jpg") -> np.ndarray:
        return np.asarray(image_of(service.ask(f"/{tasks}/output=f:png/{name}").content).convert("RGBA")).astype(int)

    plain = shown("resize=w:60")
    assert np.array_equal(shown("resize=w:60/negative")[..., :3], 255 - plain[..., :3])
    grey = np.asarray(Image.fromarray(plain[..., :3].astype(np.uint8)).convert("L"))
    assert np.array_equal(shown("resize=w:60/blackwhite=t:40")[..., 0], 255 * (grey >= 102))
    framed = shown("resize=w:60/border=width:3,color:00ff00")
    assert np.array_equal(framed[3:-3, 3:-3], plain)
    assert (framed[:3] == [0, 255, 0, 255]).all()
    coarse = shown("resize=w:60/pixelate=a:20")
    assert (coarse[:20, :20] == coarse[0, 0]).all()
    behind = image_of(service.ask("/output=f:png,background:00ff00/logo.png").content)
    assert (behind.mode, behind.getpixel((0, 0))) == ("RGB", (0, 255, 0))


def _cut(image: Image.Image, left: int, top: int, width: int, height: int) -> Image.Image:
    return image.crop((left, top, left + width, top + height))


@pytest.mark.parametrize(
    ("tasks", "steps"),
    [
        ("resize=w:300/crop=d:[10,20,90,60]", lambda image: _cut(image.resize((300, 200)), 10, 20, 90, 60)),
        ("flop/crop=d:[0,0,90,60]", lambda image: _cut(ImageOps.mirror(image), 0, 0, 90, 60)),
        (
            "flop/crop=d:[0,0,90,60]/resize=w:30",
            lambda image: _cut(ImageOps.mirror(image), 0, 0, 90, 60).resize((30, 20)),
        ),
        (
            "rotate=deg:90/crop=d:[0,0,200,300]/resize=w:50",
            lambda image: _cut(image.transpose(Image.Transpose.ROTATE_270), 0, 0, 200, 300).resize((50, 75)),
        ),
        ("crop=d:[100,50,300,200]/crop=d:[10,20,90,60]", lambda image: _cut(image, 110, 70, 90, 60)),
        (
            "crop=d:[100,50,300,200]/resize=w:150/crop=d:[10,20,90,60]/resize=h:30",
            lambda image: _cut(_cut(image, 100, 50, 300, 200).resize((150, 100)), 10, 20, 90, 60).resize((45, 30)),
        ),
        ("resize=w:60/crop=d:[50,30,90,60]", lambda image: _cut(image.resize((60, 40)), 50, 30, 10, 10)),
    ],
)
def test_a_crop_is_of_what_the_tasks_before_it_have_made(
    opened: Callable[..., Service],
    pictures: Path,
    photographs: Mapping[str, np.ndarray],
    tasks: str,
    steps: Callable[[Image.Image], Image.Image],
) -> None:
    service = opened(root=pictures, allow_unsigned="true")
    shown = image_of(service.ask(f"/{tasks}/output=f:png/coffee.jpg").content)
    expected = steps(Image.fromarray(photographs["coffee"]))
    assert shown.size == expected.size
    assert np.abs(np.asarray(shown).astype(int) - np.asarray(expected)).mean() < 6, tasks
    assert "lies inside the picture" in service.ask("/resize=w:60/crop=d:[60,0,9,9]/coffee.jpg").problem()
