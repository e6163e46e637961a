"""Animated PNG: its chunks are in order and whole, its seconds as exact as two numbers of 16 bits say them."""

from __future__ import annotations

import struct
from collections import Counter
from fractions import Fraction
from io import BytesIO

from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from focalbox.imaging.animation.apng import read_apng
from focalbox.imaging.animation.apng_writer import write_apng
from focalbox.imaging.animation.encoding import encode_animation
from focalbox.imaging.animation.film import open_film
from focalbox.imaging.headers.png import chunks_of
from focalbox.imaging.metadata import Metadata
from imaging.animation.films import discs, pairs, rights_and_profile

MOST = 0xFFFF


def test_fractions_of_a_second_are_exact_in_a_png() -> None:
    times = [Fraction(1, 30), Fraction(1001, 30_000), Fraction(0), Fraction(70_000)]
    content = encode_animation(zip(discs(), times, strict=False), "png", alpha=False)
    assert [time for _, time in open_film("PNG", content, 100).draw()] == [*times[:3], Fraction(65_535)]


@given(st.fractions(0, 80_000))
@example(Fraction(MOST))
@example(Fraction(MOST + 1))
@example(Fraction(MOST, 100) + Fraction(1, 1000))
def test_seconds_are_as_near_as_two_numbers_of_16_bits_can_say(seconds: Fraction) -> None:
    content = write_apng([(Image.new("RGB", (1, 1)), seconds)], 0, None)
    (frame,) = read_apng(content, 2).frames
    if seconds.numerator <= MOST and seconds.denominator <= MOST:
        assert frame.duration == seconds
    elif seconds > MOST:
        assert frame.duration == MOST
    else:
        step = Fraction(1, MOST) if seconds < 1 else Fraction(1, 100) if seconds <= Fraction(MOST, 100) else 1
        assert abs(frame.duration - seconds) <= Fraction(step) / 2 + Fraction(1, MOST)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=6), st.integers(0, 2**31 - 1))
def test_chunks_are_numbered_without_a_gap_and_their_sums_are_right(colours: list[int], plays: int) -> None:
    frames = [(Image.new("RGB", (5, 4), ("red", "lime", "navy")[colour]), Fraction(1, 10)) for colour in colours]
    content = write_apng(frames, plays, None)
    chunks = [(one.name, content[one.start : one.stop]) for one in chunks_of(content)]
    names = Counter(name for name, _ in chunks)
    assert (names[b"fcTL"], names[b"IDAT"], names[b"fdAT"]) == (len(frames), 1, len(frames) - 1)
    assert [int.from_bytes(body[:4], "big") for name, body in chunks if name in {b"fcTL", b"fdAT"}] == list(
        range(2 * len(frames) - 1)
    )
    assert dict(chunks)[b"acTL"] == struct.pack(">II", len(frames), plays)
    assert [name for name, _ in chunks][:2] == [b"IHDR", b"acTL"] or len(frames) == 1
    with Image.open(BytesIO(content)) as image:
        image.verify()  # every checksum


def test_a_frame_holds_only_what_is_new() -> None:
    content = write_apng(pairs(discs()), 0, None)
    boxes = [one.box for one in read_apng(content, 9).frames]
    assert boxes == [(0, 0, 60, 40), *((10 * index, 10, 10 * index + 25, 25) for index in range(4))]


def test_metadata_is_written_once() -> None:
    metadata = rights_and_profile()
    content = write_apng(pairs(discs()), 0, metadata)
    assert content.count(b"eXIf") == content.count(b"iCCP") == 1
    with Image.open(BytesIO(content)) as image:
        assert image.info["icc_profile"] == metadata.profile
        assert image.getexif()[0x8298] == "A. Person"
    assert b"eXIf" not in write_apng(pairs(discs()), 0, Metadata())
