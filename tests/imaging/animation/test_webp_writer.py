"""Animated WebP: chunks are whole and in order, frames begin at even places, times do not drift, metadata stays."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from focalbox.imaging.animation.webp_writer import write_webp
from focalbox.imaging.metadata import Metadata
from imaging.animation.films import discs, pairs, rights_and_profile
from laws import cases

TENTH = Fraction(1, 10)
PLACES = st.tuples(st.integers(0, 14), st.integers(0, 10))


def chunks(content: bytes, at: int = 12) -> Iterator[tuple[bytes, bytes]]:
    """Walk the chunks, which fill the file to its last byte."""
    while at < len(content):
        name, length = struct.unpack_from("<4sI", content, at)
        yield name, content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    assert at == len(content)


def controls(content: bytes) -> list[tuple[int, ...]]:
    """Return left, top, width, height, milliseconds and flags of every frame (RFC 9649, section 2.7.1.1)."""
    bodies = [body for name, body in chunks(content) if name == b"ANMF"]
    numbers = [[int.from_bytes(body[at : at + 3], "little") for at in range(0, 15, 3)] for body in bodies]
    return [
        (2 * left, 2 * top, across + 1, down + 1, time, body[15])
        for (left, top, across, down, time), body in zip(numbers, bodies, strict=True)
    ]


@given(st.lists(PLACES, min_size=1, max_size=4), st.sampled_from(["RGB", "RGBA"]))
@settings(max_examples=cases(40))
def test_frames_begin_at_even_places_and_hold_what_is_new(places: list[tuple[int, int]], mode: str) -> None:
    frames = [Image.new(mode, (15, 11), "navy")]
    for place in places:
        frames.append(frames[-1].copy())
        frames[-1].putpixel(place, (240, 200, 30, 255)[: len(mode)])
    content = write_webp([(frame, TENTH) for frame in frames], 0, 80, None)
    assert struct.unpack_from("<4sI4s", content) == (b"RIFF", len(content) - 8, b"WEBP")
    first, *rest = controls(content)
    assert first == (0, 0, 15, 11, 100, 2)
    shown = {(0, 0)}  # an equal frame is a pixel in a corner
    for (left, top, across, down, time, flags), place in zip(rest, places, strict=True):
        assert (left % 2, top % 2, time, flags) == (0, 0, 100, 2)
        inside = left <= place[0] < left + across and top <= place[1] < top + down
        assert inside or place in shown
        assert (across, down) <= (2, 2)
        shown.add(place)
    with Image.open(BytesIO(content)) as image:
        assert getattr(image, "n_frames", 1) == len(frames)
        assert image.size == (15, 11)


@given(st.lists(st.fractions(0, 2), min_size=1, max_size=8))
@settings(max_examples=cases(40))
def test_the_times_at_which_frames_come_do_not_drift(durations: list[Fraction]) -> None:
    content = write_webp([(Image.new("RGB", (1, 1)), duration) for duration in durations], 0, 80, None)
    written = [Fraction(one[4], 1000) for one in controls(content)]
    for told, wanted in zip(accumulate(written), accumulate(durations), strict=True):
        assert abs(told - wanted) <= Fraction(1, 2000)


def test_a_frame_stays_at_most_as_long_as_24_bits_can_say() -> None:
    content = write_webp([(Image.new("RGB", (1, 1)), Fraction(2**24, 1000) + 5)], 0, 80, None)
    assert [one[4] for one in controls(content)] == [2**24 - 1]


@pytest.mark.parametrize(("plays", "written"), [(0, 0), (1, 1), (65_535, 65_535), (2**31, 65_535)])
def test_how_often_it_is_shown_is_kept_as_far_as_16_bits_go(plays: int, written: int) -> None:
    content = write_webp(pairs(discs()), plays, 80, None)
    assert dict(chunks(content))[b"ANIM"] == bytes(4) + struct.pack("<H", written)


@pytest.mark.parametrize(("mode", "alpha"), [("RGB", 0), ("RGBA", 0x10)])
def test_the_header_says_what_there_is(mode: str, alpha: int) -> None:
    content = write_webp(pairs(discs(mode)), 0, 80, None)
    assert [name for name, _ in chunks(content)] == [b"VP8X", b"ANIM", *[b"ANMF"] * 5]
    assert dict(chunks(content))[b"VP8X"][0] == 0x02 | alpha
    metadata = rights_and_profile()
    kept = write_webp(pairs(discs(mode)), 0, 80, metadata)
    assert [name for name, _ in chunks(kept)] == [b"VP8X", b"ICCP", b"ANIM", *[b"ANMF"] * 5, b"EXIF", b"XMP "]
    assert dict(chunks(kept))[b"VP8X"][0] == 0x02 | alpha | 0x20 | 0x08 | 0x04
    with Image.open(BytesIO(kept)) as image:
        assert (image.info["icc_profile"], image.info["xmp"]) == (metadata.profile, metadata.xmp)
        assert image.getexif()[0x8298] == "A. Person"
        assert np.asarray(image).shape == (40, 60, 4 if alpha else 3)
    some = write_webp(pairs(discs(mode)), 0, 80, Metadata(xmp=metadata.xmp))
    assert dict(chunks(some))[b"VP8X"][0] == 0x02 | alpha | 0x04


def test_quality_decides_how_many_bytes_it_takes() -> None:
    noise = [(Image.effect_noise((60, 40), 90).convert("RGB"), TENTH) for _ in range(2)]
    assert len(write_webp(noise, 0, 20, None)) < 0.75 * len(write_webp(noise, 0, 95, None))
