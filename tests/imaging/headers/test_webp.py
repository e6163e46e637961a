"""A WebP that is cut off behind its pixels is the picture; one that is cut off in them is refused."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Image as Picture

from focalbox import DecodeError
from focalbox.imaging.headers.webp import drop_cut_chunk
from imaging.decoding import pixels_of
from pictures import encoded

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>" + b" " * 200


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_a_cut_behind_the_pixels_costs_nothing_but_what_was_cut(
    mode: str,
    lossless: bool,  # noqa: FBT001
    corners: Picture,
) -> None:
    image = corners.convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    content = encoded(image, "WEBP", lossless=lossless, quality=90, xmp=XMP)
    end = content.index(b"XMP ")
    for stop in (end, end + 3, end + 8, end + 60, len(content) - 1):
        np.testing.assert_array_equal(pixels_of(content[:stop]), pixels_of(content))
    longer = content[:4] + (10**6).to_bytes(4, "little") + content[8:]
    np.testing.assert_array_equal(pixels_of(longer), pixels_of(content))
    assert drop_cut_chunk(content) is content


def test_a_cut_in_the_pixels_or_frames_is_named(corners: Picture) -> None:
    content = encoded(corners, "WEBP", quality=90)
    with pytest.raises(DecodeError, match="ends too early"):
        pixels_of(content[:-8])
    film = encoded(corners, "WEBP", save_all=True, append_images=[corners.rotate(180)], duration=80)
    assert drop_cut_chunk(film[:-9]) == film[:-9]
    with pytest.raises(DecodeError, match="ends too early"):
        pixels_of(film[:-9])
