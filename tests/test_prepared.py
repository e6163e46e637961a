"""A picture decoded once for its targets: its border, and which crops it serves."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

import focalbox
from focalbox import (
    CropKeywords,
    Cropper,
    InvalidRequest,
    LimitExceeded,
    Limits,
    Size,
)
from focalbox.analysis import Analysis
from focalbox.options import Animate, CropOptions
from focalbox.prepared import is_settled
from pictures import Photographs, encoded
from strategies import boxes, faces, grids


def framed(picture: np.ndarray, colour: tuple[int, int, int] = (255, 255, 255)) -> np.ndarray:
    height, width = picture.shape[:2]
    around = np.full((height + 69, width + 44, 3), colour, np.uint8)
    around[7 : 7 + height, 41 : 41 + width] = picture
    return around


@pytest.mark.slow
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


SIDES = st.integers(1, 60)
POINTS = st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1))
BOXES = st.lists(boxes(), max_size=1)


@st.composite
def settled(draw: st.DrawFn) -> tuple[Size, Size, CropOptions]:
    """Draw a picture, a target and options for which nobody has to look."""
    source, target = draw(st.builds(Size, SIDES, SIDES)), draw(st.builds(Size, SIDES, SIDES))
    asked: dict[str, Any] = {"upscale": draw(st.booleans())}
    kind = draw(st.sampled_from(["contain", "centred", "whole"]))
    if kind == "centred":
        asked["focus"] = draw(POINTS.filter(bool))
    else:
        asked |= {"focus": draw(POINTS), "keep": draw(BOXES), "avoid": draw(BOXES)}
    if kind == "contain":
        asked |= {"fit": "contain", "mode": draw(st.sampled_from(["auto", "face"]))}
    if kind == "whole":
        times = draw(st.integers(1, 5))
        target = Size(times * source.width, times * source.height)
    return source, target, CropOptions(**asked)


@given(settled(), grids(), st.lists(boxes(), max_size=2))
def test_a_crop_that_is_settled_is_the_same_whatever_a_look_finds(
    asked: tuple[Size, Size, CropOptions], cells: np.ndarray, found: list[focalbox.Box]
) -> None:
    source, target, options = asked
    assert is_settled(source, target, options)
    heads = faces(*((box.left, box.top, box.width, box.height) for box in found))
    seen = Analysis(source, focalbox.SaliencyMap(cells), heads).plan(target, options=options)
    blank = Analysis.blank(source).plan(target, options=options)
    assert (seen.box, seen.padding, seen.size) == (blank.box, blank.padding, blank.size)


@pytest.mark.parametrize(
    "asked",
    [
        {"fit": "tight"},
        {"fit": "pad"},
        {"zoom": 0.5},
        {"mode": "face", "focus": (0.5, 0.5)},
        {"on_doubt": "pad"},
        {"focus": (0.5, 0.5), "keep": [(0.0, 0.0, 0.2, 0.2)]},
        {"fit": "contain", "trim": "top-left"},
        {"fit": "contain", "keep_metadata": True},
        {},
    ],
)
def test_what_hangs_on_the_picture_is_not_settled(asked: dict[str, Any]) -> None:
    assert not is_settled(Size(60, 40), Size(30, 30), CropOptions(**asked))
    assert not is_settled(Size(60, 40), None, CropOptions(fit="contain"))


def test_what_had_to_be_known_while_decoding_is_not_dropped(photographs: Photographs) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture, cropper = encoded(photographs["coffee"], "JPEG", icc_profile=profile), Cropper()
    plain, whole = (cropper.prepare(picture, ["50x25"], keep_metadata=keep) for keep in (False, True))
    (kept,) = cropper.finish(whole, ["50x25"], keep_metadata=True)
    assert kept.image.info["icc_profile"] == profile
    for prepared, keep in ((plain, True), (whole, False)):  # without its profile its colours would be others
        assert not prepared.serves(["50x25"], keep_metadata=keep)
        with pytest.raises(InvalidRequest, match=f"while decoding: .*, prepare it with keep_metadata={keep}$"):
            cropper.finish(prepared, ["50x25"], keep_metadata=keep)


@pytest.mark.parametrize("given", ["photo.jpg", None, Analysis.blank(Size(4, 3))])
def test_what_is_finished_was_prepared(given: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"what is finished is what Cropper\.prepare returned, not"):
        Cropper().finish(given, ["1:1"])


@pytest.mark.parametrize(("prepared", "finished"), [("keep", "first"), ("first", "keep")])
def test_which_frames_are_shown_is_asked_for_before_looking(prepared: Animate, finished: Animate) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    written, cropper = BytesIO(), Cropper()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    moving = cropper.prepare(written.getvalue(), ["50x25"], animate=prepared)
    assert not moving.serves(["50x25"], animate=finished)
    with pytest.raises(InvalidRequest, match=f"before looking: .*, prepare it with animate='{finished}'$"):
        cropper.finish(moving, ["50x25"], animate=finished)
    (shown,) = cropper.finish(moving, ["50x25"], animate=prepared)
    with Image.open(BytesIO(shown.encode("gif"))) as image:
        assert getattr(image, "n_frames", 1) == (2 if prepared == "keep" else 1)
    (alone,) = cropper.finish(cropper.prepare(frames[0], ["50x25"], animate=prepared), ["50x25"], animate=finished)
    assert alone.film is None  # what does not move has only a first frame
