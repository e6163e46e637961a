"""BigTIFF with the highest byte first: read as every other TIFF, with values inside and outside of its entries."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL.Image import Image as Picture

from focalbox.imaging.headers.bigtiff import as_plain_tiff
from imaging.decoding import pixels_of, read_or_refuse
from laws import cases

NOTE = "an artist whose name needs room"


def written(pixels: NDArray[Any], **options: Any) -> bytes:
    file = BytesIO()
    noted = [(315, 2, None, NOTE, False)]
    tifffile.imwrite(
        file, pixels, **{"bigtiff": True, "byteorder": ">", "metadata": None, "extratags": noted, **options}
    )
    return file.getvalue()


@pytest.fixture(scope="module")
def pixels(photograph: Picture) -> NDArray[np.uint8]:
    return np.asarray(photograph.resize((75, 50)))


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize(
    "layout",
    [{}, {"rowsperstrip": 7}, {"tile": (16, 32)}, {"predictor": 2, "compression": "zlib"}, {"subfiletype": 2}],
    ids=str,
)
def test_every_layout_is_read(layout: dict[str, Any], compression: str | None, pixels: NDArray[np.uint8]) -> None:
    content = written(pixels, **{"photometric": "rgb", "compression": compression, **layout})
    np.testing.assert_array_equal(pixels_of(content), pixels)
    planes = written(
        np.ascontiguousarray(pixels.transpose(2, 0, 1)),
        **{"photometric": "rgb", "planarconfig": "separate", "compression": compression, **layout},
    )
    np.testing.assert_array_equal(pixels_of(planes), pixels)


def test_numbers_of_16_bits_and_a_palette_are_read(pixels: NDArray[np.uint8]) -> None:
    grey, deep = pixels[..., 0], pixels.astype(np.uint16) * 257
    np.testing.assert_array_equal(pixels_of(written(deep, photometric="rgb")), pixels)
    np.testing.assert_array_equal(pixels_of(written(deep[..., 0], photometric="minisblack"))[..., 0], grey)
    colours = np.random.default_rng(3).integers(0, 2**16, (3, 256)).astype(np.uint16)
    content = written(grey, photometric="palette", colormap=colours)
    np.testing.assert_array_equal(pixels_of(content), (colours >> 8).T[grey])


def test_what_it_says_stays_and_so_does_all_else(pixels: NDArray[np.uint8]) -> None:
    content = written(pixels, photometric="rgb", rowsperstrip=7)
    plain = as_plain_tiff(content)
    assert plain[8 : len(content)] == content[8:]
    with tifffile.TiffFile(BytesIO(plain)) as file, tifffile.TiffFile(BytesIO(content)) as before:
        assert (file.is_bigtiff, before.is_bigtiff, len(file.pages)) == (False, True, 1)
        tags, told = ({tag.code: tag.value for tag in one.pages.first.tags} for one in (file, before))
        assert tags == told
        assert tags[315] == NOTE


def test_other_files_are_left_as_they_are(pixels: NDArray[np.uint8]) -> None:
    for content in (written(pixels, byteorder="<"), b"", b"MM\0*" + bytes(20), b"MM\0+", b"MM\0+\0\x08\0\0" + bytes(8)):
        assert as_plain_tiff(content) == content or content[8:] == bytes(12)


@given(st.integers(0, 300), st.binary(min_size=1, max_size=8))
@example(111, b"\x01")  # the places of the strips are of a type that they never have
@example(163, b"\x01")  # fewer strips than the rows need
@example(249, b"D")  # an entry becomes the places of tiles, beside those of the strips
@settings(max_examples=cases(200))
def test_damaged_ones_are_refused_or_read_as_tifffile_does(place: int, value: bytes) -> None:
    content = bytearray(written(np.arange(9 * 8 * 3, dtype=np.uint8).reshape(9, 8, 3), photometric="rgb"))
    (start,) = struct.unpack_from(">Q", content, 8)
    at = (start + place) % len(content)
    content[at : at + len(value)] = value
    found = read_or_refuse(bytes(content))
    try:
        expected = tifffile.imread(BytesIO(content))
        with tifffile.TiffFile(BytesIO(content)) as file:
            tiled = any(code in file.pages.first.tags for code in (324, 325))  # places and bytes of tiles
    except Exception:  # noqa: BLE001 - whatever damage does to it
        return
    # Where the arrangement is damaged, tifffile reads planes (3, h, w), and others pixels, as by default; where both strips
    # and tiles are named, it believes the tiles, and others the strips.
    if found is not None and expected.shape[0] != 3 and not tiled:
        np.testing.assert_array_equal(found, expected)
