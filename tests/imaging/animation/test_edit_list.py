"""How often an AVIF sequence is shown: as libavif and FFmpeg write it, in numbers of 32 and 64 bits, and damaged."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from focalbox.errors import InvalidRequest
from focalbox.imaging.animation.edit_list import plays_of, set_plays
from imaging import boxes
from pictures import encoded

INDEFINITE_32, INDEFINITE_64 = 2**32 - 1, 2**64 - 1
ONE = 462
"""Units of the film that a play takes."""
LISTED = boxes.box(
    b"mdia", boxes.box(b"minf", boxes.box(b"stbl", boxes.full_box(b"stsd", 0, 0, bytes(4), boxes.box(b"av01"))))
)
ALPHA = boxes.box(b"tref", boxes.box(b"auxl", struct.pack(">I", 1)))


def head(name: bytes, version: int, duration: int) -> bytes:
    """Write mvhd or tkhd up to its duration."""
    times = bytes(16 if version else 8)
    number = struct.pack(">I", 1) + bytes(4 if name == b"tkhd" else 0)
    return boxes.full_box(name, version, 0, times, number, struct.pack(">Q" if version else ">I", duration), bytes(60))


def edits(version: int, flags: int, duration: int) -> bytes:
    entry = struct.pack(">QqHH" if version else ">IiHH", duration, 0, 1, 0)
    return boxes.box(b"edts", boxes.full_box(b"elst", version, flags, struct.pack(">I", 1), entry))


def sequence(
    whole: int, flags: int = 1, one: int = ONE, versions: tuple[int, int] = (1, 1), before: bytes = b""
) -> bytes:
    """Write what of a sequence says how often it is shown; FFmpeg writes version 0 of what fits."""
    track = boxes.box(b"trak", head(b"tkhd", versions[0], whole), edits(versions[1], flags, one), LISTED)
    film = boxes.box(b"moov", head(b"mvhd", 1, whole), before, track)
    return boxes.box(b"ftyp", b"avis", bytes(4)) + film + boxes.box(b"mdat", b"codes")


def film() -> bytes:
    """Write a film with alpha by libavif."""
    frames = [Image.new("RGBA", (16, 16), (90 * index, 9, 9, 100)) for index in range(3)]
    return encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=70)


@pytest.mark.parametrize("versions", [(0, 0), (1, 0), (0, 1), (1, 1)], ids=str)
@pytest.mark.parametrize("plays", [1, 2, 3, 1000])
def test_a_repeated_edit_list_is_shown_until_the_track_is_over(plays: int, versions: tuple[int, int]) -> None:
    assert plays_of(sequence(plays * ONE, versions=versions)) == plays
    assert plays_of(sequence(plays * ONE - ONE // 2, versions=versions)) == plays  # the last one is cut short


def test_an_edit_list_that_is_not_repeated_is_shown_once() -> None:
    assert plays_of(sequence(ONE, flags=0)) == plays_of(sequence(INDEFINITE_64, flags=0)) == 1


@pytest.mark.parametrize(
    ("version", "whole"),
    [(0, INDEFINITE_32), (1, INDEFINITE_64), (1, 2**63 - 1)],
    ids=["32 bits", "64 bits", "FFmpeg's"],
)
def test_a_track_of_unknown_duration_has_no_end(version: int, whole: int) -> None:
    assert plays_of(sequence(whole, versions=(version, version))) == 0


def test_a_sequence_that_does_not_say_it_has_no_end() -> None:
    silent = boxes.box(b"trak", head(b"tkhd", 1, ONE), LISTED)
    for content in (boxes.box(b"moov", head(b"mvhd", 1, ONE), silent), sequence(9, one=0), boxes.box(b"mdat"), b""):
        assert plays_of(content) == 0


def test_the_track_of_alpha_does_not_say_it() -> None:
    other = boxes.box(b"trak", head(b"tkhd", 1, 9 * ONE), ALPHA, edits(1, 1, ONE), LISTED)
    assert plays_of(sequence(2 * ONE, before=other)) == 2


@given(st.integers(0, len(sequence(2 * ONE)) - 1), st.integers(0, 255))
def test_damage_raises_nothing(place: int, value: int) -> None:
    content = bytearray(sequence(2 * ONE))
    content[place] = value
    assert plays_of(bytes(content)) >= 0
    assert plays_of(bytes(content[:place])) >= 0


@given(st.integers(0, 2**31 - 1))
def test_what_is_set_is_read(plays: int) -> None:
    for content in (sequence(INDEFINITE_64), sequence(ONE, flags=0), ENDLESS):
        told = set_plays(content, plays)
        assert plays_of(told) == plays
        assert len(told) == len(content)


ENDLESS = film()


@pytest.mark.parametrize("plays", [1, 5])
def test_every_track_and_the_film_last_as_long(plays: int) -> None:
    assert ENDLESS.count(b"elst") == 2  # colours and alpha
    assert ENDLESS.count(struct.pack(">Q", INDEFINITE_64)) == 3
    told = set_plays(ENDLESS, plays)
    assert told.count(struct.pack(">Q", 3 * 70 * plays)) == 3 + (2 + 2) * (plays == 1)  # as long as lists and media
    assert sum(one != other for one, other in zip(told, ENDLESS, strict=True)) <= 3 * 8 + 2


def test_so_many_that_their_duration_has_no_room_is_without_an_end() -> None:
    narrow = sequence(ONE, versions=(0, 0))
    assert plays_of(set_plays(narrow, 2**32 // ONE - 1)) == 2**32 // ONE - 1
    assert plays_of(set_plays(narrow, 2**32 // ONE + 1)) == 0


def test_a_still_picture_stays_as_it_is() -> None:
    file = BytesIO()
    Image.new("RGB", (16, 16)).save(file, "AVIF")
    assert set_plays(file.getvalue(), 3) == file.getvalue()


def test_a_track_without_an_edit_list_is_refused() -> None:
    silent = boxes.box(b"moov", boxes.box(b"trak", head(b"tkhd", 1, ONE), LISTED))
    with pytest.raises(InvalidRequest, match="its encoder leaves no place for how often it is shown"):
        set_plays(silent, 2)
