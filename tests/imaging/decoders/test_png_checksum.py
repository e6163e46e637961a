"""A PNG is not refused for the checksum of its compressed pixels, and is for pixels that are missing or damaged."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.errors import DecodeError
from focalbox.imaging.animation.apng import png_chunk
from focalbox.imaging.decoders.png_checksum import mend_checksum
from focalbox.imaging.headers.png import SIGNATURE
from focalbox.imaging.source import open_picture

WIDTH, HEIGHT = 37, 29
PIXELS = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
CODES = zlib.compress(b"".join(b"\0" + row.tobytes() for row in PIXELS))
WRONG = bytes(byte ^ 0x55 for byte in CODES[-4:])


def png(*codes: bytes, height: int = HEIGHT) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, height, 8, 2, 0, 0, 0))
    return SIGNATURE + header + b"".join(png_chunk(b"IDAT", one) for one in codes) + png_chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "codes",
    [(CODES[:-4] + WRONG,), (CODES[:900], CODES[900:-4], WRONG), (CODES[:-4] + WRONG + b"more",), (CODES[:-2],)],
    ids=["wrong", "in pieces", "more behind it", "cut off"],
)
def test_whole_pixels_are_the_picture_whatever_their_checksum(codes: tuple[bytes, ...]) -> None:
    picture = open_picture(png(*codes))
    np.testing.assert_array_equal(np.asarray(picture.decode(picture.size).image), PIXELS)


def test_alpha_stays() -> None:
    values = np.dstack([PIXELS, PIXELS[..., 0]])
    codes = zlib.compress(b"".join(b"\0" + row.tobytes() for row in values))[:-4] + WRONG
    content = bytearray(png(codes))
    content[25] = 6  # the type of its colours: with alpha
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    picture = open_picture(bytes(content))
    np.testing.assert_array_equal(np.asarray(picture.decode(picture.size).image), values)


@pytest.mark.parametrize("place", [100, 500, 2000])
def test_damaged_pixels_stay_refused(place: int) -> None:
    content = png(CODES)
    picture = open_picture(content[:place] + bytes(40) + content[place + 40 :])
    with pytest.raises(DecodeError, match=r"^the picture cannot be decoded: [^\n]+$"):
        picture.decode(picture.size)


def test_pixels_that_end_early_stay_refused() -> None:
    picture = open_picture(png(CODES[:-40]))
    with pytest.raises(DecodeError, match=r"^the picture cannot be decoded: [^\n]+$"):
        picture.decode(picture.size)


def test_nothing_is_mended_where_nothing_is_wrong_or_too_much_is_unpacked() -> None:
    assert mend_checksum(png(CODES)) is None
    bomb = zlib.compress(bytes(10_000_000))
    assert mend_checksum(png(bomb[:-4] + WRONG)) is None
    assert mend_checksum(png(CODES[:-4] + WRONG) + bytes(2**23)) is None
    assert mend_checksum(b"") is None


@given(st.binary(max_size=60))
def test_noise_raises_nothing(noise: bytes) -> None:
    assert mend_checksum(SIGNATURE + noise) is None
    mend_checksum(png(noise))


def film(*, wrong: bool, damaged: bool) -> bytes:
    """Write a film whose second frame has another checksum, or pixels that were damaged on the way."""
    content = SIGNATURE + png_chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
    content += png_chunk(b"acTL", struct.pack(">II", 2, 0))
    for number, name in enumerate((b"IDAT", b"fdAT")):
        control = struct.pack(">IIIIIHHBB", number, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0)
        codes = CODES[:-4] + WRONG if wrong and number else CODES
        chunk = bytearray(png_chunk(name, (b"\0\0\0\2" if number else b"") + codes))
        if damaged and number:
            chunk[500:540] = bytes(40)
        content += png_chunk(b"fcTL", control) + bytes(chunk)
    return content + png_chunk(b"IEND", b"")


def test_so_it_is_with_the_frames_of_a_film() -> None:
    for wrong in (False, True):
        frames = [np.asarray(frame.image) for frame, _ in open_picture(film(wrong=wrong, damaged=False)).film().draw()]
        for frame in frames:
            np.testing.assert_array_equal(frame[..., :3], PIXELS)
    with pytest.raises(DecodeError):
        list(open_picture(film(wrong=False, damaged=True)).film().draw())
