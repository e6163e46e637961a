"""The frames of an animated PNG: found whatever the end of the file, drawn, blended and disposed of as PNG says."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from focalbox.imaging.animation.apng import draw_apng, png_chunk, read_apng
from focalbox.imaging.animation.encoding import encode_animation
from focalbox.imaging.headers.png import SIGNATURE, chunks_of
from focalbox.imaging.source import open_picture
from imaging.animation.films import discs
from laws import cases

SIZE = (8, 6)
COLOURS = ((255, 0, 0, 255), (0, 255, 0, 255), (9, 9, 9, 255), (0, 0, 0, 0))
FlatFrame = tuple[tuple[int, int, int, int], int, int, int]
"""Left, top, width and height of a frame; its colour, how it is disposed of, and how it is blended."""


@st.composite
def flat_frames(draw: st.DrawFn) -> list[FlatFrame]:
    """Frames inside of the canvas, of which the first covers it, as PNG has it."""
    frames = []
    for index in range(draw(st.integers(1, 5))):
        left, top = (0, 0) if index == 0 else (draw(st.integers(0, 7)), draw(st.integers(0, 5)))
        across, down = SIZE if index == 0 else (draw(st.integers(1, 8 - left)), draw(st.integers(1, 6 - top)))
        colour, dispose, blend = (draw(st.integers(0, most)) for most in (3, 2, 1))
        frames.append(((left, top, across, down), colour, dispose, blend))
    return frames


def apng(*frames: FlatFrame, before: bytes = b"", duration: tuple[int, int] = (1, 10)) -> bytes:
    """Write an animated PNG of 8 x 6 pixels of flat frames, with chunks before the first."""
    body, sequence = b"", 0
    for index, (box, colour, dispose, blend) in enumerate(frames):
        left, top, across, down = box
        control = struct.pack(">IIIIIHHBB", sequence, across, down, left, top, *duration, dispose, blend)
        codes = zlib.compress((b"\0" + bytes(COLOURS[colour]) * across) * down)
        data = png_chunk(b"fdAT", (sequence + 1).to_bytes(4, "big") + codes) if index else png_chunk(b"IDAT", codes)
        body += png_chunk(b"fcTL", control) + data
        sequence += 2 if index else 1
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, 8, 6, 0, 0, 0)) + png_chunk(b"acTL", bytes(7) + b"\x09")
    return SIGNATURE + head + before + body + png_chunk(b"IEND", b"")


@given(flat_frames())
@settings(max_examples=cases(60))
def test_frames_are_drawn_blended_and_disposed_of_as_the_standard_says(frames: list[FlatFrame]) -> None:
    content = apng(*frames)
    canvas = np.zeros((6, 8, 4), np.uint8)
    found = list(draw_apng(content, read_apng(content, 9)))
    assert len(found) == len(frames)
    for index, (image, (box, colour, dispose, blend)) in enumerate(zip(found, frames, strict=True)):
        left, top, across, down = box
        before, place = canvas.copy(), (slice(top, top + down), slice(left, left + across))
        if blend == 0 or COLOURS[colour][3]:
            canvas[place] = COLOURS[colour]
        np.testing.assert_array_equal(np.asarray(image), canvas)
        if dispose == 1 or (dispose == 2 and index == 0):  # before the first there is nothing
            canvas[place] = 0
        elif dispose == 2:
            canvas = before


def test_half_transparent_pixels_are_laid_over_each_other() -> None:
    clear = bytearray(apng(((0, 0, 8, 6), 0, 0, 0), ((0, 0, 8, 6), 1, 0, 1)))
    codes = zlib.compress((b"\0" + bytes((0, 255, 0, 128)) * 8) * 6)
    start = clear.index(b"fdAT") - 4
    content = bytes(clear[:start]) + png_chunk(b"fdAT", bytes(4) + codes) + png_chunk(b"IEND", b"")
    _, over = draw_apng(content, read_apng(content, 9))
    assert np.abs(np.asarray(over).astype(int) - (127, 128, 0, 255)).max() <= 1


@given(flat_frames(), st.data())
@settings(max_examples=cases(60))
def test_a_broken_end_ends_the_film_and_what_was_before_it_stands(frames: list[FlatFrame], data: st.DataObject) -> None:
    content = apng(*frames)
    whole = read_apng(content, 9)
    begun = read_apng(content[: data.draw(st.integers(33, len(content)), label="bytes")], 9)
    assert [one.box for one in begun.frames] == [one.box for one in whole.frames[: len(begun.frames)]]
    assert [one.box for one in read_apng(content, 2).frames] == [one.box for one in whole.frames[:2]]


@given(flat_frames())
@example([((0, 0, 8, 6), 0, 0, 0)])
@settings(max_examples=cases(60))
def test_what_is_said_to_be_opaque_is(frames: list[FlatFrame]) -> None:
    film = read_apng(apng(*frames), 9)
    assert film.alpha  # of its colour type
    palette = struct.pack(">II", *SIZE) + bytes((8, 3, 0, 0, 0))
    assert replace(film, header=palette).alpha != covered(frames)
    assert replace(film, header=palette, shared=png_chunk(b"tRNS", b"\0")).alpha


def covered(frames: list[FlatFrame]) -> bool:
    """Tell whether every frame covers all, and none is disposed of."""
    return all(box == (0, 0, *SIZE) and dispose == 0 for box, _, dispose, _ in frames)


def test_a_picture_that_stands_before_the_film_is_no_frame() -> None:
    still = png_chunk(b"IDAT", zlib.compress((b"\0" + bytes(COLOURS[1]) * 8) * 6))
    content = apng(((0, 0, 8, 6), 0, 0, 0), before=still)
    film = read_apng(content, 9)
    assert (len(film.frames), film.plays) == (1, 9)
    assert [image.getpixel((3, 3)) for image in draw_apng(content, film)] == [COLOURS[0]]


def test_a_frame_outside_of_the_canvas_or_without_pixels_ends_the_film() -> None:
    good, after = ((0, 0, 8, 6), 0, 0, 0), ((1, 1, 2, 2), 1, 0, 0)
    for box in ((7, 0, 2, 1), (0, 5, 1, 2), (2**31, 0, 1, 1), (0, 0, 0, 1), (0, 0, 1, 0)):
        with_bad = apng(good, after, after).split(png_chunk(b"fcTL", control(1, after[0])))
        assert len(with_bad) == 2
        content = png_chunk(b"fcTL", control(1, box)).join(with_bad)
        assert [one.box for one in read_apng(content, 9).frames] == [(0, 0, 8, 6)]


def control(sequence: int, box: tuple[int, int, int, int]) -> bytes:
    left, top, across, down = box
    return struct.pack(">IIIIIHHBB", sequence, across, down, left, top, 1, 10, 0, 0)


@pytest.mark.parametrize(("written", "seconds"), [((1, 30), Fraction(1, 30)), ((7, 0), Fraction(7, 100)), ((0, 5), 0)])
def test_seconds_are_a_fraction(written: tuple[int, int], seconds: Fraction) -> None:
    (frame,) = read_apng(apng(((0, 0, 8, 6), 0, 0, 0), duration=written), 9).frames
    assert frame.duration == seconds


def test_a_frame_without_codes_is_left_out() -> None:
    empty = png_chunk(b"fcTL", control(0, (0, 0, 8, 6)))
    assert len(read_apng(apng(((0, 0, 8, 6), 0, 0, 0), before=empty), 9).frames) == 1
    short = apng(((0, 0, 8, 6), 0, 0, 0), before=png_chunk(b"fcTL", bytes(9)))
    assert read_apng(short, 9).frames == ()


def test_frames_share_palette_and_transparency() -> None:
    frames = [Image.new("P", SIZE, colour) for colour in (0, 1)]
    for frame in frames:
        frame.putpalette([200, 30, 30, 30, 30, 200])
    file = BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:], transparency=1, duration=100)
    film = read_apng(file.getvalue(), 9)
    assert film.alpha
    first, second = draw_apng(file.getvalue(), film)
    assert (first.getpixel((2, 2)), second.getpixel((2, 2))) == ((200, 30, 30, 255), (30, 30, 200, 0))


@given(st.binary(min_size=4, max_size=4).filter(lambda name: name != b"IEND"), st.binary(max_size=40))
def test_a_chunk_is_read_back_and_its_sum_is_right(name: bytes, body: bytes) -> None:
    content = SIGNATURE + png_chunk(name, body) + png_chunk(b"IEND", b"")
    first, last = chunks_of(content)
    assert (first.name, content[first.start : first.stop], last.name) == (name, body, b"IEND")
    told = content[first.stop : first.stop + 4][::-1]
    assert zlib.crc32(content[first.start - 4 : first.stop] + told) == 0x2144DF1C  # of any bytes before their CRC-32


@pytest.mark.parametrize("announced", [1, 3, 5, 10**9])
def test_a_png_that_announces_more_frames_than_it_has_shows_those_that_it_has(announced: int) -> None:
    content = encode_animation(((frame, Fraction(1, 10)) for frame in discs()), "png", alpha=False)
    at = content.index(b"acTL")
    content = content[: at - 4] + png_chunk(b"acTL", struct.pack(">II", announced, 0)) + content[at + 16 :]
    picture = open_picture(content)
    assert picture.frames == min(announced, 5)
    if picture.animated:
        assert sum(1 for _ in picture.film().draw()) == picture.frames


def packed(numbers: np.ndarray, bits: int) -> np.ndarray:
    """Return rows of bytes of numbers of some bits, the first in the highest."""
    if bits == 16:
        return numbers.astype(">u2").view(np.uint8)
    whole = np.unpackbits(numbers.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits :]
    rows: np.ndarray = np.packbits(whole.reshape(len(numbers), -1), axis=1)
    return rows


@pytest.mark.parametrize("clear", [False, True])
@pytest.mark.parametrize(("kind", "bits"), [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 4), (3, 8)])
def test_frames_of_every_kind_of_pixels_are_drawn(kind: int, bits: int, clear: bool) -> None:  # noqa: FBT001
    most, random = 2**bits - 1, np.random.default_rng(5)
    palette = random.integers(0, 256, (2 ** min(bits, 8), 3), dtype=np.uint8)
    shape = (6, 8, 3) if kind == 2 else (6, 8)
    numbers = [random.integers(0, most + 1, shape) for _ in range(2)]
    shared = png_chunk(b"PLTE", palette.tobytes()) if kind == 3 else b""
    first = numbers[0][0, 0]
    if clear:
        shared += png_chunk(b"tRNS", bytes(int(first)) + b"\0" if kind == 3 else np.asarray(first, ">u2").tobytes())
    body = b""
    for index, one in enumerate(numbers):
        rows = packed(one.reshape(6, -1), bits)
        codes = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
        body += png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * index - (index > 0), 8, 6, 0, 0, 1, 10, 0, 0))
        body += png_chunk(b"fdAT", b"\0\0\0\2" + codes) if index else png_chunk(b"IDAT", codes)
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, bits, kind, 0, 0, 0))
    content = SIGNATURE + header + shared + png_chunk(b"acTL", b"\0\0\0\2" + bytes(4)) + body + png_chunk(b"IEND", b"")
    found = [np.asarray(frame.image.convert("RGBA")) for frame, _ in open_picture(content).film().draw()]
    assert len(found) == 2
    for one, drawn in zip(numbers, found, strict=True):
        colours = palette[one] if kind == 3 else np.rint(one / most * 255).reshape(6, 8, -1)
        there = (one != first).reshape(6, 8, -1).any(axis=2) | (not clear)
        assert np.array_equal(drawn[..., 3] > 0, there if kind != 3 or not clear else palette_alpha(one, int(first)))
        assert np.abs(drawn[..., :3].astype(int) - colours).max(axis=2)[drawn[..., 3] > 0].max(initial=0) <= 1


def palette_alpha(numbers: np.ndarray, entries: int) -> np.ndarray:
    """Return where entries of a palette are seen whose first ones, and the one behind them, are transparent."""
    there: np.ndarray = numbers > entries
    return there
