"""The picture of a TIFF file is its largest, not the preview that stands first."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import tifffile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.Image import Image as Picture

from focalbox.errors import DecodeError
from focalbox.imaging.headers.tiff import choose_picture
from focalbox.imaging.source import open_picture
from imaging.tiffs import SIZES, with_tag
from laws import cases

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


@pytest.mark.parametrize(("big", "order"), [(False, "<"), (False, ">"), (True, "<")])  # Pillow reads no other BigTIFF
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


ANCILLARY = (
    *(254, 255, 269, 270, 271, 272, 280, 281, 282, 283, 285, 296, 297, 301, 305, 306, 315, 316, 318, 319, 333, 340),
    *(700, 33432, 33550, 33723, 34264, 34377, 34665, 34675, 34853, 37500, 42112, 50706, 65000),
)
"""Tags that no pixel needs."""


def noisy(compression: str | None) -> bytes:
    file = BytesIO()
    pixels = np.random.default_rng(4).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "TIFF", compression=compression)
    return file.getvalue()


@given(
    st.sampled_from([None, "tiff_lzw"]),
    st.sampled_from(ANCILLARY),
    st.sampled_from([0, *SIZES, 99]),
    st.binary(min_size=1, max_size=12),
    st.one_of(st.none(), st.sampled_from([0, 1, 5, 9, 2**31 - 1])),
)
@example(None, 270, 2, b"\xff\xff\xff\0", 5)
@example("tiff_lzw", 280, 1, b"\0\0\0", None)
@example(None, 700, 2, b"<x:xmpmeta/>", None)
@example("tiff_lzw", 34665, 16, b"\x10\0\0\0", 9)
@settings(max_examples=cases(300))
def test_a_tag_that_no_pixel_needs_costs_none(
    compression: str | None, tag: int, kind: int, value: bytes, count: int | None
) -> None:
    content = noisy(compression)
    changed = open_picture(with_tag(content, tag, kind, value, count=count))
    np.testing.assert_array_equal(np.asarray(changed.decode(changed.size).image), found(content)[0])


@pytest.mark.parametrize("kind", [1, 3, 4])
@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_an_orientation_of_any_type_turns_and_a_damaged_neighbour_changes_nothing(kind: int, orientation: int) -> None:
    content = noisy("tiff_lzw")
    turned = with_tag(content, 274, kind, orientation.to_bytes(SIZES[kind], "little"))
    expected = np.rot90(found(content)[0], {1: 0, 6: 3, 8: 1}[orientation])
    for one in (turned, with_tag(turned, 270, 2, b"\xff\xff\xff\0", count=5)):
        np.testing.assert_array_equal(found(one)[0], expected)


def test_what_xmp_says_of_the_orientation_does_not_turn() -> None:
    said = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" tiff:Orientation="6"/>'
    np.testing.assert_array_equal(found(with_tag(noisy(None), 700, 1, said))[0], found(noisy(None))[0])
