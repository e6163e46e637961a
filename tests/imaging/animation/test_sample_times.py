"""The durations of an AVIF sequence are exact, in whatever units its file counts."""

from __future__ import annotations

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.imaging.animation.avif_writer import write_avif
from focalbox.imaging.animation.film import open_film
from focalbox.imaging.animation.sample_times import durations_of
from imaging import boxes
from imaging.animation.films import discs, pairs


def sequence(second: int, runs: list[tuple[int, int]], version: int = 1, said: int | None = None) -> bytes:
    """Write what of a sequence says how long its frames are shown."""
    head = boxes.full_box(b"mdhd", version, 0, bytes(16 if version else 8), struct.pack(">I", second), bytes(12))
    table = struct.pack(">I", len(runs) if said is None else said) + b"".join(struct.pack(">II", *run) for run in runs)
    listed = boxes.full_box(b"stsd", 0, 0, bytes(4), boxes.box(b"av01"))
    samples = boxes.box(b"stbl", listed, boxes.full_box(b"stts", 0, 0, table))
    return boxes.box(b"moov", boxes.box(b"trak", boxes.box(b"mdia", head, boxes.box(b"minf", samples))))


@given(
    st.integers(1, 90_000),
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 2**32 - 1)), min_size=1, max_size=5),
    st.sampled_from([0, 1]),
)
def test_runs_of_frames_are_told_one_by_one(second: int, runs: list[tuple[int, int]], version: int) -> None:
    wanted = [Fraction(units, second) for many, units in runs for _ in range(many)]
    content = sequence(second, runs, version)
    for frames in (1, len(wanted)):
        assert durations_of(content, frames) == wanted[:frames]
    assert durations_of(content, len(wanted) + 1) is None


@pytest.mark.parametrize(
    "content",
    [b"", boxes.box(b"moov"), sequence(0, [(3, 1)]), sequence(30, [(1, 1)], said=9), sequence(30, [(0, 1)] * 9)],
    ids=["nothing", "no track", "no units", "cut", "none as long"],
)
def test_what_is_not_said_is_none(content: bytes) -> None:
    assert durations_of(content, 3) is None


@given(st.integers(0, len(sequence(30, [(2, 7), (1, 9)])) - 1), st.integers(0, 255))
def test_damage_raises_nothing(place: int, value: int) -> None:
    content = bytearray(sequence(30, [(2, 7), (1, 9)]))
    content[place] = value
    found = durations_of(bytes(content), 3)
    assert found is None or len(found) == 3


def test_a_film_of_thirtieths_of_a_second_does_not_drift() -> None:
    content = write_avif(pairs(discs()), 0, 80, None)
    at = content.index(b"mdhd") + 4 + 20
    (second,) = struct.unpack_from(">I", content, at)
    assert second == 1000
    slower = content[:at] + struct.pack(">I", 30_000) + content[at + 4 :]  # every unit is a thirtieth of what it was
    before, after = ([time for _, time in open_film("AVIF", one, 10).draw()] for one in (content, slower))
    assert before == [time for _, time in pairs(discs())]
    assert after == [time / 30 for time in before]
