"""imgproxy's steps in imgproxy's order: the answer is the result of the steps done one after the other."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.service.dialects.imgproxy.address import parse
from service.servers import Service

_DIFFERENCE = 6
"""Mean difference of tones up to which two ways of scaling make the same picture."""


def steps(photograph: np.ndarray, **wanted: Any) -> Image.Image:
    """Do one step after the other, each in the pixels that the step before has made.

    turn, flop, crop (box), scale (size), cut (box), blur, and pad (left, top, right, bottom, colour).
    """
    image = Image.fromarray(photograph)
    image = image.rotate(-wanted.get("turn", 0), expand=True)
    if "crop" in wanted:
        image = image.crop(wanted["crop"])
    if "scale" in wanted:
        image = image.resize(wanted["scale"], Image.Resampling.LANCZOS)
    image = ImageOps.mirror(image) if wanted.get("flop") else image
    if "cut" in wanted:
        image = image.crop(wanted["cut"])
    image = image.filter(ImageFilter.GaussianBlur(wanted["blur"])) if "blur" in wanted else image
    if "pad" in wanted:
        left, top, right, bottom, colour = wanted["pad"]
        ground = Image.new("RGB", (image.width + left + right, image.height + top + bottom), colour)
        ground.paste(image, (left, top))
        image = ground
    return image


CASES: list[tuple[str, dict[str, Any]]] = [
    ("c:300:200/w:150", {"crop": (150, 100, 450, 300), "scale": (150, 100)}),
    ("c:300:200:nowe/w:150", {"crop": (0, 0, 300, 200), "scale": (150, 100)}),
    ("crop:0.5:0.25:so/w:150", {"crop": (150, 300, 450, 400), "scale": (150, 50)}),
    ("c:300:200:so:0:40", {"crop": (150, 160, 450, 360)}),
    ("c:300:200:fp:0.9:0.5", {"crop": (300, 100, 600, 300)}),
    ("c:300:0:ea", {"crop": (300, 0, 600, 400)}),
    ("c:900:900", {}),
    ("g:ea/c:300:400", {"crop": (300, 0, 600, 400)}),
    ("c:400:400:we/rs:fill:100:50/g:no", {"crop": (0, 0, 400, 400), "scale": (100, 100), "cut": (0, 0, 100, 50)}),
    ("c:200:300:no/rot:90/w:100", {"turn": 90, "crop": (100, 0, 300, 300), "scale": (100, 150)}),
    ("c:200:300:no/rot:90/fl:1/w:100", {"turn": 90, "crop": (100, 0, 300, 300), "scale": (100, 150), "flop": True}),
    ("w:150/pd:10:20:30:40/bg:ff8800", {"scale": (150, 100), "pad": (40, 10, 20, 30, "#ff8800")}),
    ("w:150/pd:10", {"scale": (150, 100), "pad": (10, 10, 10, 10, "white")}),
    ("w:150/pd:5/dpr:2", {"scale": (300, 200), "pad": (10, 10, 10, 10, "white")}),
    ("w:150/pd:5/z:2", {"scale": (300, 200), "pad": (5, 5, 5, 5, "white")}),
    ("w:500/pd:5/dpr:2", {"pad": (6, 6, 6, 6, "white")}),  # not enlarged: 1.2 times the pixels
    ("rs:fill:100:100/z:1:2/g:we", {"scale": (150, 200), "cut": (0, 0, 100, 200)}),
    ("rs:force:100:100", {"scale": (100, 100)}),
    ("rs:force:0:100", {"scale": (600, 100)}),
    ("rs:force:900:100", {"scale": (600, 67)}),
    ("rs:force:900:100:1", {"scale": (900, 100)}),
    ("rs:force:100:60/rot:90", {"turn": 90, "scale": (100, 60)}),
    ("rs:fill:100:100/g:we/fl:1", {"scale": (150, 100), "flop": True, "cut": (0, 0, 100, 100)}),
    ("rs:fill:100:100/g:we:20", {"scale": (150, 100), "cut": (20, 0, 120, 100)}),
    ("rs:fill:100:100/g:ea:10/dpr:2", {"scale": (300, 200), "cut": (80, 0, 280, 200)}),
    ("rs:fit:150:150:0:1/bg:ff0000", {"scale": (150, 100), "pad": (0, 25, 0, 25, "#ff0000")}),
    ("rs:fit:150:150/ex:1:so/bg:f00", {"scale": (150, 100), "pad": (0, 50, 0, 0, "#ff0000")}),
    ("rs:fit:150:150/ex:1:no:0:10", {"scale": (150, 100), "pad": (0, 10, 0, 40, "white")}),
    ("rs:fit:150:150/ex:1:so/pd:5", {"scale": (150, 100), "pad": (5, 55, 5, 5, "white")}),
    ("rs:fill:900:900/ex:1", {"pad": (150, 250, 150, 250, "white")}),
    ("rs:fill:900:200/ex:1", {"cut": (0, 100, 600, 300), "pad": (150, 0, 150, 0, "white")}),
    ("rs:fit:300:300/exar:1", {"scale": (300, 200), "pad": (0, 50, 0, 50, "white")}),
    ("rs:fit:900:300/exar:1:we", {"scale": (450, 300), "pad": (0, 0, 450, 0, "white")}),
    ("h:50/mw:150", {"scale": (150, 100), "cut": (0, 25, 150, 75)}),
    ("w:150/bl:2/pd:8", {"scale": (150, 100), "blur": 2, "pad": (8, 8, 8, 8, "white")}),
    ("pd:8/bl:2/w:150", {"scale": (150, 100), "blur": 2, "pad": (8, 8, 8, 8, "white")}),
]


@pytest.mark.parametrize(("options", "wanted"), CASES)
def test_what_is_served_is_what_the_steps_make(
    service: Service, photographs: Mapping[str, np.ndarray], options: str, wanted: dict[str, Any]
) -> None:
    expected = steps(photographs["coffee"], **wanted)
    answer = service.ask(f"/unsafe/{options}/q:95/plain/coffee.jpg")
    assert answer.status == 200, answer.content
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == expected.size, options
        found = np.asarray(image.convert("RGB")).astype(float)
    assert np.abs(found - np.asarray(expected)).mean() < _DIFFERENCE, options


def test_what_is_added_is_transparent_where_the_format_can_say_so(service: Service) -> None:
    for options in ("w:60/pd:10", "rs:fit:60:60/ex:1", "rs:fit:60:60/ex:1:so", "rs:fit:60:60/exar:1"):
        answer = service.ask(f"/unsafe/{options}/plain/coffee.jpg@png")
        with Image.open(io.BytesIO(answer.content)) as image:
            assert (image.mode, image.getpixel((5, 2))) == ("RGBA", (255, 255, 255, 0)), options


def test_a_smart_part_is_the_best_of_its_size_and_the_rest_is_cut_out_of_it(service: Service) -> None:
    (face,) = service.ask("/detect_faces=export:true/astronaut.jpg").json()
    part = service.ask("/unsafe/c:220:300:sm/plain/astronaut.jpg@png")
    with Image.open(io.BytesIO(part.content)) as image:
        assert image.size == (220, 300)
        shown = np.asarray(image.convert("RGB")).astype(float)
    with Image.open(io.BytesIO(service.ask("/unsafe/plain/astronaut.jpg@png").content)) as whole:
        pixels = np.asarray(whole.convert("RGB")).astype(float)
    rows, columns = pixels.shape[0] - 299, pixels.shape[1] - 219
    row, column = next(
        (row, column)
        for row in range(rows)
        for column in range(columns)
        if np.array_equal(pixels[row, column : column + 220], shown[0])
    )
    assert np.array_equal(pixels[row : row + 300, column : column + 220], shown)
    assert column <= face["x"] <= column + 220 - face["width"]
    assert row <= face["y"] <= row + 300 - face["height"]
    smaller = service.ask("/unsafe/c:220:300:sm/rs:fill:110:110/g:sm/plain/astronaut.jpg@png")
    with Image.open(io.BytesIO(smaller.content)) as image:
        assert image.size == (110, 110)


def test_a_format_has_the_quality_that_is_named_for_it(service: Service) -> None:
    def bytes_of(options: str, ending: str) -> int:
        return len(service.ask(f"/unsafe/w:300/{options}/plain/coffee.jpg@{ending}").content)

    assert bytes_of("fq:jpg:20:webp:90", "jpg") == bytes_of("q:20", "jpg")
    assert bytes_of("fq:jpg:20:webp:90", "webp") == bytes_of("q:90", "webp")
    assert bytes_of("fq:jpg:20/q:60", "jpg") == bytes_of("q:60", "jpg")


def test_an_answer_is_called_as_asked_for(service: Service) -> None:
    def called(options: str) -> str | None:
        return service.ask(f"/unsafe/{options}w:60/plain/pets/my%20cat%20%C3%A9.jpg@webp").headers.get(
            "content-disposition"
        )

    assert called("") is None
    assert called("fn:hero/") == 'inline; filename="hero.webp"'
    assert called("att:1/fn:aGVybw:1/") == 'attachment; filename="hero.webp"'
    assert called("att:1/") == "attachment; filename=\"my cat _.webp\"; filename*=UTF-8''my%20cat%20%C3%A9.webp"
    assert called("fn:a%22;b/") == "inline; filename=\"a__b.webp\"; filename*=UTF-8''a%22%3Bb.webp"


def test_the_sizes_that_are_served_count_with_their_padding() -> None:
    names = {
        rest: parse(rest.encode() + b"/plain/a", 0).named_sizes()
        for rest in (
            "w:500/h:200",
            "w:500/h:200/pd:10:5",
            "w:500/pd:1:0",
            "w:250/h:100/dpr:2",
            "rs:force:50:20",
            "h:9/mw:90",
            "w:500/z:1:0.5",
            "z:0.3",
            "dpr:2",
            "w:1000/z:0.5",
            "w:100/z:0.5:2/h:200",
        )
    }
    assert list(names.values()) == [
        ["500x200"],
        ["510x220"],
        ["500x0 and padding"],
        ["500x200"],
        ["50x20"],
        ["0x9 and at least 90x0"],
        ["500x0 and a zoom"],
        ["0x0 and a zoom"],
        ["0x0 and a zoom"],
        ["500x0"],
        ["50x400"],
    ]


def test_a_result_that_is_too_large_is_refused_before_it_is_made(service: Service) -> None:
    for options in ("w:60/pd:20000", "rs:fit:29000:29000:0:1", "rs:force:29000:29000:1", "w:60/z:8/dpr:8/h:29000/el:1"):
        assert service.ask(f"/unsafe/{options}/plain/coffee.jpg").status in {400, 413}, options
    with pytest.raises(InvalidRequest, match="30000"):
        parse(b"w:29000/z:2/el:1/plain/a", 0).sizes(Size(600, 400))
