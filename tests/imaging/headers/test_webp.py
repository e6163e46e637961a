"""A WebP that is cut off behind its pixels is the picture; one that is cut off in them is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Image as Picture

from focalbox import DecodeError
from focalbox.imaging.headers.webp import drop_cut_chunk
from focalbox.imaging.source import open_picture

FileOf = Callable[..., bytes]
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>" + b" " * 200


def pixels(content: bytes) -> np.ndarray:
    picture = open_picture(content)
    found: np.ndarray = np.asarray(picture.decode(picture.size).image)
    return found


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_a_cut_behind_the_pixels_costs_nothing_but_what_was_cut(
    mode: str,
    lossless: bool,  # noqa: FBT001
    corners: Picture,
    file_of: FileOf,
) -> None:
    image = corners.convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    content = file_of(image, "WEBP", lossless=lossless, quality=90, xmp=XMP)
    end = content.index(b"XMP ")
    for stop in (end, end + 3, end + 8, end + 60, len(content) - 1):
        np.testing.assert_array_equal(pixels(content[:stop]), pixels(content))
    longer = content[:4] + (10**6).to_bytes(4, "little") + content[8:]
    np.testing.assert_array_equal(pixels(longer), pixels(content))
    assert drop_cut_chunk(content) is content


def test_a_cut_in_the_pixels_or_frames_is_named(corners: Picture, file_of: FileOf) -> None:
    content = file_of(corners, "WEBP", quality=90)
    with pytest.raises(DecodeError, match="ends too early"):
        pixels(content[:-8])
    film = file_of(corners, "WEBP", save_all=True, append_images=[corners.rotate(180)], duration=80)
    assert drop_cut_chunk(film[:-9]) == film[:-9]
    with pytest.raises(DecodeError, match="ends too early"):
        pixels(film[:-9])
