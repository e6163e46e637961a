"""Stored analyses are short, and give the same plans as before."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalbox.analysis import Analysis
from focalbox.batch.compact import MAX_TEXT, pack, unpack
from focalbox.core.evidence import SaliencyMap, Subject
from focalbox.core.geometry import Box
from focalbox.core.target import Size
from focalbox.errors import InvalidRequest
from strategies import analyses, boxes, trimmed_analyses

LEVELS = 255
"""Values that a cell of the saliency map has at least, where it is kept whole."""


def noisy(rows: int, columns: int, seed: int) -> SaliencyMap:
    """Return a map that no compression makes short: the worst there is."""
    return SaliencyMap(np.random.default_rng(seed).random((rows, columns)))


@given(analyses)
def test_small_maps_come_back_to_the_nearest_level(analysis: Analysis) -> None:
    text = pack(analysis)
    back = unpack(text)
    assert len(text) <= MAX_TEXT
    assert (back.source, back.model, back.version) == (analysis.source, analysis.model, analysis.version)
    assert back.saliency.shape == analysis.saliency.shape
    difference = np.abs(back.saliency.cells - analysis.saliency.cells)
    assert difference.max() <= analysis.saliency.cells.max() / LEVELS / 2 + 1


@given(trimmed_analyses(), st.lists(boxes(), max_size=3))
def test_borders_and_subjects_are_kept(both: tuple[Analysis, Analysis], found: list[Box]) -> None:
    analysis = dataclasses.replace(both[0], subjects=tuple(Subject(box, score=0.5) for box in found))
    back = unpack(pack(analysis))
    assert back.visible == analysis.visible
    assert [subject.score for subject in back.subjects] == [0.5] * len(found)
    for subject, box in zip(back.subjects, found, strict=True):
        assert list(subject.box.to_dict().values()) == pytest.approx(list(box.to_dict().values()), abs=1e-5)


@pytest.mark.parametrize(("count", "most"), [(15, MAX_TEXT), (40, 2 * MAX_TEXT)])
def test_every_head_of_a_crowd_is_kept_though_the_text_may_grow(count: int, most: int) -> None:
    sides = np.random.default_rng(1).random((count, 8)) * ([0.9, 0.9, 0.1, 0.1] * 2)
    found = [Subject(Box(*row[:4]), "face", 0.7, Box(*row[4:])) for row in sides.tolist()]
    text = pack(Analysis(Size(4000, 3000), noisy(56, 56, 1), tuple(found), object_map=noisy(56, 56, 2)))
    assert most / 2 < len(text) <= most
    assert len(unpack(text).subjects) == count


@pytest.mark.parametrize("maps", [[], ["keep"], ["keep", "object_map"]])
def test_large_maps_become_coarser_until_they_are_short(maps: list[str]) -> None:
    keep = noisy(64, 64, 2) if "keep" in maps else None
    objects = noisy(64, 64, 3) if "object_map" in maps else None
    analysis = Analysis(Size(4000, 3000), noisy(64, 64, 1), keep=keep, object_map=objects)
    text = pack(analysis)
    back = unpack(text)
    assert len(text) <= MAX_TEXT
    assert back.saliency.shape < analysis.saliency.shape
    assert (back.keep is not None) == ("keep" in maps)
    assert (back.object_map is not None) == ("object_map" in maps)


@given(analyses)
def test_what_was_stored_is_stored_again_as_it_is(analysis: Analysis) -> None:
    text = pack(analysis)
    assert pack(unpack(text)) == text


@pytest.mark.parametrize("text", ["", "2:abc", "1:", "1:!!!", "1:" + "A" * 40])
def test_what_is_no_stored_analysis_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="a stored analysis is"):
        unpack(text)


@given(analyses, st.integers(0, 10**6), st.binary(min_size=1, max_size=3))
def test_a_damaged_one_is_refused_or_read(analysis: Analysis, at: int, noise: bytes) -> None:
    text = pack(analysis).encode()
    at %= len(text)
    damaged = (text[:at] + noise + text[at + len(noise) :]).decode("latin-1")
    with contextlib.suppress(InvalidRequest):
        assert unpack(damaged).source.pixels > 0


def test_a_crowd_is_as_short_as_a_portrait() -> None:
    generator = np.random.default_rng(5)
    places = (Box(left, top, 0.03, 0.05) for left, top in (generator.random((28, 2)) * 0.9).tolist())
    crowd = tuple(Subject(place, score=float(score)) for place, score in zip(places, generator.random(28), strict=True))
    rows, columns = np.mgrid[0:48, 0:64]
    hill = SaliencyMap(np.exp(-((rows - 20.0) ** 2 + (columns - 30.0) ** 2) / 200))
    text = pack(Analysis(Size(1600, 1200), hill, subjects=crowd, keep=hill, object_map=hill))
    assert len(text) <= MAX_TEXT
    assert len(unpack(text).subjects) == len(crowd)
