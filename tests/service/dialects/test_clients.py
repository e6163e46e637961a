"""Every task, filter and option by name, as its real client writes it, is answered with what it means."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from focalbox.service.dialects.filestack.tasks import SUPPORTED
from focalbox.service.dialects.imgproxy.options import NAMES
from focalbox.service.dialects.thumbor_filters import FILTERS
from service.clients import THUMBOR_KEY, make_filestack, make_imgproxy, make_thumbor
from service.servers import Answer, Service

pytestmark = pytest.mark.slow
Wanted = tuple[int, int] | dict[str, int]
Case = tuple[dict[str, Any], Wanted]
"""What a client is told, and the size of the picture or the JSON that comes back for coffee.jpg of 600x400."""

FILESTACK: list[Case] = [
    ({"smart_crop": {"width": 90, "height": 60, "mode": "face"}}, (90, 60)),
    ({"resize": {"width": 90}}, (90, 60)),
    ({"resize": {"width": 90, "height": 90, "fit": "clip"}}, (90, 60)),
    ({"resize": {"width": 90, "height": 90, "fit": "crop", "align": "faces"}}, (90, 90)),
    ({"resize": {"width": 90, "height": 90, "fit": "crop", "align": ["top", "left"]}}, (90, 90)),
    ({"resize": {"width": 90, "height": 90, "fit": "scale"}}, (90, 90)),
    ({"resize": {"width": 900, "height": 900, "fit": "max"}}, (600, 400)),
    ({"crop": {"dim": [10, 20, 200, 100]}}, (200, 100)),
    ({"crop_faces": {"width": 90, "height": 60, "mode": "fill", "faces": "all"}}, (90, 60)),
    ({"crop_faces": {"width": 90, "height": 60, "mode": "crop", "faces": [1, 2], "buffer": 200}}, (90, 60)),
    ({"crop_faces": {"width": 90, "height": 60, "minsize": 0.35, "maxsize": 0.35}}, (90, 60)),
    ({"crop_faces": {"faces": 1}, "resize": {"width": 90, "height": 60, "fit": "crop"}}, (90, 60)),
    ({"rotate": {"deg": "exif"}}, (600, 400)),
    ({"circle": {"background": "white"}}, (400, 400)),
    ({"crop_faces": {"mode": "fill", "width": 90, "height": 90}, "rounded_corners": {"radius": "max"}}, (90, 90)),
    ({"rotate": {"deg": 90, "background": "red"}}, (400, 600)),
    ({"compress": True}, (600, 400)),
    ({"no_metadata": True}, (600, 400)),
    ({"auto_image": True}, (600, 400)),
    ({"quality": {"value": 30}}, (600, 400)),
    ({"pjpg": {"quality": 60}}, (600, 400)),
    ({"output": {"format": "webp", "quality": 60, "strip": True}}, (600, 400)),
    ({"fallback": {"handle": "abcdefghij012345678z", "cache": 60}}, (600, 400)),
    ({"blur": {"amount": 3}}, (600, 400)),
    ({"monochrome": True}, (600, 400)),
    ({"negative": True}, (600, 400)),
    ({"sepia": {"tone": 60}}, (600, 400)),
    ({"modulate": {"brightness": 120, "saturation": 50, "hue": 90}}, (600, 400)),
    ({"smart_crop": {"width": 90, "height": 60}, "sharpen": {"amount": 3}, "sepia": True}, (90, 60)),
    ({"blackwhite": {"threshold": 40}}, (600, 400)),
    ({"pixelate": {"amount": 9}}, (600, 400)),
    ({"resize": {"width": 90}, "border": {"width": 10, "color": "red", "background": "white"}}, (110, 80)),
    ({"output": {"format": "jpg", "background": "white", "colorspace": "rgb", "page": 1}}, (600, 400)),
    ({"flip": True, "flop": True}, (600, 400)),
    ({"cache": {"expiry": 60}}, (600, 400)),
    ({"imagesize": True}, {"width": 600, "height": 400}),
]
WRITTEN: list[tuple[str, Wanted]] = [
    ("/smart_crop=width:90,height:60,mode:fit,fill_color:white/coffee.jpg", (90, 60)),
    ("/smart_crop=width:90,height:60,mode:object/coffee.jpg", (90, 60)),
    ("/rotate=exif:true/coffee.jpg", (600, 400)),
]
"""What filestack-js has no words for, and Filestack's pages do."""
THUMBOR: list[Case] = [
    ({"width": 90, "height": 60, "smart": True}, (90, 60)),
    ({"width": 90, "height": 60, "crop": ((10, 20), (310, 220))}, (90, 60)),
    ({"width": 90, "height": 60, "flip": True, "flop": True, "halign": "left", "valign": "top"}, (90, 60)),
    ({"width": "orig", "height": "orig"}, (600, 400)),
    ({"width": 90, "height": 90, "fit_in": True}, (90, 60)),
    ({"width": 90, "height": 90, "full_fit_in": True}, (135, 90)),
    ({"width": 700, "height": 500, "full_fit_in": True}, (750, 500)),
    ({"width": 90, "height": 90, "full_fit_in": True, "filters": ["fill(red)"]}, (135, 90)),
    ({"height": 80, "adaptive_fit_in": True}, (120, 80)),
    ({"width": 90, "height": 300, "adaptive_fit_in": True}, (135, 90)),
    ({"width": 90, "height": 300, "adaptive_full_fit_in": True}, (300, 200)),
    ({"width": 90, "height": 90, "filters": ["stretch()", "rotate(45)"]}, (90, 90)),
    ({"width": 90, "height": 90, "fit_in": True, "filters": ["stretch()"]}, (90, 60)),
    ({"width": 90, "height": 60, "trim": True}, (90, 60)),
    ({"width": 90, "height": 60, "trim": ("top-left", 20)}, (90, 60)),
]
BY_FILTER: dict[str, tuple[list[str], dict[str, Any], Wanted]] = {
    "autojpg": (["autojpg()"], {}, (90, 60)),
    "background_color": (["background_color(ff0000)"], {}, (90, 60)),
    "blur": (["blur(3)"], {}, (90, 60)),
    "brightness": (["brightness(20)"], {}, (90, 60)),
    "colorize": (["colorize(40,0,100,ff8800)"], {}, (90, 60)),
    "convolution": (["convolution(1;2;1;2;4;2;1;2;1,3,true)"], {}, (90, 60)),
    "curve": (["curve([(0,0),(255,255)],[(0,50),(255,205)],[(0,0),(255,255)],[(0,0),(255,255)])"], {}, (90, 60)),
    "equalize": (["equalize()"], {}, (90, 60)),
    "noise": (["noise(20)", "noise(20,7)"], {}, (90, 60)),
    "rgb": (["rgb(20,-20,0)"], {}, (90, 60)),
    "saturation": (["saturation(1.8)"], {}, (90, 60)),
    "contrast": (["contrast(20)"], {}, (90, 60)),
    "extract_focal": (["extract_focal()"], {}, (90, 60)),
    "fill": (["fill(transparent)", "fill(auto)"], {"fit_in": True, "height": 90}, (90, 90)),
    "focal": (["focal(10x20:110x120)"], {}, (90, 60)),
    "format": (["format(webp)"], {}, (90, 60)),
    "grayscale": (["grayscale()"], {}, (90, 60)),
    "max_age": (["max_age(60)"], {}, (90, 60)),
    "max_bytes": (["max_bytes(2000)"], {}, (90, 60)),
    "no_upscale": (["no_upscale()"], {"width": 900}, (600, 60)),
    "proportion": (["proportion(0.5)"], {}, (45, 30)),
    "quality": (["quality(30)"], {}, (90, 60)),
    "rotate": (["rotate(90)"], {}, (60, 90)),
    "round_corner": (["round_corner(20,255,255,255)"], {}, (90, 60)),
    "sharpen": (["sharpen(2,1.0,true)"], {}, (90, 60)),
    "stretch": (["stretch()"], {}, (90, 60)),
    "strip_exif": (["strip_exif()"], {}, (90, 60)),
    "strip_icc": (["strip_icc()"], {}, (90, 60)),
    "strip_metadata": (["strip_metadata()"], {}, (90, 60)),
    "upscale": (["upscale()"], {"width": 900, "height": 900, "fit_in": True}, (900, 600)),
}
IMGPROXY: list[Case] = [
    ({"resize": {"resizing_type": "fill", "width": 90, "height": 60}, "gravity": {"type": "sm"}}, (90, 60)),
    ({"size": {"width": 90, "height": 60}, "resizing_type": "force"}, (90, 60)),
    ({"width": 90, "height": 60, "resizing_type": "fill", "dpr": 2}, (180, 120)),
    ({"width": 900, "enlarge": True}, (900, 600)),
    ({"width": 90, "height": 90, "extend": {"extend": True}, "background": {"r": 255, "g": 0, "b": 0}}, (90, 90)),
    ({"width": 90, "quality": 30, "format": "webp"}, (90, 60)),
    ({"width": 90, "trim": {"threshold": 10}}, (90, 60)),
    ({"width": 90, "trim": {"threshold": 10, "color": "ffffff"}}, (90, 60)),
    ({"width": 90, "blur": 2, "sharpen": 0.5}, (90, 60)),
    ({"width": 90, "rotate": 90}, (90, 135)),
    ({"width": 90, "max_bytes": 3000, "cachebuster": "7"}, (90, 60)),
    ({"width": 90, "auto_rotate": True, "strip_metadata": True, "strip_color_profile": True}, (90, 60)),
    ({"width": 90, "expires": 4_000_000_000}, (90, 60)),
    ({"crop": {"width": 300, "height": 0.5, "gravity": {"type": "nowe"}}, "width": 90}, (90, 60)),
    ({"crop": {"width": 300, "height": 200, "gravity": {"type": "sm"}}, "width": 90}, (90, 60)),
    ({"width": 90, "padding": {"top": 10, "right": 20, "bottom": 30, "left": 40}}, (150, 100)),
    ({"width": 90, "zoom": 2}, (180, 120)),
    ({"width": 90, "height": 60, "zoom": {"zoom_x": 2, "zoom_y": 1}, "resizing_type": "fill"}, (180, 60)),
    ({"height": 60, "min_width": 120}, (120, 60)),
    ({"width": 90, "height": 90, "extend_aspect_ratio": {"extend": True, "gravity": {"type": "ce"}}}, (90, 90)),
    (
        {"width": 90, "pixelate": 5, "keep_copyright": True, "format_quality": [{"format": "jpg", "quality": 50}]},
        (90, 60),
    ),
    ({"width": 90, "filename": {"name": "hero"}, "return_attachment": True, "enforce_thumbnail": True}, (90, 60)),
]
SHORT = {  # both names of each option, as imgproxy's pages write them
    "resize:fill:90:60": "rs", "size:90:60": "s", "resizing_type:fill": "rt", "width:90": "w", "height:60": "h",
    "min-width:90": "mw", "min_width:90": "", "min-height:60": "mh", "min_height:60": "", "zoom:0.5": "z", "dpr:1": "",
    "enlarge:1": "el", "extend:0": "ex", "extend_aspect_ratio:1": "exar", "extend_ar:1": "",
    "gravity:sm": "g", "crop:90:60:so": "c", "padding:5": "pd", "trim:10": "t", "rotate:90": "rot", "flip:1:1": "fl",
    "background:255:0:0": "bg", "adjust:10:1.2:0.5": "a", "brightness:10": "br", "contrast:1.2": "co",
    "saturation:0.5": "sa", "blur:2": "bl", "sharpen:0.5": "sh", "pixelate:5": "pix",
    "quality:30": "q", "format_quality:jpg:30": "fq", "format:png": "f", "max_bytes:3000": "mb",
    "expires:4000000000": "exp", "disable_animation:1": "da", "keep_copyright:1": "kcr", "strip_metadata:1": "sm",
    "filename:hero": "fn", "return_attachment:1": "att", "auto_rotate:1": "ar", "raw:0": "", "watermark:0": "wm",
    "page:0": "pg", "strip_color_profile:1": "scp", "enforce_thumbnail:1": "eth", "cachebuster:7": "cb",
}  # fmt: skip


HANDLE, PERSON = "abcdefghij0123456789", "abcdefghij012345678z"
"""Handles as Filestack makes them: those of coffee.jpg and astronaut.jpg."""


@pytest.fixture(scope="module")
def served(opened: Callable[..., Service], pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Service:
    root = tmp_path_factory.mktemp("clients")
    for name, photograph in (("coffee.jpg", "coffee"), (HANDLE, "coffee"), (PERSON, "astronaut")):
        shutil.copy(pictures / f"{photograph}.jpg", root / name)
    return opened(root=root, allow_unsigned="true", thumbor_key=THUMBOR_KEY)


def check(answer: Answer, wanted: Wanted, address: str) -> None:
    assert answer.status == 200, (address, answer.content)
    if isinstance(wanted, dict):
        assert answer.json() == wanted, address
        return
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == wanted, address


@pytest.mark.parametrize("b64", [False, True])
def test_tasks_of_filestack_js(served: Service, *, b64: bool) -> None:
    addresses = make_filestack([tasks for tasks, _ in FILESTACK], HANDLE, b64=b64)
    for address, (_, wanted) in zip(addresses, FILESTACK, strict=True):
        check(served.ask(address), wanted, address)


def test_every_task_of_filestack_that_is_done_is_tried(served: Service) -> None:
    faces = served.ask(
        make_filestack([{"detect_faces": {"export": True, "minsize": 0.25, "maxsize": 0.55}}], PERSON)[0]
    )
    assert faces.status == 200
    assert {"x", "y", "width", "height"} <= faces.json()[0].keys()
    for address, wanted in WRITTEN:
        check(served.ask(address), wanted, address)
    tried = {name for tasks, _ in FILESTACK for name in tasks}
    assert set(SUPPORTED) - tried == {"detect_faces", "security"}, "the policy has tests of its own"


def test_what_comes_before_the_filters_of_libthumbor(served: Service) -> None:
    for address, (_, wanted) in zip(make_thumbor([o for o, _ in THUMBOR], "coffee.jpg"), THUMBOR, strict=True):
        check(served.ask(address), wanted, address)


def test_every_filter_of_libthumbor_that_is_done_is_tried(served: Service) -> None:
    assert BY_FILTER.keys() == FILTERS.keys()
    for filters, more, wanted in BY_FILTER.values():
        for one in filters:
            (address,) = make_thumbor([{"width": 90, "height": 60, "filters": [one], **more}], "coffee.jpg")
            check(served.ask(address), wanted, address)
    (refused,) = make_thumbor([{"width": 90, "height": 60, "filters": ["format(heif)"]}], "coffee.jpg")
    assert "heif is read, and not written" in served.ask(refused).problem()


def test_options_of_imgproxy_js_core(served: Service) -> None:
    addresses = make_imgproxy([options for options, _ in IMGPROXY], "coffee.jpg")
    for address, (_, wanted) in zip(addresses, IMGPROXY, strict=True):
        check(served.ask(address), wanted, address)


def test_every_option_of_imgproxy_that_is_done_is_tried_by_both_its_names(served: Service) -> None:
    assert {name.partition(":")[0] for name in SHORT} | set(SHORT.values()) - {""} | {"ext"} == NAMES.keys()
    for written, short in {**SHORT, "ext:png": "", "format:webp": "f"}.items():
        answers = [
            served.ask(f"/unsafe/{option}/plain/coffee.jpg")
            for option in ([written, f"{short}:{written.partition(':')[2]}"] if short else [written])
        ]
        assert {answer.status for answer in answers} == {200}, (written, answers[0].content)
        assert len({answer.content for answer in answers}) == 1, written
