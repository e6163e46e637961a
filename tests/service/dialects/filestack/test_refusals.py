"""Filestack's tasks that are not done, in an order that is not done, or beside each other in vain, are refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.filestack.address import read
from focalbox.service.dialects.filestack.request import parse
from service.dialects.filestack.requests import asked


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


@pytest.mark.parametrize("path", [b"/resize=w:50", b"/flip/resize=w:50", b"/KEY/smart_crop=w:5,h:5"])
def test_a_task_at_the_end_lacks_a_source(path: bytes) -> None:
    with pytest.raises(InvalidRequest, match="an address ends with the source"):
        parse(read(path))


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
