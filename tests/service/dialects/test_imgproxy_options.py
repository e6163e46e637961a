"""imgproxy's options: what each says, by both its names, and a sentence for what is not supported."""

from __future__ import annotations

from contextlib import suppress
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.imaging.output.effects import Effect
from focalbox.service.dialects.imgproxy_options import NAMES, Processing, read_option


def said(*options: str) -> Processing:
    return reduce(read_option, options, Processing())


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("rs:fill:500:200", {"type": "fill", "width": 500, "height": 200}),
        ("rs:fill:500:200:1:1", {"type": "fill", "width": 500, "height": 200, "enlarge": True, "extend": True}),
        ("rs::500", {"width": 500}),
        ("s:10:20:t", {"width": 10, "height": 20, "enlarge": True}),
        ("w:", {}),
        ("g:sm", {"smart": True, "align": None}),
        ("g:obj:face", {"smart": True, "faces": True, "align": None}),
        ("g:fp:0.25:0.75", {"focus": (0.25, 0.75), "align": None}),
        ("g:nowe:0:0", {"align": (0.0, 0.0)}),
        ("bg:ff8800", {"background": "#ff8800"}),
        ("bg:255:136:0", {"background": "#ff8800"}),
        ("bl:0", {}),
        ("bl:2.5", {"effects": (Effect("blur", (2.5,)),)}),
        ("sh:1", {"effects": (Effect("sharpen", (1.0, 1.0)),)}),
        ("rot:90", {"effects": (Effect("rotate", (270.0,)),)}),
        ("fl:1:1", {"effects": (Effect("flop"), Effect("flip"))}),
        ("f:jpg", {"format": "jpeg"}),
        ("exp:123456789012", {"expires": 123456789012}),
        ("cb:anything:at:all", {}),
        ("ex:1:ce:0:0", {"extend": True}),
        ("rs:fill:30:20:0:0:ce", {"type": "fill", "width": 30, "height": 20}),
        ("t:10::0:0", {"trim": 10}),
        ("da:1", {"still": True}),
    ],
)
def test_an_option_is_read(option: str, expected: dict[str, Any]) -> None:
    assert said(option) == Processing(**expected)


def test_the_last_gravity_counts_and_effects_add_up() -> None:
    assert said("g:sm", "g:fp:1:1").smart is False
    assert [one.name for one in said("bl:1", "sh:1", "bl:2").effects] == ["blur", "sharpen", "blur"]


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("wm:1", "the option wm is not supported in imgproxy's addresses; ar, auto_rotate"),
        ("rs:stretch:1:1", "a resizing type is fit, fill, fill-down, force, auto, not 'stretch'"),
        ("el:maybe", "an option that is on or off is 1 or 0, not 'maybe'"),
        ("g:no:10:0", "the gravity no:10:0 is not supported"),
        ("g:obj:cat", "the gravity obj:cat is not supported"),
        ("w:-5", "width is a whole number"),
        ("dpr:nan", "the option dpr is not written as imgproxy's"),
        ("dpr:inf", "the option dpr is not written as imgproxy's"),
        ("bl", "the option bl is not written as imgproxy's"),
        ("bg:256:0:0", "the option bg is not written as imgproxy's"),
        ("bg:ff88", "the option bg is not written as imgproxy's"),
        ("rot:45", "the option rot is not written as imgproxy's"),
        ("ex:1:no", "the option ex has no 'no' here: 'ex:1:no'"),
        ("rs:fit:5:5:0:1:so", "the option rs has no 'so' here"),
        ("t:10:ffffff", "the option t has no 'ffffff' here"),
        ("q:50:60", "the option q has no '60' here"),
        ("fl:1:1:1", "the option fl has no '1' here"),
        ("exp:soon", "the option exp is not written as imgproxy's"),
    ],
)
def test_what_is_not_supported_is_named(option: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        said(option)


@given(name=st.sampled_from(sorted(NAMES)), arguments=st.lists(st.text(max_size=6), max_size=5))
def test_anything_is_read_or_refused(name: str, arguments: list[str]) -> None:
    with suppress(InvalidRequest):
        assert isinstance(said(":".join([name, *arguments])), Processing)
