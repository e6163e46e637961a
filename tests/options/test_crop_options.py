"""The options: what is read, from Python and from text, what is refused in one sentence, and the tables made from them."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.core.framing import MODES
from focalbox.core.geometry import Box
from focalbox.errors import InvalidRequest
from focalbox.imaging.output.fill import colour_of
from focalbox.options import ANIMATE, OPTIONS, CropKeywords, CropOptions, Option
from focalbox.options.trim import CORNERS, MAX_TOLERANCE, Trim, parse_trim
from strategies import boxes


@given(st.builds(Trim, st.sampled_from(CORNERS), st.integers(0, MAX_TOLERANCE)))
def test_a_written_trim_is_read_back(trim: Trim) -> None:
    assert parse_trim(str(trim)) == parse_trim(trim) == CropOptions.of({"trim": str(trim)}).trim == trim
    assert parse_trim(trim.corner) == Trim(trim.corner, 0)


@given(
    st.builds(
        CropOptions,
        focus=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
        keep=st.lists(boxes(), max_size=2),
        avoid=st.lists(boxes(), max_size=2),
        zoom=st.floats(0, 1),
        upscale=st.booleans(),
        mode=st.sampled_from(MODES),
        doubt=st.floats(0, 1),
        keep_metadata=st.booleans(),
        fill=st.sampled_from(["white", "rgb(1, 2, 3)", "#ff880080"])
        | st.lists(st.integers(0, 255), min_size=3, max_size=4).map(tuple),
        trim=st.none() | st.sampled_from(["bottom-right:7", "#ffffff:5:both"]),
        animate=st.sampled_from(ANIMATE),
    )
)
def test_options_written_as_text_are_read_back(options: CropOptions) -> None:
    assert CropOptions.from_text(options.to_text()) == options


def test_a_fill_of_numbers_is_written_as_its_colour() -> None:
    for fill, text in (((255, 136, 0), "#ff8800"), ((255, 136, 0, 128), "#ff880080")):
        assert CropOptions(fill=fill).to_text() == {"fill": [text]}
        assert CropOptions(fill=fill) == CropOptions(fill=text)
        assert colour_of(text) == colour_of(fill)


def test_boxes_may_be_given_in_many_ways() -> None:
    box = Box(0.1, 0.2, 0.3, 0.4)
    for keep in (
        box,
        [box],
        (0.1, 0.2, 0.3, 0.4),
        [0.1, 0.2, 0.3, 0.4],
        [(0.1, 0.2, 0.3, 0.4)],
        ((0.1, 0.2, 0.3, 0.4),),
    ):
        assert CropOptions.of({"keep": keep}).keep == (box,)


BAD = [
    ({"zom": 1}, "zom"),
    ({"zoom": "much"}, "zoom is a number from 0 to 1, not 'much'"),
    ({"zoom": 2}, "zoom is a number from 0 to 1, not 2"),
    ({"zoom": True}, "zoom is a number"),
    ({"retain": None}, "retain is a number"),
    ({"doubt": float("nan")}, "doubt is a number"),
    ({"focus": 0.5}, "focus is a point x,y in fractions from 0 to 1, such as 0.5,0.3, not 0.5"),
    ({"focus": (0.5,)}, "focus"),
    ({"focus": "01"}, "focus"),
    ({"focus": "0.5,0.3"}, r"not '0\.5,0\.3' \(in Python a tuple of numbers\)"),
    ({"focus": (500, 200)}, r"not \(500, 200\) \(divide pixels by width and height\)"),
    ({"keep": [(1, 2, 3)]}, "keep is a box"),
    ({"keep": "everything"}, "keep is a box"),
    ({"keep": None}, "keep is a box"),
    ({"keep": (10, 20, 300, 200)}, r"\(divide pixels by width and height\)"),
    ({"avoid": [(0.5, 0.5, 1, 1)]}, "inside the picture"),
    ({"avoid": [(0.5, 0.5, -0.1, 1)]}, "a box left,top,width,height inside the picture"),
    ({"fit": "squeeze"}, "fit is one of cover, tight, pad, contain, not 'squeeze'"),
    ({"fit": ["tight"]}, "fit is one of"),
    ({"upscale": "no"}, "upscale is true or false, not 'no'"),
    ({"upscale": 2}, "upscale is true or false"),
    ({"fill": 7}, "fill is a colour"),
    ({"fill": (1, 2)}, "fill is a colour"),
    ({"fill": (0, 0, 256)}, "fill is a colour"),
    ({"zoom": 0.5, "fit": "pad"}, "zoom goes from cover to tight"),
    ({"trim": "left"}, "top-left, bottom-right or a colour"),
    ({"trim": True}, "top-left, bottom-right or a colour"),
    ({"trim": ""}, "top-left, bottom-right or a colour"),
    ({"trim": "top-left:"}, "top-left, bottom-right or a colour"),
    ({"trim": "top-left:443"}, "0 to 442"),
    ({"trim": "top-left:-1"}, "0 to 442"),
    ({"trim": "top-left:\u0665"}, "0 to 442"),
]


@pytest.mark.parametrize(("options", "reason"), BAD)
def test_wrong_options_are_refused_by_name(options: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason) as refused:
        CropOptions.of(options)
    assert len(str(refused.value).splitlines()) == 1


def test_center_is_another_spelling() -> None:
    assert CropOptions(on_doubt="center").on_doubt == "centre"  # the field holds one spelling


def test_keywords_come_before_the_options_in_one_value() -> None:
    both = CropOptions.of({"zoom": 0.25}, CropOptions(zoom=0.5, doubt=0.7))
    assert (both.zoom, both.doubt) == (0.25, 0.7)
    with pytest.raises(InvalidRequest, match=r"options is a CropOptions, not \{'zoom': 1\}"):
        CropOptions.of({}, {"zoom": 1})  # type: ignore[arg-type]


def test_options_can_be_pickled() -> None:
    options = CropOptions.of({"focus": (0.5, 0.25), "keep": (0.1, 0.1, 0.2, 0.2), "trim": "top-left:3"})
    assert pickle.loads(pickle.dumps(options)) == options  # noqa: S301 - its own


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_the_table_is_true_of_every_option(option: Option) -> None:
    assert option.kind.read(option.name, option.default) == option.default == getattr(CropOptions(), option.name)
    (chosen,) = [CropOptions.from_text({option.name: [option.example]})]
    assert getattr(chosen, option.name) != option.default
    for word in option.kind.choices:
        assert getattr(CropOptions.from_text({option.name: [word]}), option.name) == word


def test_text_is_read_as_addresses_have_it() -> None:
    found = CropOptions.from_text({"keep": ["0,0,.1,.1", "0.5,0.5,0.5,0.5"], "upscale": ["yes"], "focus": [".5,0"]})
    assert found.keep == (Box(0, 0, 0.1, 0.1), Box(0.5, 0.5, 0.5, 0.5))
    assert (found.upscale, found.focus) == (True, (0.5, 0.0))
    for wrong, reason in (
        ({"zoom": ["0.1", "0.2"]}, "zoom is given once, not 2 times"),
        ({"zoom": ["a"]}, "zoom is a number from 0 to 1, not 'a'"),
        ({"focus": ["0.5"]}, "focus is a point"),
        ({"upscale": ["maybe"]}, "upscale is true or false"),
        ({"zooom": ["1"]}, "zooom"),
    ):
        with pytest.raises(InvalidRequest, match=reason):
            CropOptions.from_text(wrong)


def test_the_keywords_are_the_options() -> None:
    assert tuple(CropKeywords.__annotations__) == tuple(option.name for option in OPTIONS)


def test_options_that_are_given_whole_are_not_read_again() -> None:
    options = CropOptions(zoom=0.5)
    assert CropOptions.of({}, options) is options
    assert CropOptions.of({"zoom": 0.25}, options) == CropOptions(zoom=0.25)
