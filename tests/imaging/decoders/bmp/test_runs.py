"""Run-length codes of BMP: whatever codes a picture is written in, it comes out; codes that end early are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from focalbox.imaging.decoders.bmp.runs import unpack_runs

WIDTH, HEIGHT = 23, 6
UNDRAWN = 256


def unpacked(codes: bytes, start: int, size: tuple[int, int], bits: int) -> NDArray[np.uint16]:
    numbers, drawn = unpack_runs(codes, start, size, bits)
    return np.where(drawn == 1, numbers, np.uint16(UNDRAWN))


@st.composite
def drawings(draw: st.DrawFn) -> tuple[int, bytes, NDArray[np.uint16]]:
    """Return bits, codes as a program might choose them, and the numbers that they draw."""
    bits = draw(st.sampled_from([4, 8]))
    numbers = np.full((HEIGHT, WIDTH), UNDRAWN, np.uint16)
    codes, row, column = bytearray(), 0, 0
    for _ in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from(["run", "plain", "line", "delta"]))
        count = draw(st.integers(1, WIDTH + 4))
        if row == HEIGHT or (row, column) == (HEIGHT - 1, WIDTH):
            break
        shown = min(count, WIDTH - column)
        if kind == "run":
            pair = draw(st.integers(0, 255))
            values = [pair >> 4, pair & 15] * count if bits == 4 else [pair] * count
            numbers[row, column : column + shown] = values[:shown]
            codes += bytes([count, pair])
        elif kind == "plain" and count > 2:
            values = draw(st.lists(st.integers(0, 2**bits - 1), min_size=count, max_size=count))
            numbers[row, column : column + shown] = values[:shown]
            packed = bytes(values)
            if bits == 4:
                padded = [*values, 0]
                packed = bytes(padded[at] << 4 | padded[at + 1] for at in range(0, count, 2))
            codes += bytes([0, count]) + packed + bytes(len(packed) % 2)
        elif kind == "line":
            codes, row, column, shown = codes + b"\0\0", row + 1, 0, 0
        elif kind == "delta":
            on = draw(st.integers(0, 1))
            codes += bytes([0, 2, count, on])
            row += on
        else:
            continue
        column += shown
    return bits, bytes(codes), numbers


@given(drawings(), st.integers(0, 3))
def test_what_was_drawn_comes_out(drawing: tuple[int, bytes, NDArray[np.uint16]], before: int) -> None:
    bits, codes, numbers = drawing
    found = unpacked(bytes(before) + codes + b"\0\1", before, (WIDTH, HEIGHT), bits)
    np.testing.assert_array_equal(found, numbers)


@given(st.integers(0, 2**32), st.sampled_from([4, 8]))
def test_any_bytes_are_drawn_or_end_too_early(seed: int, bits: int) -> None:
    codes = np.random.default_rng(seed).integers(0, 6, 40, np.uint8).tobytes()
    try:
        assert unpacked(codes, 0, (5, 4), bits).shape == (4, 5)
    except EOFError as error:
        assert "truncated" in str(error)  # noqa: PT017 - either is right


@pytest.mark.parametrize("codes", [b"", b"\5", b"\5\1\0\0\5\1", b"\5\1\0\2\0", b"\0\5\1\2\3", b"\0\0\0\0\5\1"])
def test_codes_that_end_early_are_refused(codes: bytes) -> None:
    with pytest.raises(EOFError, match="truncated"):
        unpack_runs(codes, 0, (5, 4), 8)


def test_the_last_pixel_ends_a_picture_too() -> None:
    np.testing.assert_array_equal(unpacked(b"\2\7\0\0\2\x09", 0, (2, 2), 8), [[7, 7], [9, 9]])


def test_codes_that_draw_nothing_are_not_gone_through_for_ever() -> None:
    codes = b"\1\7" * 5 + b"\0\0\1\7"
    np.testing.assert_array_equal(unpacked(codes, 0, (1, 2), 8), [[7], [7]])
    with pytest.raises(ValueError, match="draw nothing"):
        unpack_runs(b"\1\7" * 2**22 + codes, 0, (1, 2), 8)
