"""The page plans what the library plans: its own module, run by node, on many maps."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib import resources
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from focalbox import Analysis, SaliencyMap
from focalbox.core.choice.crop import Crop
from focalbox.core.choice.shown import shown_in
from focalbox.core.evidence import Subject
from focalbox.core.geometry import Box, PixelBox
from focalbox.core.target import Size
from focalbox.service.render.answers import placing

HERE = Path(__file__).parent


HALF_WAY = 1e-6
"""Pixels by which a place may be beside the middle between two and still be rounded to either."""

HEADS = 0.3
"""Share of the faces that are heads without a clear face."""

FOCUSED = 0.3
"""Share of the cases with a focus."""


def _fractions(box: dict[str, int], source: Size) -> Box:
    return PixelBox(box["left"], box["top"], box["width"], box["height"]).to_box(source)


def _face(random: np.random.Generator) -> Subject:
    """Return a face somewhere, with or without the whole of its head, or a head without a face."""
    side = random.random() * 0.2
    face = Box(random.random() * 0.8, random.random() * 0.8, side, side)
    if random.random() < HEADS:
        return Subject(face, "head", 0.3 + 0.7 * random.random())
    return Subject(face, head=face.resize(1.8 * side, 2.2 * side) if random.random() < 0.5 else None)


def _is_the_same(found: dict[str, int], crop: Crop) -> bool:
    """Tell whether a box is the crop's; where that lies half-way between two pixels, rounding may end at either."""
    box = crop.box.to_dict()
    for side, length in (("left", "width"), ("top", "height")):
        centre = getattr(crop.window, side) + getattr(crop.window, length) / 2
        place = centre * getattr(crop.source, length) - box[length] / 2
        half_way = abs(place % 1 - 0.5) < HALF_WAY
        if found[length] != box[length] or abs(found[side] - box[side]) > half_way:
            return False
    return True


def _analysis(random: np.random.Generator) -> Analysis:
    rows, columns = random.integers(1, 14, 2)
    cells = random.random((rows, columns)) ** random.integers(1, 9)
    if random.random() < 0.15:
        cells = np.zeros((rows, columns))
    subjects = tuple(_face(random) for _ in range(random.integers(0, 4)))
    if random.random() < 0.3:
        subjects += (Subject(Box(random.random() * 0.6, random.random() * 0.9, 0.4, 0.1), "text"),)
    objects = SaliencyMap(random.random((6, 7)) ** 4) if random.random() < 0.5 else None
    width, height = (int(side) for side in random.integers(5, 900, 2))
    return Analysis(Size(width, height), SaliencyMap(cells), subjects, "drawn", "1", object_map=objects)


def test_the_page_plans_what_the_library_plans() -> None:
    if shutil.which("node") is None:
        pytest.fail("node is missing: install Debian's package nodejs, or run `make test` as root")
    random = np.random.default_rng(20261123)
    cases, expected = [], []
    for _ in range(300):
        analysis = _analysis(random)
        width, height = (int(side) for side in random.integers(1, 1500, 2))
        if random.random() < 0.2:
            height = round(width * float(random.choice([9 / 16, 2 / 3, 0.4, 1.25]))) or 1
        zoom = float(random.choice([0.0, 0.0, 0.25, 1.0, random.random()]))
        saved = {**analysis.to_dict(), "placing": placing(analysis)}
        focus = (float(random.random()), float(random.random())) if random.random() < FOCUSED else None
        size = {"width": width, "height": height}
        cases.append({"analysis": saved, "size": size, "zoom": zoom, "focus": focus})
        expected.append(analysis.plan((width, height), zoom=zoom, upscale=True, focus=focus))
    module = resources.files("focalbox.service") / "page" / "planning.js"
    run = subprocess.run(
        ["node", "page_planning.mjs", str(module)],
        cwd=HERE,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    for case, found, crop in zip(cases, json.loads(run.stdout), expected, strict=True):
        assert _is_the_same(found["box"], crop), case
        shown = _fractions(found["box"], crop.source)
        assert found["kept"] == pytest.approx(crop.evidence.saliency.share(shown))
        same = shown_in(shown, crop.evidence)
        assert [one["kind"] for one in found["shown"]] == [one.kind for one in same]
        for one, other in zip(found["shown"], same, strict=True):
            assert one["shares"] == pytest.approx(other.shares)
        assert [words.replace(" %", "%") for words in found["words"]] == [str(one) for one in same]
        windows = [crop.relative, *(_fractions(box, crop.source) for box in found["others"])]
        # Rounding brings two windows up to a pixel nearer to each other: much where a window is five pixels high.
        bound = 0.6 + 1 / min(crop.box.width, crop.box.height)
        assert all(one.jaccard(other) < bound for one, other in combinations(windows, 2)), "others are others"
