"""The frames of a GIF: found whatever the end of the file, drawn as GIF89a says, transparent where nothing was drawn."""

from __future__ import annotations

import struct
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from focalbox.imaging.animation.film import open_film
from focalbox.imaging.animation.gif import draw_gif, read_gif
from focalbox.imaging.source import open_picture
from laws import cases

COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9))
FlatFrame = tuple[tuple[int, int, int, int], int, int, int | None]
"""Left, top, width and height of a frame; its colour, its disposal method, and the colour that is none."""

flat_frames = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 9), st.integers(0, 7), st.integers(1, 9), st.integers(1, 7)),
        st.integers(0, 3),
        st.integers(0, 3),
        st.none() | st.integers(0, 3),
    ),
    min_size=1,
    max_size=5,
)


def gif(*frames: FlatFrame) -> bytes:
    """Write a GIF of 8 x 6 pixels of flat frames: box, colour, disposal, transparent index."""
    parts = [b"GIF89a" + struct.pack("<HH", 8, 6) + b"\x91\0\0" + bytes(sum(COLOURS, ()))]
    for (left, top, across, down), colour, disposal, transparent in frames:
        flags = disposal << 2 | (transparent is not None)
        parts.append(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, 10, transparent or 0, 0))
        flat = Image.new("P", (across, down), colour)
        flat.putpalette(sum(COLOURS, ()))
        file = BytesIO()
        flat.save(file, "GIF", optimize=False)
        whole = file.getvalue()
        at = whole.index(b"\x2c", 13 + 3 * 2 ** ((whole[10] & 7) + 1))
        parts.append(struct.pack("<BHHHHB", 0x2C, left, top, across, down, 0) + whole[at + 10 : -1])
    return b"".join([*parts, b";"])


@given(flat_frames)
@example([((0, 0, 8, 6), 1, 0, 1)])  # all of it is none
@settings(max_examples=cases(60))
def test_frames_are_drawn_disposed_of_and_clipped_as_the_specification_says(frames: list[FlatFrame]) -> None:
    film = read_gif(gif(*frames), 9)
    (left, top, across, down), *_ = (frame[0] for frame in frames)
    assert film.size == (max(8, left + across), max(6, top + down))
    screen = np.zeros((film.size[1], film.size[0], 4), np.uint8)
    found = list(draw_gif(gif(*frames), film))
    assert len(found) == len(frames)
    for image, ((left, top, across, down), colour, disposal, transparent) in zip(found, frames, strict=True):
        before, place = screen.copy(), (slice(top, top + down), slice(left, left + across))
        if colour != transparent:
            screen[place] = (*COLOURS[colour], 255)
        np.testing.assert_array_equal(np.asarray(image), screen)
        if disposal == 2:
            screen[place] = 0
        elif disposal == 3:
            screen = before
    if not film.alpha:
        assert all(np.asarray(image)[..., 3].min() == 255 for image in found)


@given(flat_frames, st.data())
@settings(max_examples=cases(60))
def test_a_broken_end_ends_the_film_and_what_was_before_it_stands(frames: list[FlatFrame], data: st.DataObject) -> None:
    content = gif(*frames)
    whole = read_gif(content, 9)
    begun = read_gif(content[: data.draw(st.integers(13, len(content)), label="bytes")], 9)
    assert begun.frames == whole.frames[: len(begun.frames)]
    assert (begun.colours, begun.plays) == (whole.colours, whole.plays)
    assert read_gif(content, 2).frames == whole.frames[:2]


@pytest.mark.parametrize(("repeats", "plays"), [(None, 1), (0, 0), (1, 2), (65_535, 65_536)])
@pytest.mark.parametrize("application", [b"NETSCAPE2.0", b"ANIMEXTS1.0"])
def test_the_plays_of_a_gif_are_read(application: bytes, repeats: int | None, plays: int) -> None:
    content = gif(((0, 0, 8, 6), 0, 0, None))
    block = b"" if repeats is None else b"\x21\xff\x0b" + application + b"\x03\x01" + struct.pack("<H", repeats) + b"\0"
    assert read_gif(content[:25] + block + content[25:], 9).plays == plays
    assert read_gif(content[:25] + block.replace(application, b"XMP DataXMP") + content[25:], 9).plays == 1


def test_a_control_is_for_the_next_frame_alone() -> None:
    content = gif(((0, 0, 8, 6), 0, 2, 3))
    again = content[:-1] + content[33:]  # the frame once more, without its control
    first, second = read_gif(again, 9).frames
    assert (first.duration, first.disposal, first.transparent) == (Fraction(1, 10), 2, 3)
    assert (second.duration, second.disposal, second.transparent) == (Fraction(0), 0, None)


def test_a_frame_without_pixels_draws_nothing() -> None:
    content = bytearray(gif(((0, 0, 8, 6), 0, 1, None), ((1, 1, 4, 4), 1, 1, None)))
    film = read_gif(bytes(content), 9)
    struct.pack_into("<H", content, film.frames[1].start + 5, 0)
    one, two = draw_gif(bytes(content), read_gif(bytes(content), 9))
    assert one.tobytes() == two.tobytes() == Image.new("RGBA", (8, 6), "red").tobytes()


def test_a_gif_is_transparent_where_nothing_was_drawn() -> None:
    content = gif(((2, 1, 3, 2), 0, 1, None), ((0, 0, 2, 2), 1, 2, None), ((7, 5, 1, 1), 2, 1, None))
    frames = [np.asarray(image) for image, _ in open_film("GIF", content, 9).draw()]
    assert frames[0][0, 0, 3] == 0
    assert frames[0][1, 2].tolist() == [255, 0, 0, 255]
    assert frames[1][0, 0].tolist() == [0, 255, 0, 255]
    assert frames[2][0, 0, 3] == 0  # disposed of
    assert frames[2][1, 2].tolist() == [255, 0, 0, 255]
    still = open_picture(gif(((2, 1, 3, 2), 0, 1, None)))
    pixels = np.asarray(still.decode(still.size).image)
    assert (pixels[..., 3] == 255).sum() == 6


def test_disposal_to_what_was_before() -> None:
    content = gif(((0, 0, 8, 6), 0, 1, None), ((1, 1, 4, 4), 1, 3, None), ((6, 0, 1, 1), 2, 1, None))
    frames = [np.asarray(image)[2, 2].tolist() for image, _ in open_film("GIF", content, 9).draw()]
    assert frames == [[255, 0, 0, 255], [0, 255, 0, 255], [255, 0, 0, 255]]
