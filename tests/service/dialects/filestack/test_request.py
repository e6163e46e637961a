"""The meaning of Filestack's tasks: sizes, windows and order; unsupported ones are refused by name."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.service.dialects.filestack.address import read
from focalbox.service.dialects.filestack.request import parse
from focalbox.service.dialects.filestack.tasks import SUPPORTED
from focalbox.service.request import ImageRequest
from service.servers import Service, image_of

sides = st.integers(1, 3000)


def asked(*tasks: str) -> ImageRequest:
    return parse(read("/".join(["", *tasks, "cat.jpg"]).encode()))


def test_aliases_and_all_options() -> None:
    path = b"/smart_crop=w:50,h:20,m:auto,fill_color:FF880080,coords:true/output=f:jpg,q:5/cache=e:max/a/b.jpg"
    image_request = parse(read(path))
    assert (image_request.targets, image_request.answer, image_request.options.fill) == (
        (Size(50, 20),),
        "coordinates",
        "#FF880080",
    )
    assert (image_request.format, image_request.quality, image_request.max_age, image_request.source) == (
        "jpeg",
        5,
        31_536_000,
        "a/b.jpg",
    )


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


def test_a_resize_that_would_be_seen_is_refused_before_what_looks_wherever_it_stands() -> None:
    for tasks in (
        ("resize=w:90", "resize=w:40,h:90,fit:crop", "smart_crop=w:30,h:20"),
        ("resize=w:40,h:90,fit:scale", "resize=w:90", "smart_crop=w:30,h:20"),
        ("resize=w:90", "resize=w:40", "crop_faces=w:30"),
        ("resize=w:90", "resize=w:0"),
        ("resize=w:90", "resize=w:5,h:5,fit:crop,align:faces"),
    ):
        with pytest.raises(InvalidRequest, match="resize"):
            asked(*tasks)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (b"/smart_crop=w:5/cat.jpg", "height"),
        (b"/smart_crop=w:0,h:5/cat.jpg", "size"),
        (b"/smart_crop=w:5,h:5,mode:fits/cat.jpg", "fits"),
        (b"/smart_crop=w:5,h:5,mode:object,object:car/cat.jpg", "object"),
        (b"/resize=w:5,h:5,fit:stretch/cat.jpg", "stretch"),
        (b"/resize=w:5,h:5,fit:crop,align:middle/cat.jpg", "middle"),
        (b"/resize=w:5,h:5,fit:crop,align:/cat.jpg", "aligns"),
        (b"/resize=w:5,h:5,fit:crop,align:[]/cat.jpg", "aligns"),
        (b"/resize=w:5,h:5,fit:crop,align:[top,bottom]/cat.jpg", "aligns"),
        (b"/resize=fit:crop/cat.jpg", "width or height"),
        (b"/border=w:1001/cat.jpg", "width is a number from 0 to 1000, not 1001"),
        (b"/pixelate=a:1/cat.jpg", "amount is a number from 2 to 100, not 1"),
        (b"/border/smart_crop=w:5,h:5/cat.jpg", "border comes after smart_crop"),
        (b"/output=page:2/cat.jpg", "page:1"),
        (b"/output=colorspace:cmyk/cat.jpg", "colorspaces"),
        (b"/resize=w:50/crop=dim:[1,2,3,4]/smart_crop=w:5,h:5/cat.jpg", "crop comes after smart_crop"),
        (b"/flop/crop=dim:[1,2,3,4]/smart_crop=w:5,h:5/cat.jpg", "crop comes after smart_crop"),
        (b"/crop=d:[1,2,3,4]/crop=d:[1,2,3,4]/crop_faces=w:5,h:5/cat.jpg", "crop comes after crop_faces"),
        (b"/crop=d:[1,2,3,4]/crop=d:[1,2,3,4]/resize=w:5/cat.jpg", "crop is given once before resize"),
        (b"/rotate=deg:180/smart_crop=w:5,h:5/cat.jpg", "rotate comes after smart_crop"),
        (b"/crop=dim:[1,2,3]/cat.jpg", "dim"),
        (b"/crop=dim:[1,2,0,3]/cat.jpg", "dim"),
        (b"/crop_faces=w:5,h:5,mode:oval/cat.jpg", "oval"),
        (b"/resize=w:5/crop_faces/cat.jpg", "crop_faces comes before resize"),
        (b"/resize=w:5,h:6,fit:scale/smart_crop=w:5,h:5/cat.jpg", "smart_crop comes before resize"),
        (b"/resize=w:5,h:6,fit:crop/crop_faces=w:5,h:5/cat.jpg", "crop_faces comes before resize"),
        (b"/resize=w:5/blur/smart_crop=w:5,h:5/cat.jpg", "smart_crop comes before resize"),
        (b"/resize/smart_crop=w:5,h:5/crop_faces/cat.jpg", "one of smart_crop and crop_faces"),
        (b"/smart_crop=w:5,h:5/resize=w:5,h:4,fit:crop,align:faces/cat.jpg", "align:faces comes before"),
        (b"/smart_crop=w:5,h:5/resize=w:5,fit:fill/cat.jpg", "fits"),
        (b"/smart_crop=w:5,h:5/resize/cat.jpg", "width or height"),
        (b"/detect_faces/cat.jpg", "export"),
        (b"/blur=amount:90/cat.jpg", "20"),
        (b"/sharpen=amount:21/cat.jpg", "amount is a number from 0 to 20, not 21"),
        (b"/sepia=tone:101/cat.jpg", "tone is a number from 0 to 100, not 101"),
        (b"/modulate=hue:360/cat.jpg", "hue is a number from 0 to 359, not 360"),
        (b"/modulate=b:10001/cat.jpg", "brightness is a number from 0 to 10000"),
        (b"/modulate=contrast:5/cat.jpg", "the option contrast of modulate is not supported"),
        (b"/rounded_corners/cat.jpg", "radius"),
        (b"/rounded_corners=radius:0/cat.jpg", "10000, or max"),
        (b"/rounded_corners=r:10001/cat.jpg", "10000, or max"),
        (b"/rounded_corners=r:9,blur:2/cat.jpg", "blur"),
        (b"/rounded_corners=r:9,b:edge/cat.jpg", "background"),
        (b"/circle/crop_faces/cat.jpg", "circle comes after crop_faces"),
        (b"/circle=b:nope/cat.jpg", "background"),
        (b"/sharpe=amount:2/cat.jpg", "the task sharpe is not supported"),
        (b"/KEY/blur_all=amount:2/cat.jpg", "the task blur_all is not supported"),
        (b"/rotate=deg:left/cat.jpg", "deg"),
        (b"/smart_crop=w:5,h:5,zoom:2/cat.jpg", "zoom"),
        (b"/smart_crop=w:5,width:5,h:5/cat.jpg", "width"),
        (b"/smart_crop=w:5,h:5,coords:perhaps/cat.jpg", "coords"),
        (b"/smart_crop=w:5,h:5,fill_color:zzz/cat.jpg", "fill_color"),
        (b"/smart_crop=w:5,h:5,fill_color:edge/cat.jpg", "fill_color"),
        (b"/smart_crop=w:5,h:5/cache=e:99999999999/cat.jpg", "9 digits"),
        (b"/smart_crop=w:5,h:5/output=f:pdf/cat.jpg", "format"),
        (b"/smart_crop=w:5,h:5/output=f:webp,density:5/cat.jpg", "density"),
        (b"/smart_crop=w:5,h:5/smart_crop=w:6,h:6/cat.jpg", "smart_crop"),
        (b"/smart_crop=w:5,h:5/cache=e:soon/cat.jpg", "expiry"),
        (b"/smart_crop=w:5,h:5/cache=/cat.jpg", "cache"),
        (b"/fallback=cache:5/cat.jpg", "fallback"),
        (b"/fallback=file:a.jpg,cache:soon/cat.jpg", "cache"),
        (b"/compress=metadata:perhaps/cat.jpg", "metadata"),
        (b"/pjpg=metadata:perhaps/cat.jpg", "metadata"),
        (b"/output=compress:perhaps/cat.jpg", "compress"),
        (b"/output=strip:perhaps/cat.jpg", "strip"),
        (b"/output=q:input/cat.jpg", "quality"),
        (b"/smart_crop=w:5,h:5/src://alias/cat.jpg", "alias"),
        (b"/smart_crop=w5,h:5/cat.jpg", "smart_crop"),
        (b"/smart_crop=w:5,h:5/", "source"),
        (b"/b64/!!!/cat.jpg", "base64"),
        (b"/b64/e30=/", "source"),
        (b"/smart_crop=w:5,h:5" * 40 + b"/cat.jpg", "tasks"),
    ],
)
def test_what_is_not_done_is_refused_by_name(path: bytes, named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        parse(read(path))


@settings(deadline=None)
@given(st.text("widthegfcropalnmsbu:,=0123456789[]", max_size=60).map(str.encode))
def test_options_of_every_task_are_parsed_or_refused(rest: bytes) -> None:
    for begin in (b"resize=w:5,h:5,fit:crop,align:", b"crop=dim:", b"rotate=deg:", b"blur=a:", b"crop_faces=w:5,h:5,"):
        try:
            parse(read(b"/" + begin + rest + b"/cat.jpg"))
        except InvalidRequest as error:
            assert str(error)  # noqa: PT017 - either is right


def test_metadata_is_kept_when_a_task_asks_and_none_forbids() -> None:
    kept = parse(read(b"/compress=metadata:true/cat.jpg"))  # what filestack-js documents, and then refuses to write
    assert (kept.compress, kept.options.keep_metadata) == (True, True)
    for forbidden in (b"output=strip:true", b"no_metadata"):
        assert not parse(read(b"/compress=m:true/" + forbidden + b"/cat.jpg")).options.keep_metadata


@pytest.mark.parametrize(
    "path",
    [
        b"/rotate=deg:exif/crop=dim:[1,2,30,40]/resize=w:50/cat.jpg",
        b"/rotate=deg:exif/resize=w:50/cat.jpg",
        b"/crop=dim:[1,2,30,40]/resize=w:50/flip/cat.jpg",
        b"/flop/smart_crop=w:5,h:5/cat.jpg",
        b"/monochrome/resize=w:5,h:5,fit:crop/rotate=deg:90/cat.jpg",
        b"/quality=value:5/output=f:jpg/cache=e:5/resize=w:50/cat.jpg",
    ],
)
def test_an_order_that_makes_the_same_picture_passes(path: bytes) -> None:
    assert parse(read(path)).source == "cat.jpg"


@pytest.mark.parametrize("name", ["a=b,c.jpg", "a=b:c.jpg", "x=1", "b64", "folder/a=b.jpg", "a%3Db%2Cc.jpg"])
def test_a_source_may_have_a_name_like_a_task(name: str) -> None:
    assert parse(read(f"/resize=w:50/{name}".encode())).source == name.replace("%3D", "=").replace("%2C", ",")


@pytest.mark.parametrize("path", [b"/resize=w:50", b"/flip/resize=w:50", b"/KEY/smart_crop=w:5,h:5"])
def test_a_task_at_the_end_lacks_a_source(path: bytes) -> None:
    with pytest.raises(InvalidRequest, match="an address ends with the source"):
        parse(read(path))


def test_answers_that_are_no_pictures() -> None:
    assert parse(read(b"/detect_faces=export:true/cat.jpg")).answer == "faces"
    assert parse(read(b"/imagesize/cat.jpg")).answer == "imagesize"
    assert parse(read(b"/smart_crop=w:5,h:5/fallback=file:other.jpg/cat.jpg")).fallback == "other.jpg"


@given(sides, sides, sides, sides)
def test_the_fits_of_resize_are_filestacks(width: int, height: int, across: int, down: int) -> None:
    source = Size(across, down)
    clip, most, crop = (
        asked(f"resize=w:{width},h:{height},fit:{fit}").sizes(source)[0] for fit in ("clip", "max", "crop")
    )
    assert crop == Size(width, height)
    scale = asked(f"resize=w:{width},h:{height},fit:scale")
    assert scale.effects == (Effect("resize", (width, height)),)  # out of proportion, before anything else
    assert scale.sizes(Size(width, height)) == [Size(width, height)]
    turned = asked(f"resize=w:{width},h:{height},fit:scale", "flip")
    assert [effect.name for effect in turned.effects] == ["resize", "flip"]
    assert isinstance(clip, Size)
    assert clip.width == width or clip.height == height
    assert clip.width <= width
    assert clip.height <= height
    assert abs(clip.width * down - clip.height * across) <= max(across, down)  # in proportion, to half a pixel
    assert most == (clip if across > width or down > height else source)


@given(st.integers(0, 5000), st.integers(0, 5000), sides, sides)
def test_a_window_is_the_one_that_is_written(left: int, top: int, width: int, height: int) -> None:
    image_request = asked(f"crop=dim:[{left},{top},{width},{height}]")
    assert image_request.window == PixelBox(left, top, width, height)
    assert image_request.clip(Size(10_000, 10_000)) == PixelBox(left, top, width, height)


TASKS: Mapping[str, Mapping[str, str]] = {
    "smart_crop": {"width": "50", "height": "20", "mode": "face", "fill_color": "white", "coords": "true"},
    "blur": {"amount": "7"},
    "sharpen": {"amount": "7"},
    "sepia": {"tone": "70"},
    "modulate": {"brightness": "120", "saturation": "50", "hue": "90"},
    "circle": {"background": "white"},
    "compress": {"metadata": "true"},
    "crop": {"dim": "[1,2,3,4]"},
    "crop_faces": {
        "mode": "fill",
        "width": "50",
        "height": "20",
        "faces": "[2,3]",
        "buffer": "50",
        "minsize": "0.2",
        "maxsize": "90",
    },
    "detect_faces": {"export": "true", "minsize": "0.2", "maxsize": "90"},
    "fallback": {"file": "dog.jpg", "cache": "9"},
    "output": {"format": "webp", "quality": "33", "compress": "true", "strip": "true"},
    "pjpg": {"quality": "33", "metadata": "true"},
    "quality": {"value": "33"},
    "resize": {"width": "50", "height": "20", "fit": "crop", "align": "left"},
    "rounded_corners": {"radius": "9", "background": "white"},
    "rotate": {"deg": "90", "background": "white"},
    "cache": {"expiry": "77"},
}
"""Options of every task that has some, with values that make sense."""
PLAIN = ("auto_image", "flip", "flop", "imagesize", "monochrome", "no_metadata")


ALIASES = [
    (task, alias, name) for task, options in TASKS.items() for alias, name in SUPPORTED[task].items() if name in options
]


@pytest.mark.parametrize(("task", "alias", "name"), ALIASES)
def test_an_alias_means_what_its_name_means(task: str, alias: str, name: str) -> None:
    values = dict(TASKS[task])
    plain = asked(f"{task}={','.join(f'{option}:{value}' for option, value in values.items())}")
    values[alias] = values.pop(name)
    assert asked(f"{task}={','.join(f'{option}:{value}' for option, value in values.items())}") == plain


@pytest.mark.parametrize("task", [*PLAIN, *TASKS])
def test_a_task_that_is_done_changes_what_is_asked_for(task: str) -> None:
    options = ",".join(f"{option}:{value}" for option, value in TASKS.get(task, {}).items())
    alone = {"smart_crop", "resize", "crop_faces", "imagesize", "detect_faces"}
    sized = [] if task in alone else ["resize=w:60"]
    keeps = ["compress=m:true"] if task == "no_metadata" else []
    with_it = [task if not options else f"{task}={options}"]
    where = [*with_it, *sized] if task == "crop" else [*sized, *with_it]
    assert asked(*where, *keeps) != asked(*(sized or ["resize=w:60"]), *keeps)


@given(st.permutations(["flip", "flop", "monochrome", "blur=a:3", "rotate=d:90"]))
def test_effects_are_done_in_the_order_of_the_address(tasks: list[str]) -> None:
    names = [effect.name for effect in asked("resize=w:50", *tasks).effects]
    assert names == [{"monochrome": "grayscale"}.get(name, name) for name in (task.split("=")[0] for task in tasks)]


@pytest.mark.parametrize("turn", ["flip", "flop"])
def test_a_resize_without_a_place_may_follow_what_mirrors(turn: str) -> None:
    assert asked(turn, "resize=w:50,h:50,fit:crop") == asked("resize=w:50,h:50,fit:crop", turn)


def test_the_name_that_another_client_has_for_a_task() -> None:
    assert asked("round_corners=radius:9") == asked("rounded_corners=radius:9")
    assert len(asked("round_corners=radius:9", "rounded_corners=radius:9").effects) == 2
    with pytest.raises(InvalidRequest, match="the task quality is given once"):
        asked("quality=value:9", "quality=value:9")


def test_corners_without_a_background_are_clear() -> None:
    clear, white = (
        asked("resize=w:50", "rounded_corners=radius:max"),
        asked("resize=w:50", "rounded_corners=r:9,b:white"),
    )
    assert (clear.format, clear.effects[-1].colour, white.format) == ("png", "", "same")
    assert [effect.name for effect in asked("circle").effects] == ["square", "round"]
    assert (asked("circle").format, asked("circle=b:red").format) == ("png", "same")
    assert asked("rounded_corners=r:9", "output=f:jpg").format == "jpeg"
    assert asked("auto_image", "rounded_corners=r:9").format == "auto"


def test_two_slashes_between_tasks_are_one() -> None:
    assert asked("auto_image", "", "compress", "", "") == asked("auto_image", "compress")


def test_a_rotation_turns_as_a_clock_does() -> None:
    assert [effect.values for effect in asked("rotate=deg:90").effects] == [(-90.0,)]
    assert asked("rotate=deg:exif").effects == ()


@pytest.mark.parametrize(
    ("task", "seconds"), [("cache=false", 0), ("cache=e:max", 31_536_000), ("cache=expiry:60", 60)]
)
def test_for_how_long_an_answer_is_kept(task: str, seconds: int) -> None:
    assert asked("resize=w:5", task).max_age == seconds
    assert asked("resize=w:5").max_age is None


@pytest.mark.parametrize(
    ("tasks", "named"),
    [
        ("rotate=deg:90/imagesize", "rotate beside imagesize"),
        ("crop=dim:[0,0,100,100]/imagesize", "crop beside imagesize"),
        ("resize=w:10/imagesize", "resize beside imagesize"),
        ("detect_faces=export:true/resize=w:10", "resize beside detect_faces"),
        ("smart_crop=w:100,h:100,coords:true/resize=w:50", "resize beside smart_crop"),
        ("flip/smart_crop=w:100,h:100,coords:true", "flip beside smart_crop"),
        ("pjpg/output=format:png", "two formats"),
    ],
)
def test_no_task_is_dropped_without_a_word(tasks: str, named: str) -> None:
    """What is told of a picture in JSON is told of the picture as it is."""
    with pytest.raises(InvalidRequest, match=named):
        asked(*tasks.split("/"))


@pytest.mark.parametrize(
    "tasks",
    [
        "rotate=deg:exif/imagesize/cache=expiry:9",
        "detect_faces=export:true/output=quality:9",
        "crop=dim:[0,0,9,9]/smart_crop=w:5,h:5,coords:true",
        "pjpg/output=format:jpg",
    ],
)
def test_tasks_that_change_nothing_that_is_told_stand_beside_it(tasks: str) -> None:
    assert asked(*tasks.split("/")).source == "cat.jpg"
