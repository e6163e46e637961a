"""The soak's judgement of memory: a slow leak is found, also late and also below what the allocator holds free."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.service.noted_memory import Note, note, read_notes
from benchmarks.service.soak_memory import HELD, growth
from focalbox.service.runtime.allocator import ARENAS, KEPT


def run(seconds: int, used: Callable[[int], float], free: Callable[[int], float]) -> list[Note]:
    """Return the notes of a run, one each second."""
    return [Note(float(at), used(at) + free(at), free(at)) for at in range(seconds)]


def test_an_allocator_that_fills_to_its_bound_is_no_leak() -> None:
    found = growth(run(600, lambda _: 127.0, lambda at: min(60.0, 30 + at / 10)), 600)
    assert found.fine
    assert found.resident[4] > 1.1 * found.resident[1]
    assert found.held == 60.0


@pytest.mark.parametrize("seconds", [300, 600, 3600])
def test_a_leak_of_a_tenth_is_found_however_long_the_run(seconds: int) -> None:
    found = growth(run(seconds, lambda at: 127 + 13 * at / seconds, lambda _: 40.0), seconds)
    assert not found.fine
    assert found.grown > 1.05


def test_a_leak_that_begins_after_five_minutes_is_found() -> None:
    assert not growth(run(600, lambda at: 127.0 + max(0, at - 400) / 10, lambda _: 40.0), 600).fine


def test_a_leak_that_the_allocators_free_memory_hides_is_found() -> None:
    found = growth(run(300, lambda at: 120 + at / 20, lambda at: 50 - at / 20), 300)
    assert found.resident == (170.0,) * 5
    assert not found.fine


def test_more_free_memory_than_the_arenas_are_to_keep_is_found() -> None:
    assert HELD == ARENAS * KEPT / 1e6
    found = growth(run(300, lambda _: 120.0, lambda at: HELD + 1 if at == 170 else 40.0), 300)
    assert found.grown == 1.0
    assert not found.fine


def test_peaks_that_grow_are_found() -> None:
    assert not growth(run(300, lambda at: 180 + at / 4 if at % 60 == 30 else 120.0, lambda _: 40.0), 300).fine


def test_a_process_notes_what_its_allocator_holds_free() -> None:
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):
        pytest.skip("the allocator is not that of glibc 2.33 or newer")
    library.malloc.restype = ctypes.c_void_p
    library.free.argtypes = (ctypes.c_void_p,)
    pieces = [library.malloc(50_000) for _ in range(1000)]
    before = note(0.0)
    for piece in pieces[:-1]:  # the last one keeps the top of the arena where it is
        library.free(piece)
    after = note(0.0)
    library.free(pieces[-1])
    assert 49 < after.free - before.free < 52
    assert after.resident > 0


def test_a_line_that_is_being_written_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("0.0 100.5 20.5\n1.0 101.0 20.0\n2.0 10")
    found = read_notes(tmp_path / "notes")
    assert found == [Note(0.0, 100.5, 20.5), Note(1.0, 101.0, 20.0)]
    assert found[0].used == 80.0
