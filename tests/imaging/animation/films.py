"""Films of the tests, and how they look: drawn by Pillow, drawn by focalbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageDraw, ImageSequence
from PIL.Image import Image as Picture

from focalbox.imaging.animation.film import open_film
from focalbox.imaging.metadata import Metadata

SIZE = (60, 40)
DURATIONS = (100, 40, 250, 20, 1000)


def discs(mode: str = "RGB") -> list[Picture]:
    """Return frames in which a disc moves, on a ground or on none."""
    frames = []
    for index in range(len(DURATIONS)):
        ground = (30, 60, 90) if mode == "RGB" else (0, 0, 0, 0)
        frame = Image.new(mode, SIZE, ground)
        disc = (240, 200, 30) if mode == "RGB" else (240, 200, 30, 255)
        ImageDraw.Draw(frame).ellipse((index * 10, 10, index * 10 + 14, 24), fill=disc)
        frames.append(frame)
    return frames


def seen(image: Picture) -> NDArray[np.int64]:
    """Return what is seen: colours times alpha, and alpha."""
    return np.asarray(image.convert("RGBA").convert("RGBa")).astype(np.int64)


def pairs(frames: Iterable[Picture]) -> list[tuple[Picture, Fraction]]:
    return [(frame, Fraction(time, 1000)) for frame, time in zip(frames, DURATIONS, strict=True)]


def by_pillow(content: bytes) -> list[tuple[NDArray[np.int64], float]]:
    with Image.open(BytesIO(content)) as image:
        return [(seen(frame), float(frame.info.get("duration", 0))) for frame in ImageSequence.Iterator(image)]


def drawn(form: str, content: bytes) -> list[tuple[NDArray[np.int64], float]]:
    return [(seen(image), float(time * 1000)) for image, time in open_film(form, content, 1000).draw()]


def assert_alike(found: list[tuple[NDArray[np.int64], float]], wanted: list[tuple[NDArray[np.int64], float]]) -> None:
    assert [time for _, time in found] == [time for _, time in wanted]
    for (one, _), (other, _) in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def frames(width: int, height: int, count: int = 3) -> Iterator[tuple[Image.Image, Fraction]]:
    """Draw a square that moves."""
    for index in range(count):
        frame = Image.new("RGB", (width, height), "navy")
        frame.paste((240, 200, 30), (index, index, index + 40, index + 40))
        yield frame, Fraction(1, 10)


def rights_and_profile() -> Metadata:
    """Return EXIF with a copyright, a colour profile and XMP."""
    exif = Image.Exif()
    exif[0x8298] = "A. Person"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return Metadata(exif=exif.tobytes(), profile=profile, xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
