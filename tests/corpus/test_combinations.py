"""Films and stills of a few pixels, turned, with profile and alpha, to every format: as many frames, as large as asked."""

from __future__ import annotations

import random
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

from focalbox import Cropper
from focalbox.imaging.animation.encoding import CAN_ANIMATE
from focalbox.imaging.colour_spaces import rgb_profile
from focalbox.options import CropKeywords
from pictures import encoded

P3 = rgb_profile((0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06), 2.2)
TRIED = 60
ASKED: list[tuple[str, CropKeywords]] = [
    ("1x1", {}),
    ("3x5", {}),
    ("40x40", {}),
    ("1:1", {"keep_metadata": True}),
    ("free", {}),
    ("20x5", {"fit": "pad"}),
    ("16:9", {"fit": "contain", "fill": "blur"}),
    ("5x20", {"fit": "pad", "fill": "edge"}),
    ("30x30", {"fit": "tight", "upscale": True}),
    ("7x7", {"trim": "top-left"}),
]


@dataclass(frozen=True)
class Case:
    """A file, and what is asked of it."""

    form: str
    size: tuple[int, int]
    mode: str
    orientation: int
    profile: bool
    frames: int
    asked: tuple[str, CropKeywords]

    @property
    def written(self) -> bool:
        """Whether there is such a file: a GIF has no EXIF, and libavif crashes when it writes a film that is turned."""
        return not (
            (self.form == "GIF" and (self.orientation > 1 or self.profile))
            or (self.form == "AVIF" and self.frames > 1 and self.orientation > 1)
        )

    def content(self) -> bytes:
        chance, (width, height) = np.random.default_rng(5), self.size
        drawn = [
            Image.fromarray(chance.integers(0, 256, (height, width, len(self.mode)), dtype=np.uint8))
            for _ in range(self.frames)
        ]
        options: dict[str, Any] = {"icc_profile": P3} if self.profile else {}
        if self.orientation > 1:
            options["exif"] = Image.Exif()
            options["exif"][0x0112] = self.orientation
        if self.frames > 1:
            options |= {"save_all": True, "append_images": drawn[1:], "duration": 70}
        return encoded(drawn[0], self.form, **options)


EVERY = [
    Case(*parts)
    for parts in product(
        ("GIF", "WEBP", "PNG", "AVIF"),
        ((1, 1), (2, 9), (17, 16)),
        ("RGB", "RGBA"),
        (1, 6, 7),
        (False, True),
        (1, 3),
        ASKED,
    )
]


@pytest.mark.parametrize("case", random.Random(3).sample([case for case in EVERY if case.written], TRIED), ids=str)  # noqa: S311
def test_results_are_as_large_and_as_long_as_they_should_be(case: Case) -> None:
    size, keywords = case.asked
    (result,) = Cropper(model="classical").results(case.content(), [size], **keywords)
    told = 1 if result.film is None else result.film.frames
    # Equal frames are one to Pillow.
    assert told == case.frames or (case.size == (1, 1) and case.form in {"GIF", "PNG"})
    for form in ("gif", "webp", "png", "avif", "jpeg", "tiff", "bmp"):
        with Image.open(BytesIO(result.encode(form))) as image:
            assert image.size == (result.crop.size.width, result.crop.size.height)
            shown = sum(frame.load() is not None for frame in ImageSequence.Iterator(image))
        assert shown == (told if form in CAN_ANIMATE else 1)
