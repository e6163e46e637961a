"""The parts of the page on speed that say who is slower, and who decodes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from benchmarks.speed.candidates import OURS, candidate
from benchmarks.speed.decoders import decoder_times
from benchmarks.speed.films import FilmResult
from benchmarks.speed.measures import Timing
from benchmarks.speed.pictures import Kind, make
from benchmarks.speed.profile import shares
from benchmarks.speed.sections import FILMS, film_section, profile_section
from benchmarks.tables import replace_between


@pytest.mark.parametrize(
    ("ratio", "said"), [(1.0, "Met everywhere"), (1.2, "Missed: drawn GIF against libvips (1.20)")]
)
def test_the_part_on_films_names_what_is_slower(tmp_path: Path, ratio: float, said: str) -> None:
    ours, theirs = (FilmResult(Timing(100, 100, one), 2_000_000, 40) for one in (1.0, ratio))
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- films -->\nold\n<!-- /films -->\nbehind\n", "utf-8")
    replace_between(page, FILMS, film_section({("drawn", "GIF"): {OURS: ours, "libvips": theirs}}))
    written = page.read_text("utf-8")
    assert said in written
    assert "old" not in written
    assert written.startswith("before")
    assert written.endswith("behind\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "options", "decoders"),
    [
        ("JPEG", (), {"libjpeg-turbo"}),
        ("PNG", (), {"Pillow", "kornia-rs"}),
        ("WEBP", (), {"libwebp", "imagecodecs"}),
        ("AVIF", (("speed", 8),), {"libavif"}),
    ],
)
def test_the_profile_knows_who_decodes(form: str, options: tuple[tuple[str, int], ...], decoders: set[str]) -> None:
    files = make(Kind(form, 800, 600, form, options, photographs=1))
    found = shares(partial(candidate(OURS), files[0], (200, 100)), rounds=1)
    assert found.decoder in decoders
    assert 0 < found.coded <= found.parts["decode"] < 1
    assert 0 < found.network <= found.parts["look"] < 1
    alone = decoder_times(files, (200, 100), rounds=1)
    assert ("inflating" in alone) == (form == "PNG")
    section = profile_section({(form, "200x100"): (1.5, found)}, {form: alone})
    assert f"| {form} to 200x100 | **1.50** |" in section
