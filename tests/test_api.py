"""The functions for one picture are those of a cropper that nobody has to make."""

from __future__ import annotations

import inspect
import re

import pytest

import focalbox
from focalbox import CropOptions, Cropper
from focalbox.options import OPTIONS
from pictures import Photographs


def test_they_say_what_the_default_cropper_says(photographs: Photographs) -> None:
    picture, cropper = photographs["coffee"], Cropper()
    image = focalbox.crop(picture, "90x60", zoom=0.5)
    assert image.tobytes() == cropper.crop(picture, "90x60", zoom=0.5).tobytes()
    assert focalbox.plan(picture, "1:2").to_dict() == cropper.plan(picture, "1:2").to_dict()
    assert focalbox.analyze(picture).to_dict() == cropper.analyze(picture).to_dict()


def test_keywords_come_before_options(photographs: Photographs) -> None:
    options = CropOptions(fit="contain", zoom=0.0)
    crop = focalbox.plan(photographs["coffee"], "1:2", options=options, fit="cover")
    assert crop.fit == "cover"
    assert focalbox.plan(photographs["coffee"], "1:2", options=options).fit == "contain"


def test_without_a_size_it_is_the_free_form_crop(photographs: Photographs) -> None:
    picture = photographs["coffee"]
    assert focalbox.plan(picture).box == focalbox.plan(picture, "free").box == focalbox.plan(picture, None).box
    with pytest.raises(TypeError):
        focalbox.crop(picture)  # type: ignore[call-arg]  # a crop says how large


@pytest.mark.parametrize("name", ["crop", "plan", "analyze"])
def test_they_take_what_the_cropper_takes(name: str) -> None:
    ours = list(inspect.signature(getattr(focalbox, name)).parameters)
    its = list(inspect.signature(getattr(Cropper, name)).parameters)
    assert ["self", *ours] == its


def test_the_docstring_of_crop_names_every_option() -> None:
    assert focalbox.crop.__doc__ is not None
    listed = focalbox.crop.__doc__.partition("**keywords")[2].partition("Returns")[0]
    assert [option.name for option in OPTIONS if not re.search(rf"\b{option.name}\b", listed)] == []
