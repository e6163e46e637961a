"""thumbor's filters: the meaning of each, and a sentence that names a wrong one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.geometry import PixelBox
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.service.dialects.thumbor_filters import FILTERS, Filters, read_filters
from focalbox.service.request import OPAQUE_JPEG


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("quality(70):format(webp)", {"quality": 70, "format": "webp"}),
        ("fill(ff8800)", {"fill": "#ff8800"}),
        ("fill(auto,true)", {"fill": "edge"}),
        ("fill(transparent)", {"fill": "#ffffff00"}),
        ("fill(transparent,1)", {"fill": "#ffffff00"}),
        ("fill(red,false)", {"fill": "red"}),
        ("fill(red, True)", {"fill": "red", "effects": (Effect("background", (), "red"),)}),
        ("rotate(-90)", {"effects": (Effect("rotate", (-90.0,)),)}),
        ("rotate(45)", {}),
        ("fill(blur)", {"fill": "blur"}),
        ("focal(10x20:110x220)", {"focal": PixelBox(10, 20, 100, 200)}),
        ("no_upscale():upscale()", {"upscale": True}),
        ("upscale():no_upscale()", {"no_upscale": True}),
        ("proportion(0.5)", {"proportion": 0.5}),
        ("strip_icc():strip_exif():strip_metadata()", {}),
        ("autojpg()", {"format": OPAQUE_JPEG}),
        ("autojpg(false)", {}),
        ("format(png):autojpg()", {"format": "png"}),
        ("blur(30,3)", {"effects": (Effect("blur", (3.0,)),)}),
        ("blur(1,1000)", {"effects": (Effect("blur", (round((2 / 3) ** 0.5, 4),)),)}),
        ("sharpen(2,1.5,true)", {"effects": (Effect("wavelet", (2.0, 1.5, 1.0)),)}),
        ("sharpen(.5, 2.)", {"effects": (Effect("wavelet", (0.5, 2.0, 0.0)),)}),
        ("round_corner(20|20, 255,0,16,false)", {"effects": (Effect("round", (20.0,), "#ff0010"),)}),
        ("round_corner(20,255,0,16,1)", {"effects": (Effect("round", (20.0,), ""),)}),
        ("brightness(-40):contrast( 40 )", {"effects": (Effect("brightness", (-40.0,)), Effect("contrast", (40.0,)))}),
        ("rgb(20,-15,0)", {"effects": (Effect("rgb", (20.0, -15.0, 0.0)),)}),
        ("colorize(40,0,100,ff8800)", {"effects": (Effect("colorize", (40.0, 0.0, 100.0, 255.0, 136.0, 0.0)),)}),
        ("saturation(1.8):equalize()", {"effects": (Effect("saturation", (1.8,)), Effect("equalize"))}),
        ("noise(40)", {"effects": (Effect("noise", (40.0, 0.0)),)}),
        ("noise(40, 7)", {"effects": (Effect("noise", (40.0, 7.0)),)}),
        ("convolution(1;2;1,3,true)", {"effects": (Effect("convolution", (3.0, 0.25, 0.5, 0.25)),)}),
        ("convolution(-1;2;-1,1,false)", {"effects": (Effect("convolution", (1.0, -1.0, 2.0, -1.0)),)}),
        ("background_color(fff)", {"effects": (Effect("background", (), "#fff"),)}),
    ],
)
def test_filters_are_read(text: str, expected: dict[str, Any]) -> None:
    assert read_filters(text) == Filters(**expected)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "watermark(a,1,1,1)",
            r"the filter watermark is not supported \(it draws another picture over this one\); autojpg, ",
        ),
        ("quality(80):curve([(0,0),(255,255)],[(0,50)])", "the filter curve takes four lists of points"),
        ("blur((3))", "filters look like quality"),
        ("quality", "filters look like quality"),
        ("quality(80)format(webp)", "filters look like quality"),
        ("quality(high)", "quality is a whole number"),
        ("stretch(1)", "the filter stretch takes nothing, not '1'"),
        ("strip_icc(x)", "the filter strip takes nothing"),
        ("brightness(1.5)", "the filter brightness takes a number from -100 to 100, not '1.5'"),
        ("sharpen(1,2,maybe)", "the filter sharpen takes an amount, a radius, and true or false"),
        ("sharpen(101,1,true)", "the filter sharpen takes numbers of at most 100"),
        ("sharpen(1)", "the filter sharpen takes an amount"),
        ("blur(1,2,3)", "the filter blur takes 1 to 2 numbers"),
        ("round_corner(20)", "the filter round_corner takes 4 numbers, .* and perhaps true, not '20'"),
        ("round_corner(20,256,0,0)", "the filter round_corner takes 4 numbers, a radius and a colour of 0 to 255"),
        ("round_corner(-5,0,0,0)", "the filter round_corner takes 4 numbers"),
        ("round_corner(5,0,0,0,maybe)", "the filter round_corner takes 4 numbers"),
        ("round_corner(5,0,0,0,1,1)", "the filter round_corner takes 4 numbers"),
        ("round_corner(20|30,255,0,0,1)", "the filter round_corner takes one radius here, .* not '20|30,255,0,0,1'"),
        ("rotate(1,2)", "the filter rotate takes a number, not '1,2'"),
        ("background_color(blur)", "the filter background_color takes a colour, not 'blur'"),
        ("fill()", "the filter fill takes a colour, blur, auto or transparent, not ''"),
        ("fill(mauvish)", "a fill is a colour"),
        ("focal(1x1)", "the filter focal takes LEFTxTOP:RIGHTxBOTTOM, not '1x1'"),
        ("focal(9x9:3x12)", "a box of at least one pixel is LEFTxTOP:RIGHTxBOTTOM"),
        ("format(heic)", "the format heif is read, and not written"),
        ("rgb(1,2)", "the filter rgb takes three numbers from -100 to 100, not '1,2'"),
        ("rgb(1,2,101)", "rgb takes numbers of at most 100"),
        ("colorize(1,2,3,red)", "the filter colorize takes three percentages and a colour"),
        ("saturation(much)", "the filter saturation takes a number"),
        ("noise(-1)", "the filter noise takes an amount"),
        ("equalize(1)", "the filter equalize takes nothing"),
        ("convolution(1;2;1;2,2,true)", "an odd number of columns and rows"),
        ("convolution(1;2;1,0,true)", "the filter convolution takes"),
        ("convolution(1,1)x", "filters look like quality"),
        ("curve([(0,0),(255,255)],[(5,5),(5,6)],[(0,0)],[(0,0)])", "points with growing numbers"),
        ("cover()", "the filter cover is not supported; autojpg, "),
        ("frame(a.png)", "the filter frame is not supported"),
        ("proportion(0)", "a number above 0 and at most 1"),
    ],
)
def test_what_makes_no_sense_is_named(text: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        read_filters(text)


def test_a_curve_of_all_colours_comes_after_those_of_each() -> None:
    (effect,) = read_filters("curve([(0,255),(255,0)], [(0,0),(255,100)], [(0,0),(255,255)], [(7,9)])").effects
    red, green, blue = (effect.values[at : at + 256] for at in (0, 256, 512))
    assert (red[0], red[255], green[0], green[64], set(blue)) == (255.0, 155.0, 255.0, 191.0, {246.0})


@given(name=st.sampled_from(sorted(FILTERS)), argument=st.text(st.characters(exclude_characters="()"), max_size=12))
def test_anything_is_read_or_refused(name: str, argument: str) -> None:
    with suppress(InvalidRequest):
        assert isinstance(read_filters(f"{name}({argument})"), Filters)
