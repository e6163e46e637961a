"""`fit`, called as Pillow's: modes, filters and bleed are Pillow's, the window is focalbox's."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

import focalbox
from focalbox.integrations.pillow import fit


def test_the_call_is_pillows() -> None:
    own, pillows = inspect.signature(fit), inspect.signature(ImageOps.fit)
    placed = [name for name, one in own.parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert placed == list(pillows.parameters)
    assert own.parameters["method"].default == pillows.parameters["method"].default


def test_the_window_is_focalboxs_and_the_filter_pillows(photographs: Mapping[str, np.ndarray]) -> None:
    for picture in map(Image.fromarray, photographs.values()):
        box = focalbox.plan(picture, (50, 80)).box
        wanted = picture.resize(
            (50, 80), Image.Resampling.BOX, box=(box.left, box.top, box.left + box.width, box.top + box.height)
        )
        assert np.array_equal(np.asarray(fit(picture, (50, 80), Image.Resampling.BOX)), np.asarray(wanted))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F", "La", "RGBa"])
def test_every_mode_stays_itself(photographs: Mapping[str, np.ndarray], mode: str) -> None:
    before = {"I;16": "L", "F": "L", "La": "LA", "RGBa": "RGBA"}.get(mode, mode)
    picture = Image.fromarray(photographs["coffee"]).convert(before).convert(mode)
    fitted = fit(picture, (40, 30), bleed=0.1)
    assert (fitted.mode, fitted.size) == (mode, (40, 30))


def test_a_place_of_ones_own_is_pillows(photographs: Mapping[str, np.ndarray]) -> None:
    picture = Image.fromarray(photographs["rocket"])
    own, pillows = fit(picture, (30, 90), centering=(0.0, 0.2)), ImageOps.fit(picture, (30, 90), centering=(0.0, 0.2))
    assert np.array_equal(np.asarray(own), np.asarray(pillows))


def test_bleed_is_cut_off_first(photographs: Mapping[str, np.ndarray]) -> None:
    framed = Image.new("RGB", (400, 400), "red")
    framed.paste(Image.fromarray(photographs["chelsea"]).resize((320, 320)), (40, 40))
    red = np.array([255, 0, 0])
    assert not (np.asarray(fit(framed, (100, 50), Image.Resampling.NEAREST, bleed=0.1)) == red).all(axis=2).any()


def test_what_makes_no_sense_is_refused() -> None:
    picture = Image.new("RGB", (40, 30))
    with pytest.raises(focalbox.InvalidRequest, match="bleed is a share"):
        fit(picture, (10, 10), bleed=0.5)
    for padded in ({"fit": "contain"}, {"fit": "pad"}, {"on_doubt": "pad"}, {"fill": "white"}):
        for more in ({}, {"centering": (0.5, 0.5)}):
            with pytest.raises(focalbox.InvalidRequest, match="fit never pads"):
                fit(picture, (40, 30), **padded, **more)  # type: ignore[arg-type]
    with pytest.raises(focalbox.InvalidRequest, match="fit never pads"):
        fit(picture, (40, 30), options=focalbox.CropOptions(fill="blur"))
    with pytest.raises(focalbox.InvalidRequest, match=r"image is a PIL image, not 'photo\.jpg'"):
        fit("photo.jpg", (10, 10))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", ["4:3", None, (0, 5), (5,), 5, (5.0, 5)])
@pytest.mark.parametrize("centering", [None, (0.5, 0.5)])
def test_a_size_is_in_pixels(size: Any, centering: tuple[float, float] | None) -> None:
    with pytest.raises(focalbox.InvalidRequest, match="a size"):
        fit(Image.new("RGB", (40, 30)), size, centering=centering)


@pytest.mark.parametrize("bleed", ["0.1", None, float("nan"), 0.5, -0.1])
def test_bleed_is_a_share(bleed: Any) -> None:
    with pytest.raises(focalbox.InvalidRequest, match="bleed is a share from 0 to below"):
        fit(Image.new("RGB", (40, 30)), (20, 10), bleed=bleed)
