"""What is held of the memory budget for a request, told from the header of a real file."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from focalbox import Cropper
from focalbox.core.geometry import PixelBox
from focalbox.options import CropOptions, parse_target
from focalbox.service.render.preparer import memory_for
from focalbox.service.request import ImageRequest
from focalbox.service.runtime.metrics import Metrics
from focalbox.service.runtime.pool import Pool
from focalbox.service.sources.content import Content
from focalbox.service.sources.locate import Location
from focalbox.service.sources.pictures import Pictures

SIDES = (600, 400)
PIXELS = SIDES[0] * SIDES[1]


def _file(mode: str, form: str, **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, SIDES).save(written, form, **options)
    return written.getvalue()


def _held(data: bytes, image_request: ImageRequest, *formats: str) -> list[int]:
    async def read() -> Content:
        return Content(data)

    pool = Pool(1, 1)
    try:
        picture = asyncio.run(Pictures(Cropper(), pool, Metrics()).open(Location(None, read)))
    finally:
        pool.close()
    return [memory_for(picture, image_request, form) for form in formats]


@pytest.mark.parametrize(
    ("data", "clear"),
    [
        (_file("RGB", "jpeg"), False),
        (_file("RGB", "png"), False),
        (_file("RGBA", "png"), True),
        (_file("P", "png", transparency=0), True),
        (_file("L", "png", transparency=7), True),
        (_file("P", "gif"), True),
        (_file("RGBA", "tiff"), True),
    ],
    ids=["JPEG", "PNG", "PNG with alpha", "palette", "one grey", "GIF", "TIFF"],
)
def test_the_paper_behind_a_transparent_picture_is_counted(data: bytes, clear: bool) -> None:  # noqa: FBT001 - a case
    whole = ImageRequest("", targets=(parse_target("600x400"),))
    jpeg, png = _held(data, whole, "jpeg", "png")
    assert jpeg - png == (3 if clear else -1) * PIXELS, "JPEG takes a byte a pixel where PNG takes two, and white paper"


@pytest.mark.parametrize("fit", ["pad", "contain"])
def test_room_that_may_stay_transparent_is_counted(fit: str) -> None:
    padded = ImageRequest("", targets=(parse_target("600x400"),), options=CropOptions.of({"fit": fit}))
    jpeg, png = _held(_file("RGB", "jpeg"), padded, "jpeg", "png")
    assert jpeg - png == 3 * PIXELS


def test_a_part_of_a_picture_counts_by_its_own_pixels() -> None:
    part = ImageRequest("", window=PixelBox(0, 0, 300, 200))
    jpeg, avif = _held(_file("RGB", "png"), part, "jpeg", "avif")
    assert avif - jpeg == 29 * PIXELS // 4
