"""Drawn faces that differ only in the tone of the skin are found alike, so that tones do not decide which one is shown."""

from __future__ import annotations

import io

import pytest

pytest.importorskip("pyvips")
pytest.importorskip("smartcrop")

from benchmarks.quality.fairness import GROUNDS, MONK_TONES, Ground, draw_pair
from focalbox import Cropper


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda ground: ground.name)
def test_drawn_faces_of_all_tones_are_found(ground: Ground) -> None:
    cropper = Cropper()
    for tone, other in zip(MONK_TONES, reversed(MONK_TONES), strict=True):
        stored = io.BytesIO()
        draw_pair(tone, other, ground, seed=1).save(stored, "PNG")
        found = [one.box.centre[0] < 0.5 for one in cropper.analyze(stored.getvalue()).subjects if one.kind == "face"]
        assert sorted(found) == [False, True], f"{tone} beside {other}"
