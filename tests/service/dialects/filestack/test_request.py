"""The meaning of Filestack's tasks: sizes, windows, effects, and how long an answer is kept."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import PixelBox
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.service.dialects.filestack.address import read
from focalbox.service.dialects.filestack.request import parse
from focalbox.service.dialects.filestack.tasks import SUPPORTED
from service.dialects.filestack.requests import asked

sides = st.integers(1, 3000)


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


def test_metadata_is_kept_when_a_task_asks_and_none_forbids() -> None:
    kept = parse(read(b"/compress=metadata:true/cat.jpg"))  # what filestack-js documents, and then refuses to write
    assert (kept.compress, kept.options.keep_metadata) == (True, True)
    for forbidden in (b"output=strip:true", b"no_metadata"):
        assert not parse(read(b"/compress=m:true/" + forbidden + b"/cat.jpg")).options.keep_metadata


@pytest.mark.parametrize("name", ["a=b,c.jpg", "a=b:c.jpg", "x=1", "b64", "folder/a=b.jpg", "a%3Db%2Cc.jpg"])
def test_a_source_may_have_a_name_like_a_task(name: str) -> None:
    assert parse(read(f"/resize=w:50/{name}".encode())).source == name.replace("%3D", "=").replace("%2C", ",")


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
