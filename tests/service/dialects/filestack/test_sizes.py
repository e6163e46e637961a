"""What Filestack's tasks say of the result's size, and which faces they frame."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from focalbox.core.choice.faces import FaceFrame
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from focalbox.service.dialects.filestack.address import read
from focalbox.service.dialects.filestack.request import parse
from focalbox.service.dialects.filestack.sizes import read_size
from focalbox.service.shape.outline import Outline
from service.servers import Service
from strategies import faces, spot

FACE = replace(spot(Size(1000, 500), 0.4, 0.4), subjects=faces((0.4, 0.4, 0.1, 0.2)))
"""A face of 100x100 pixels in a picture of 1000x500."""


@pytest.mark.parametrize(
    ("task", "frame"),
    [
        ("", FaceFrame((1,))),
        ("faces:2", FaceFrame((2,))),
        ("f:[3,1,3]", FaceFrame((3, 1))),
        ("f:[4]", FaceFrame((4,))),
        ("faces:all,buffer:50", FaceFrame((), 0.5)),
        ("mode:crop,b:50", FaceFrame((1,), 0.0)),
        ("mode:fill,w:5,h:6", FaceFrame((1,), cover=True)),
        ("mode:fill", FaceFrame((1,))),
        ("minsize:0.25,x:200", FaceFrame((1,), min_size=0.25, max_size=200)),
    ],
)
def test_options_of_crop_faces(task: str, frame: FaceFrame) -> None:
    asked = parse(read(f"/crop_faces={task}/cat.jpg".encode() if task else b"/crop_faces/cat.jpg"))
    assert asked.faces == frame
    assert (asked.options.fit, asked.options.upscale) == ("tight", True)


@pytest.mark.parametrize(
    ("tasks", "size"),
    [
        ("crop_faces=b:100", (200, 200)),
        ("crop_faces=m:crop", (100, 100)),
        ("crop_faces=b:100,w:300", (300, 300)),
        ("crop_faces=b:100,h:60", (60, 60)),
        ("crop_faces=w:90,h:30", (90, 30)),
        ("crop_faces=b:100/resize=w:50", (50, 50)),
        ("crop_faces=b:100/resize=w:70,h:50", (50, 50)),
        ("crop_faces=b:100/resize=w:700,h:900,fit:max", (200, 200)),
        ("crop_faces=b:100/resize=w:70,h:50,fit:crop,align:top", (70, 50)),
    ],
)
def test_a_side_left_open_follows_what_is_framed(tasks: str, size: tuple[int, int]) -> None:
    asked = parse(read(f"/{tasks}/cat.jpg".encode()))
    (target,), options, _ = asked.settle_faces(FACE)
    assert target == Size(*size)
    assert FACE.plan(target, options=options).size == Size(*size)
    assert asked.sizes(FACE.source) == [target if "fit:crop" in tasks or "h:30" in tasks else None], (
        "nobody has found a face yet"
    )
    (bound,) = asked.largest_sizes(FACE.source)
    assert isinstance(bound, Size)
    assert bound.pixels >= Size(*size).pixels


@pytest.mark.parametrize(
    "options",
    [{"faces": "0"}, {"faces": "[]"}, {"faces": "1.5"}, {"faces": "[1,,2]"}, {"faces": "none"}, {"faces": "1001"},
     {"faces": f"[{','.join(map(str, range(1, 70)))}]"}, {"buffer": "10001"}, {"buffer": "-1"},
     {"minsize": "small"}, {"maxsize": "10001"}, {"minsize": "-0.1"}, {"minsize": "."}, {"width": "0"},
     {"mode": "oval"}],
)  # fmt: skip
def test_what_crop_faces_cannot_be_told_is_refused(options: dict[str, str]) -> None:
    (name,) = options
    with pytest.raises(InvalidRequest, match=f"{name}|crop_faces"):
        read_size({"crop_faces": options})


def test_without_a_task_of_size_the_picture_keeps_its_own() -> None:
    assert read_size({}).target == Outline(0, 0)


def test_each_face_is_served_by_its_number(
    opened: Callable[..., Service], photographs: Mapping[str, np.ndarray], tmp_path: Path
) -> None:
    person = Image.fromarray(photographs["astronaut"])
    pair = Image.new("RGB", (1000, 512))
    pair.paste(person.resize((384, 384)), (0, 60))
    pair.paste(person, (488, 0))
    pair.save(tmp_path / "pair.png")
    service = opened(root=tmp_path, allow_unsigned="true")
    first, second = service.ask("/detect_faces=export:true/pair.png").json()[:2]
    assert first["width"] > second["width"]
    assert first["x"] > 488 > second["x"]
    (large,) = service.ask(f"/detect_faces=export:true,minsize:{first['width'] - 1}/pair.png").json()
    assert large == first
    for number, face in enumerate((first, second), 1):
        answer = service.ask(f"/crop_faces=mode:crop,faces:{number}/pair.png")
        shown = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))
        part = pair.crop((face["x"], face["y"], face["x"] + face["width"], face["y"] + face["height"])).resize(
            shown.shape[1::-1]
        )
        assert np.abs(shown.astype(int) - np.asarray(part)).mean() < 12, "whole pixels around a box that is none"
    missing = service.ask("/crop_faces=faces:9,w:50,h:50/pair.png")
    assert missing.headers["focalbox-notes"] == "not all faces that were asked for were found"
    assert missing.content == service.ask("/crop_faces=w:50,h:50/pair.png").content
    wide = service.ask("/crop_faces=mode:crop,w:5000/pair.png")
    with Image.open(io.BytesIO(wide.content)) as image:
        assert image.width == 5000, "what it may come to does not count, what it is does"
    assert service.ask("/crop_faces=mode:crop,w:10000/pair.png").status in {400, 413}
    tags = {
        service.ask(f"/crop_faces={task},w:50,h:50/pair.png").headers["etag"]
        for task in ("f:1", "f:2", "b:9", "m:crop", "m:fill")
    }
    assert len(tags) == 5, "a cache keeps them apart"
