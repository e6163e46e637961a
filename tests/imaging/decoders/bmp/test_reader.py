"""BMP: channels in any bits of a pixel are read as written, and so are palette indices, plain or in runs."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from focalbox.errors import DecodeError
from focalbox.imaging.source import open_picture
from imaging.bmps import bmp as palette_bmp
from imaging.bmps import rows_of, runs_of
from imaging.decoding import pixels_of, read_by_pillow, read_or_refuse
from laws import cases

WIDTH, HEIGHT = 13, 9
PIXELS_AT = 10
"""Where a file says where its pixels begin."""
PIXELS = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 4)).astype(np.int64)
PIXELS[0, 0, 3], PIXELS[0, 1, 3] = 255, 0  # neither all opaque nor all clear
MASKS = {
    "RGBX, lowest first": (32, (0xFF, 0xFF00, 0xFF0000, 0)),
    "ten bits each": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0)),
    "ten bits each and two of alpha": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
    "five in 32": (32, (0x7C00, 0x3E0, 0x1F, 0x8000)),
    "alpha below": (32, (0xFF00, 0xFF0000, 0xFF000000, 0xFF)),
    "four bits each": (16, (0xF00, 0xF0, 0xF, 0)),
    "four bits each and alpha": (16, (0xF00, 0xF0, 0xF, 0xF000)),
    "five bits each and alpha": (16, (0x7C00, 0x3E0, 0x1F, 0x8000)),
    "lowest first": (16, (0x1F, 0x7E0, 0xF800, 0)),
    "known to Pillow, 32": (32, (0xFF0000, 0xFF00, 0xFF, 0)),
    "known to Pillow, 16": (16, (0xF800, 0x7E0, 0x1F, 0)),
}


def packed(bits: int, masks: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Put channels into their bits; return the numbers, and what they are brought to 0..255."""
    numbers, seen = np.zeros((HEIGHT, WIDTH), np.int64), []
    for channel, mask in zip(np.moveaxis(PIXELS, 2, 0), masks, strict=True):
        lowest = mask & -mask
        most = mask // lowest if mask else 0
        level = np.rint(channel * most / 255).astype(np.int64)
        numbers |= level * lowest
        seen.append(np.rint(level * 255 / most).astype(np.int64) if mask else np.full_like(channel, 255))
    assert numbers.max() < 2**bits
    return numbers, np.stack(seen, axis=-1)


def bmp(bits: int, masks: tuple[int, ...], size: int, *, top_down: bool = False) -> tuple[bytes, NDArray[np.int64]]:
    numbers, seen = packed(bits, masks)
    rows = [row.astype(f"<u{bits // 8}").tobytes() for row in (numbers if top_down else numbers[::-1])]
    codes = b"".join(row + bytes(-len(row) % 4) for row in rows)
    more = struct.pack("<IIII", *masks)[: 12 if size == 40 else 16].ljust(max(12, size - 40), b"\0")
    height = -HEIGHT if top_down else HEIGHT
    header = struct.pack("<IiiHHIIiiII", size, WIDTH, height, 1, bits, 3, len(codes), 0, 0, 0, 0) + more
    start = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", start + len(codes), 0, 0, start) + header + codes, seen


@pytest.mark.parametrize("top_down", [False, True], ids=["from the bottom", "from the top"])
@pytest.mark.parametrize("size", [40, 56, 108, 124])
@pytest.mark.parametrize("kind", MASKS)
def test_channels_are_what_was_put_into_their_bits(kind: str, size: int, top_down: bool) -> None:  # noqa: FBT001
    bits, masks = MASKS[kind]
    if size == 40:
        masks = (*masks[:3], 0)  # it has no room for a mask of alpha
    content, seen = bmp(bits, masks, size, top_down=top_down)
    picture = open_picture(content)
    found = np.asarray(picture.decode(picture.size).image).astype(np.int64)
    assert found.shape[2] == (4 if masks[3] else 3)
    assert np.abs(found - seen[..., : found.shape[2]]).max() <= 1


@given(
    st.sampled_from(sorted(MASKS)),
    st.sampled_from([40, 56, 124]),
    st.integers(2, 80),
    st.binary(min_size=1, max_size=4),
)
@settings(max_examples=cases(200))
def test_damaged_channels_are_refused_or_read_as_pillow_does(kind: str, size: int, place: int, value: bytes) -> None:
    check_damaged(bmp(*MASKS[kind], size)[0], place, value)


def check_damaged(content: bytes, place: int, value: bytes) -> None:
    """Damage a file, and compare with Pillow what can still be read of it."""
    damaged = content[:place] + value + content[place + len(value) :]
    found = read_or_refuse(damaged)
    expected = None if found is None else read_by_pillow(damaged)
    if found is None or expected is None or place in range(PIXELS_AT - 3, PIXELS_AT + 4):
        return  # where pixels would begin among the colours, Pillow has fewer colours
    assert found.shape[:2] == expected.shape[:2]
    seen = found[..., 3:] > 0 if found.shape[2] == 4 else True
    assert (np.abs(found[..., :3] - expected) * seen).max() <= 1


COLOURS = [(level * 37 % 256, level * 91 % 256, 255 - level) for level in range(256)]


@pytest.mark.parametrize("top_down", [False, True], ids=["from the bottom", "from the top"])
@pytest.mark.parametrize("length", [12, 16, 40, 64, 124])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_numbers_of_colours_are_these_colours(bits: int, length: int, top_down: bool) -> None:  # noqa: FBT001
    down = top_down and length != 12  # it has no room for a sign
    colours = COLOURS[: 2**bits]
    numbers = np.random.default_rng(bits).integers(0, 2**bits, (HEIGHT, WIDTH))
    rows = rows_of(numbers, bits, top_down=down)
    content = palette_bmp((WIDTH, HEIGHT), bits, rows, colours, length=length, top_down=down)
    np.testing.assert_array_equal(pixels_of(content), np.array(colours, np.uint8)[numbers])


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("colours", [[(0, 0, 0), (255, 255, 255)], [(number,) * 3 for number in range(256)]], ids=len)
def test_greys_are_no_more_than_their_numbers(bits: int, colours: list[tuple[int, int, int]]) -> None:
    colours = colours[: 2**bits]
    numbers = np.random.default_rng(bits).integers(0, len(colours), (HEIGHT, WIDTH))
    content = palette_bmp((WIDTH, HEIGHT), bits, rows_of(numbers, bits), colours)
    np.testing.assert_array_equal(pixels_of(content), np.array(colours, np.uint8)[numbers])


def test_a_number_without_a_colour_is_black() -> None:
    numbers = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) % 16
    found = pixels_of(palette_bmp((WIDTH, HEIGHT), 4, rows_of(numbers, 4), COLOURS[:9]))
    assert (found[numbers > 8] == 0).all()
    np.testing.assert_array_equal(found[numbers <= 8], np.array(COLOURS, np.uint8)[numbers[numbers <= 8]])


@pytest.mark.parametrize("top_down", [False, True], ids=["from the bottom", "from the top"])
def test_runs_are_drawn_and_what_they_pass_over_is_transparent(top_down: bool) -> None:  # noqa: FBT001
    numbers = np.random.default_rng(3).integers(0, 3, (HEIGHT, WIDTH))
    whole = runs_of(numbers[::-1] if top_down else numbers)
    opaque = pixels_of(palette_bmp((WIDTH, HEIGHT), 8, whole, COLOURS, packing=1, top_down=top_down))
    np.testing.assert_array_equal(opaque, np.array(COLOURS, np.uint8)[numbers])
    skipping = b"\0\0\0\2\3\1" + bytes([2, 7, 0, 1])  # a row, and then three to the right and one on
    drawn = pixels_of(palette_bmp((WIDTH, HEIGHT), 8, skipping, COLOURS, packing=1, top_down=top_down))
    row = 2 if top_down else HEIGHT - 3
    assert drawn[row, 3:5].tolist() == [[*COLOURS[7], 255]] * 2
    assert np.count_nonzero(drawn[..., 3]) == 2


@pytest.mark.parametrize("share", [0.2, 0.7, 0.95])
def test_runs_that_end_early_are_refused(share: float) -> None:
    codes = runs_of(np.random.default_rng(3).integers(0, 3, (HEIGHT, WIDTH)))
    cut = palette_bmp((WIDTH, HEIGHT), 8, codes[: int(share * len(codes))], COLOURS, packing=1)
    with pytest.raises(DecodeError, match=r"cannot be decoded: the file ends too early$"):
        pixels_of(cut)


def test_colours_themselves_are_read_with_a_short_header_of_os2() -> None:
    rows = PIXELS[::-1, :12, 2::-1].astype(np.uint8).tobytes()  # 36 bytes each: whole groups of four
    content = palette_bmp((12, HEIGHT), 24, rows, [], length=16)
    np.testing.assert_array_equal(pixels_of(content), PIXELS[:, :12, :3])


@given(
    st.sampled_from([(1, 0), (2, 0), (4, 0), (4, 2), (8, 0), (8, 1)]),
    st.integers(2, 80),
    st.binary(min_size=1, max_size=4),
)
@settings(max_examples=cases(200))
def test_damaged_numbers_are_refused_or_read_as_pillow_does(kind: tuple[int, int], place: int, value: bytes) -> None:
    bits, packing = kind
    numbers = np.random.default_rng(3).integers(0, 2**bits, (HEIGHT, WIDTH))
    codes = runs_of(numbers) if packing else rows_of(numbers, bits)
    check_damaged(palette_bmp((WIDTH, HEIGHT), bits, codes, COLOURS[: 2**bits], packing=packing), place, value)
