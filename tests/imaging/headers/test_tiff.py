"""The picture of a TIFF file is its largest, not the preview that stands first."""

from __future__ import annotations

from io import BytesIO
from itertools import product

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL.Image import Image as Picture

from focalbox.errors import DecodeError
from focalbox.imaging.headers.tiff import choose_picture
from focalbox.imaging.source import open_picture

SENSOR = 32803


def written(*pages: tuple[np.ndarray, dict[str, object]], big: bool = False, order: str = "<") -> bytes:
    file = BytesIO()
    with tifffile.TiffWriter(file, bigtiff=big, byteorder=order) as writer:  # type: ignore[arg-type]
        for pixels, options in pages:
            writer.write(pixels, metadata=None, **{"photometric": "rgb", **options})  # type: ignore[arg-type]
    return file.getvalue()


@pytest.fixture(scope="module")
def pages(photograph: Picture) -> tuple[np.ndarray, np.ndarray]:
    """A preview and the picture."""
    return np.asarray(photograph.resize((48, 32))), np.asarray(photograph.resize((160, 96)))


def found(content: bytes) -> tuple[np.ndarray, tuple[str, ...]]:
    picture = open_picture(content)
    return np.asarray(picture.decode(picture.size).image), picture.notes


@pytest.mark.parametrize(("big", "order"), list(product([False, True], "<>")))
@pytest.mark.parametrize("below", [False, True])
def test_a_preview_that_stands_first_is_not_the_picture(
    below: bool,  # noqa: FBT001
    big: bool,  # noqa: FBT001
    order: str,
    pages: tuple[np.ndarray, np.ndarray],
) -> None:
    small, full = pages
    first: dict[str, object] = {"subfiletype": 1, "subifds": 1} if below else {"subfiletype": 1}
    content = written((small, first), (full, {"compression": "zlib"}), big=big, order=order)
    pixels, notes = found(content)
    np.testing.assert_array_equal(pixels, full)
    assert notes == ()


def test_a_larger_picture_below_the_first_is_the_picture(pages: tuple[np.ndarray, np.ndarray]) -> None:
    small, full = pages
    np.testing.assert_array_equal(found(written((small, {"subifds": 1}), (full, {})))[0], full)
    np.testing.assert_array_equal(found(written((full, {"subifds": 1}), (small, {"subfiletype": 1})))[0], full)


def test_of_pages_the_first_is_taken_and_said(pages: tuple[np.ndarray, np.ndarray]) -> None:
    small, full = pages
    pixels, notes = found(written((small, {}), (full, {})))
    np.testing.assert_array_equal(pixels, small)
    assert notes == ("the file has 2 pages: the first was taken",)


def test_previews_alone_are_named(pages: tuple[np.ndarray, np.ndarray]) -> None:
    small, full = pages
    pixels, notes = found(written((small, {"subfiletype": 1}), (full, {"subfiletype": 1})))
    np.testing.assert_array_equal(pixels, full)
    assert "previews" in notes[0]
    assert "160x96" in notes[0]


def test_the_preview_of_a_raw_file_is_named(pages: tuple[np.ndarray, np.ndarray]) -> None:
    small, full = pages
    raw = np.zeros((400, 600), np.uint16)
    content = written(
        (small, {"subfiletype": 1, "subifds": 2}), (raw, {"photometric": SENSOR}), (full, {"subfiletype": 1})
    )
    pixels, notes = found(content)
    np.testing.assert_array_equal(pixels, full)
    assert "raw file is not developed" in notes[0]


def test_numbers_that_are_not_read_are_named(pages: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(DecodeError, match="3 floating-point samples of 32 bits"):
        open_picture(written(((pages[1] / 255).astype(np.float32), {})))


@given(st.binary(max_size=200), st.sampled_from([b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"]))
def test_noise_is_left_as_it_is(noise: bytes, signature: bytes) -> None:
    content, _ = choose_picture(signature + noise)
    assert len(content) == len(signature + noise)
