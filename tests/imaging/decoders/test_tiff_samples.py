"""TIFF samples of every kind, however they lie: the numbers that were written, turned into levels by hand."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from focalbox.errors import DecodeError, LimitExceeded
from focalbox.imaging.colour_spaces import grey_profile
from focalbox.imaging.source import Limits, open_picture
from imaging.decoding import pixels_of
from imaging.test_memory import MEASURE
from imaging.tiffs import tiff_of, with_tag

HEIGHT, WIDTH = 70, 97
GREY = (np.add.outer(np.arange(HEIGHT) * 2, np.arange(WIDTH)) + np.arange(WIDTH) % 5) % 256
COLOURS = np.dstack([GREY, GREY * 3 % 256, 255 - GREY])
ALPHA = np.tile(np.arange(WIDTH) * 255 // (WIDTH - 1), (HEIGHT, 1))
PAIR, FOUR = np.dstack([GREY, ALPHA]), np.dstack([COLOURS, ALPHA])
FROM_BLACK, FROM_WHITE, RGB, CMYK = ({"photometric": name} for name in ("minisblack", "miniswhite", "rgb", "separated"))
CLEAR, OTHER, MULTIPLIED = ({"extrasamples": [name]} for name in ("unassalpha", "unspecified", "assocalpha"))
APART = {"planarconfig": "separate"}


def planes(values: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def shown(values: NDArray[Any]) -> NDArray[Any]:
    """Return greys, or greys and alpha, as they are seen."""
    deep = values[..., None] if values.ndim == 2 else values
    return deep if deep.shape[2] > 2 else np.concatenate([deep[..., :1]] * 3 + [deep[..., 1:]], axis=2)


KINDS: dict[str, tuple[NDArray[Any], dict[str, Any], NDArray[Any]]] = {
    "signed bytes": ((GREY - 128).astype(np.int8), FROM_BLACK, GREY),
    "signed bytes from white": ((127 - GREY).astype(np.int8), FROM_WHITE, GREY),
    "signed bytes in colour": ((COLOURS - 128).astype(np.int8), RGB, COLOURS),
    "signed bytes in planes": (planes(COLOURS - 128).astype(np.int8), RGB | APART, COLOURS),
    "signed bytes, none negative": ((GREY // 2).astype(np.int8), FROM_BLACK, GREY // 2),
    "signed bytes in colour, none negative": ((COLOURS // 2).astype(np.int8), RGB, COLOURS // 2),
    "signed 16 bits": (GREY.astype(np.int16), FROM_BLACK, GREY),
    "signed 16 bits in colour": ((COLOURS * 257 - 32768).astype(np.int16), RGB, COLOURS),
    "signed 32 bits": ((GREY * 257).astype(np.int32), FROM_BLACK, GREY),
    "signed 32 bits from white": ((65535 - GREY * 257).astype(np.int32), FROM_WHITE, GREY),
    "16 bits": ((GREY * 257).astype(np.uint16), FROM_BLACK, GREY),
    "16 bits from white": ((65535 - GREY * 257).astype(np.uint16), FROM_WHITE, GREY),
    "16 bits in planes": (planes(COLOURS * 257).astype(np.uint16), RGB | APART, COLOURS),
    "16 bits in planes, alpha": (planes(FOUR * 257).astype(np.uint16), RGB | APART | CLEAR, FOUR),
    "16 bits of ink in planes": (
        planes(np.dstack([255 - COLOURS, 0 * GREY]) * 257).astype(np.uint16),
        CMYK | APART,
        COLOURS,
    ),
    "32 bits": ((GREY * 257).astype(np.uint32), FROM_BLACK, GREY),
    "32 bits, all of them": ((GREY * 16_843_009).astype(np.uint32), FROM_BLACK, GREY),
    "floats": ((GREY / 255).astype(np.float32), FROM_BLACK, GREY),
    "floats from white": ((1 - GREY / 255).astype(np.float32), FROM_WHITE, GREY),
    "bytes and alpha from white": (np.dstack([255 - GREY, ALPHA]).astype(np.uint8), FROM_WHITE | CLEAR, PAIR),
    "16 bits and alpha": ((PAIR * 257).astype(np.uint16), FROM_BLACK | CLEAR, PAIR),
    "16 bits and alpha from white": (
        (np.dstack([255 - GREY, ALPHA]) * 257).astype(np.uint16),
        FROM_WHITE | CLEAR,
        PAIR,
    ),
    "16 bits and another": ((PAIR * 257).astype(np.uint16), FROM_BLACK | OTHER, GREY),
    "16 bits, multiplied with alpha": (
        np.rint(np.dstack([GREY * ALPHA / 255, ALPHA]) * 257).astype(np.uint16),
        FROM_BLACK | MULTIPLIED,
        PAIR,
    ),
}


def layouts(values: NDArray[Any]) -> Iterator[dict[str, Any]]:
    """Yield every way to write samples, of those for which there is a writer here."""
    codings: list[dict[str, Any]] = [{}, {"compression": "zlib"}]
    if values.dtype.kind != "f":
        codings.append({"compression": "zlib", "predictor": 2})
    for coding, place, order, big in product(
        codings, ({}, {"rowsperstrip": 16}, {"tile": (32, 48)}), "<>", (False, True)
    ):
        yield {**coding, **place, "byteorder": order, "bigtiff": big}


def written(values: NDArray[Any], **options: Any) -> bytes:
    file = BytesIO()
    tifffile.imwrite(file, values, metadata=None, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_samples_are_what_was_written(kind: str) -> None:
    values, options, wanted = KINDS[kind]
    wanted = shown(wanted)
    there = wanted[..., 3:] >= 8 if "multiplied" in kind else True
    for layout in layouts(values):
        difference = np.abs(pixels_of(written(values, **options, **layout)) - wanted) * there
        assert difference.max() <= 1, layout


@pytest.mark.parametrize(
    "extra", [CLEAR, {"extrasamples": ["unassalpha", "unspecified"]}], ids=["alpha", "and another"]
)
def test_ink_is_read_without_its_alpha_and_that_is_said(extra: dict[str, Any]) -> None:
    more = [ALPHA] * len(extra["extrasamples"])
    values = np.dstack([255 - COLOURS, 0 * GREY, *more]).astype(np.uint8)
    for layout in layouts(values):
        content = written(values, **CMYK, **extra, **layout)
        np.testing.assert_array_equal(pixels_of(content), COLOURS)
        assert open_picture(content).notes == (
            "the transparency of a picture in ink (CMYK) is not read: all of it is shown",
        )
    assert open_picture(written(values[..., :4], **CMYK)).notes == ()


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("white", [False, True], ids=["from black", "from white"])
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "deflated"])
def test_two_numbers_of_12_bits_in_three_bytes(order: str, white: bool, compressed: bool) -> None:  # noqa: FBT001
    numbers = np.rint((255 - GREY if white else GREY) / 255 * 4095).astype(np.int64)
    rows = []
    for row in numbers:
        bits = "".join(f"{number:012b}" for number in row)
        rows.append(int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big"))
    codes = b"".join(rows)
    codes = zlib.compress(codes) if compressed else codes
    tags = ((256, WIDTH), (257, HEIGHT), (258, 12), (259, 8 if compressed else 1), (262, 0 if white else 1), (273, 8))
    entries = [
        struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in (*tags, (278, HEIGHT), (279, len(codes)))
    ]
    directory = struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)
    codes += bytes(len(codes) % 2)
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(codes))
    assert np.abs(pixels_of(head + codes + directory) - shown(GREY)).max() <= 1


@pytest.mark.parametrize("alpha", [False, True], ids=["alone", "with alpha"])
@pytest.mark.parametrize("white", [False, True], ids=["from black", "from white"])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_grey_profile_is_brought_to_srgb(depth: type, white: bool, alpha: bool) -> None:  # noqa: FBT001
    greys = 255 - GREY if white else GREY
    values: NDArray[Any] = (
        (np.dstack([greys, ALPHA]) if alpha else greys) * (257 if depth is np.uint16 else 1)
    ).astype(depth)
    options = (FROM_WHITE if white else FROM_BLACK) | (CLEAR if alpha else {})
    seen = pixels_of(written(values, **options, iccprofile=grey_profile(1.0)))
    light = GREY / 255
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255  # IEC 61966-2-1
    assert np.abs(seen - shown(np.dstack([curve, ALPHA]) if alpha else curve)).max() <= 1


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_grey_and_alpha_in_planes_are_named(compression: str | None, depth: type) -> None:
    content = written(planes(PAIR).astype(depth), **FROM_BLACK, **CLEAR, **APART, compression=compression)
    with pytest.raises(
        DecodeError, match=r"TIFF pixels of 2 whole samples of (8|16) bits in planes of their own are not read"
    ):
        open_picture(content)


@pytest.mark.parametrize("depth", [np.float16, np.float64])
def test_floats_of_other_lengths_are_named(depth: type) -> None:
    with pytest.raises(DecodeError, match=r"TIFF pixels of 1 floating-point samples of (16|64) bits are not read"):
        open_picture(written((GREY / 255).astype(depth), **FROM_BLACK))


def test_more_samples_than_any_picture_has_are_named() -> None:
    many = np.dstack([COLOURS, *[GREY] * 4]).astype(np.uint8)
    with pytest.raises(DecodeError, match=r"TIFF pixels of 7 whole samples of 8 bits are not read"):
        open_picture(written(many, **RGB, extrasamples=["unspecified"] * 4))


def one_strip(values: NDArray[Any], **options: Any) -> bytes:
    return written(values, rowsperstrip=len(values), **options)


def test_a_file_of_one_strip_needs_more() -> None:
    values = np.zeros((900, 1000, 3), np.uint16)
    strips, whole = (
        open_picture(content).need.peak
        for content in (written(values, **RGB, compression="zlib"), one_strip(values, **RGB, compression="zlib"))
    )
    assert whole - strips > 0.9 * values.nbytes


@pytest.mark.parametrize("tag", [322, 323], ids=["width", "length"])
def test_a_tile_far_larger_than_the_picture_is_refused_by_the_header(tag: int) -> None:
    content = written(COLOURS.astype(np.uint8), **RGB, tile=(32, 48), compression="zlib")
    assert open_picture(content).need.peak < 2**25
    picture = open_picture(with_tag(content, tag, 4, struct.pack("<I", 2**24)))
    with pytest.raises(LimitExceeded, match=r"needs about [0-9.]+ [MG]B to decode"):
        picture.decode(picture.size)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process by itself is read from /proc")
@pytest.mark.parametrize("kind", ["16 bits in colour", "16 bits and alpha", "32 bits"])
def test_the_budget_holds(kind: str, tmp_path: Path) -> None:
    kinds: dict[str, tuple[tuple[int, ...], Any, dict[str, Any]]] = {
        "16 bits in colour": ((3000, 4000, 3), np.uint16, RGB),
        "16 bits and alpha": ((3000, 4000, 2), np.uint16, FROM_BLACK | CLEAR),
        "32 bits": ((3000, 4000), np.uint32, FROM_BLACK),
    }
    shape, depth, options = kinds[kind]
    path = tmp_path / "one.tif"
    path.write_bytes(one_strip(np.full(shape, 900, depth), **options, compression="zlib"))
    ran = subprocess.run([sys.executable, "-c", MEASURE, str(path), "full"], capture_output=True, text=True, check=True)
    told = open_picture(path.read_bytes(), Limits(memory=2**40)).need.peak
    assert int(ran.stdout) <= told


REVERSED = bytes(int(format(value, "08b")[::-1], 2) for value in range(256))
"""Every byte, read from its other end."""


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "deflated"])
@pytest.mark.parametrize(
    ("bits", "photometric"), [*product((1, 2, 4, 8, 16), (0, 1)), *product((1, 2, 4, 8), (3,)), (8, 2), (16, 2)]
)
def test_bits_in_reverse_order_are_put_right(bits: int, photometric: int, compressed: bool, order: str) -> None:  # noqa: FBT001
    channels = 3 if photometric == 2 else 1
    tags = {256: (16,), 257: (5,), 258: (bits,) * channels, 259: (8 if compressed else 1,), 262: (photometric,)}
    tags |= {277: (channels,), 278: (5,)}
    if photometric == 3:
        tags[320] = tuple(7919 * number % 65536 for number in range(3 * 2**bits))
    strip = np.random.default_rng(bits).integers(0, 256, 5 * 2 * bits * channels, np.uint8).tobytes()
    strip = zlib.compress(strip) if compressed else strip
    np.testing.assert_array_equal(
        pixels_of(tiff_of({**tags, 266: (2,)}, strip.translate(REVERSED), order=order)),
        pixels_of(tiff_of(tags, strip, order=order)),
    )


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "deflated"])
def test_pixels_that_share_their_colours_are_read(compressed: bool) -> None:  # noqa: FBT001
    colours = np.array([[(200, 40, 60), (30, 90, 220)], [(240, 240, 240), (20, 160, 90)]], np.uint8)
    pixels = colours.repeat(8, axis=0).repeat(8, axis=1)
    ycc = np.asarray(Image.fromarray(pixels).convert("YCbCr"))
    blocks = [
        ycc[top : top + 2, left : left + 2, 0].tobytes() + ycc[top, left, 1:].tobytes()
        for top in range(0, 16, 2)
        for left in range(0, 16, 2)
    ]
    strip = b"".join(blocks)
    tags = {256: (16,), 257: (16,), 258: (8,) * 3, 259: (8 if compressed else 1,), 262: (6,), 277: (3,), 278: (16,)}
    tags[530] = (2, 2)
    assert np.abs(pixels_of(tiff_of(tags, zlib.compress(strip) if compressed else strip)) - pixels).max() <= 3
