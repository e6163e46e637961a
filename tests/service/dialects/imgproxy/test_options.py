"""imgproxy's options: the meaning of each, by both its names, and a sentence for unsupported ones."""

from __future__ import annotations

from contextlib import suppress
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.options.trim import Trim
from focalbox.service.dialects.imgproxy.options import NAMES, read_option
from focalbox.service.dialects.imgproxy.processing import Processing
from focalbox.service.shape.gravity import Gravity


def said(*options: str) -> Processing:
    return reduce(read_option, options, Processing())


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("rs:fill:500:200", {"type": "fill", "width": 500, "height": 200}),
        ("rs:fill:500:200:1:1", {"type": "fill", "width": 500, "height": 200, "enlarge": True, "extend": Gravity()}),
        ("rs::500", {"width": 500}),
        ("s:10:20:t", {"width": 10, "height": 20, "enlarge": True}),
        ("w:", {}),
        ("g:sm", {"gravity": Gravity(smart=True)}),
        ("g:sm:0:0", {"gravity": Gravity(smart=True)}),
        ("rot:-90", {"rotate": 270}),
        ("g:obj:face", {"gravity": Gravity(smart=True, faces=True)}),
        ("g:fp:0.25:0.75", {"gravity": Gravity((0.25, 0.75), focus=True)}),
        ("g:nowe:0:0", {"gravity": Gravity((0.0, 0.0))}),
        ("bg:ff8800", {"background": "#ff8800"}),
        ("bg:255:136:0", {"background": "#ff8800"}),
        ("bl:0", {}),
        ("bl:2.5", {"blur": 2.5}),
        ("sh:1", {"sharpen": 1.0}),
        ("rot:90", {"rotate": 90}),
        ("fl:1:1", {"flip": (True, True)}),
        ("f:jpg", {"format": "jpeg"}),
        ("exp:123456789012", {"expires": 123456789012}),
        ("cb:anything:at:all", {}),
        ("ex:1:ce:0:0", {"extend": Gravity()}),
        ("ex:1:no:0:5", {"extend": Gravity((0.5, 0.0), (0.0, 5.0))}),
        ("rs:fit:5:5:0:1:so", {"width": 5, "height": 5, "extend": Gravity((0.5, 1.0))}),
        ("exar:1", {"extend_ratio": Gravity()}),
        ("g:no:10:0", {"gravity": Gravity((0.5, 0.0), (10.0, 0.0))}),
        ("c:0.5:300:so", {"crop": (0.5, 300.0), "crop_gravity": Gravity((0.5, 1.0))}),
        ("c:100:0", {"crop": (100.0, 0.0)}),
        ("pd:10", {"padding": (10, 10, 10, 10)}),
        ("pd:1:2", {"padding": (2, 1, 2, 1)}),
        ("pd:1:2:3:4", {"padding": (4, 1, 2, 3)}),
        ("pd::5", {"padding": (5, 0, 5, 0)}),
        ("z:2", {"zoom": (2.0, 2.0)}),
        ("zoom:1.5:0.5", {"zoom": (1.5, 0.5)}),
        ("mh:40", {"least": (0, 40)}),
        ("pix:8", {"pixelate": 8}),
        ("a:20:1.5", {"brightness": 20, "contrast": 1.5}),
        ("sa:0", {"saturation": 0.0}),
        ("fq:jpg:60:webp:50", {"qualities": (("jpeg", 60), ("webp", 50))}),
        ("fn:my%20cat", {"filename": "my%20cat"}),
        ("fn:bXkgY2F0:1", {"filename": "my cat"}),
        ("att:1", {"attachment": True}),
        ("kcr:1", {"keep_metadata": True}),
        ("sm:0", {"keep_metadata": True}),
        ("bg:", {}),
        ("exp:0", {}),
        ("raw:0", {}),
        ("wm:0", {}),
        ("rs:fill:30:20:0:0:ce", {"type": "fill", "width": 30, "height": 20}),
        ("t:10::0:0", {"trim": Trim(tolerance=10)}),
        ("t:10::1", {"trim": Trim(tolerance=10, equal="across")}),
        ("t:10::0:true", {"trim": Trim(tolerance=10, equal="down")}),
        ("trim:10:fff:t:1", {"trim": Trim(tolerance=10, colour="#ffffff", equal="both")}),
        ("t:0:fF0", {"trim": Trim(colour="#ffff00")}),
        ("trim:1000.5:00ff00", {"trim": Trim(tolerance=442, colour="#00ff00")}),
        ("da:1", {"still": True}),
    ],
)
def test_an_option_is_read(option: str, expected: dict[str, Any]) -> None:
    assert said(option) == Processing(**expected)


def test_the_last_of_a_name_counts() -> None:
    assert said("g:sm", "g:fp:1:1").gravity.smart is False
    assert said("bl:1", "sh:1", "bl:2") == Processing(blur=2.0, sharpen=1.0)
    assert said("fq:jpg:60", "fq:jpg:70:png:5").qualities == (("jpeg", 70), ("png", 5))


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (
            "wm:1",
            "the option wm is not supported in imgproxy's addresses \\(no watermark can be set here\\), but for wm:0",
        ),
        ("ar:0", "the option ar is not supported in imgproxy's addresses \\(every answer is upright\\), but for ar:1"),
        (
            "icc:srgb",
            "the option icc is not supported in imgproxy's addresses \\(every answer is in sRGB.*\\); a, adjust, ar",
        ),
        ("rs:stretch:1:1", "a resizing type is fit, fill, fill-down, force, auto, not 'stretch'"),
        ("el:maybe", "an option that is on or off is 1 or 0, not 'maybe'"),
        ("g:obj:cat", "the gravity obj:cat is not supported"),
        ("w:-5", "width is a whole number"),
        ("dpr:nan", "the option dpr takes a number above 0 and at most 8, not 'nan'"),
        ("dpr:inf", "the option dpr takes a number above 0"),
        ("z", "the option z takes a number above 0 and at most 8, not ''"),
        ("bl", "the option bl takes a number from 0 to 1000000, not ''"),
        ("br:300", "the option br takes a number from -255 to 255, not '300'"),
        ("co:-1", "the option co takes a number from 0 to 4, not '-1'"),
        ("a:0:9", "the option a takes a number from 0 to 4, not '0:9'"),
        ("bg:256:0:0", "the option bg takes a colour such as ff8800, or three numbers from 0 to 255, not '256:0:0'"),
        ("bg:ff88", "the option bg takes a colour"),
        ("bg:zzz", "the option bg takes a colour such as ff8800, or three numbers from 0 to 255, not 'zzz'"),
        ("rot:45", "the option rot takes a whole multiple of 90, not '45'"),
        ("rot", "the option rot takes a whole multiple of 90, not ''"),
        ("rot:90.0", "the option rot takes a whole multiple of 90"),
        ("g:fp:2:0", "the option g takes fp:X:Y with numbers from 0 to 1, not 'fp:2:0'"),
        ("g:no:a", "the option g takes a number from -1000000 to 1000000, not 'no:a'"),
        ("g:sm:1:1", "the option g takes the gravity sm without offsets, not 'sm:1:1'"),
        ("g:sm:0:5", "the option g takes the gravity sm without offsets"),
        ("g:sm:x", "the option g takes the gravity sm without offsets"),
        ("c:50:50:sm:1", "the option c takes the gravity sm without offsets, not '50:50:sm:1'"),
        ("ex:1:sm", "the gravity sm is not supported; fp:X:Y and places are"),
        ("c:-1:5", "the option c takes a number from 0 to 1000000, not '-1:5'"),
        ("fq:jpg", "the option fq takes formats, each with a quality, not 'jpg'"),
        ("fq:jpg:101", "the option fq takes qualities from 0 to 100, not 'jpg:101'"),
        ("fn:a/b", "the option fn takes a name of at most 255 bytes without slashes or control characters, not 'a/b'"),
        ("fn:a+b:1", "the option fn takes a name in URL-safe base64, not 'a\\+b:1'"),
        ("pd:a", "padding is a whole number"),
        ("pd:1:2:3:30001", "padding is at most 30000 pixels, not 30001"),
        ("t:10:white", "the option t takes a tolerance and a colour such as ff8800, not '10:white'"),
        ("t::ffffff", "the option t takes a number from 0 to 1000000"),
        ("t:10:ffffff:1:0:1", "the option t has no '1' here"),
        ("t:10::maybe", "an option that is on or off is 1 or 0, not 'maybe'"),
        ("q:50:60", "the option q has no '60' here"),
        ("fl:1:1:1", "the option fl has no '1' here"),
        ("exp:soon", "the option exp takes a whole number, the seconds since 1970, not 'soon'"),
    ],
)
def test_what_is_not_supported_is_named(option: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        said(option)


@given(name=st.sampled_from(sorted(NAMES)), arguments=st.lists(st.text(max_size=6), max_size=5))
def test_anything_is_read_or_refused(name: str, arguments: list[str]) -> None:
    with suppress(InvalidRequest):
        assert isinstance(said(":".join([name, *arguments])), Processing)
