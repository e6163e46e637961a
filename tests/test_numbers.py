"""Numbers of any kind: what takes a number takes NumPy's, keeps it as Python's own, and takes no truths and texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from focalbox import (
    Analysis,
    Box,
    CropOptions,
    InvalidRequest,
    Limits,
    PixelBox,
    Ratio,
    SaliencyMap,
    Size,
    Subject,
    Trim,
)
from focalbox.batch import run
from focalbox.batch.job import Job
from focalbox.html import sizes_of
from focalbox.imaging.output.formats import check_quality
from focalbox.integrations.pillow import fit
from focalbox.options import parse_target

PICTURE = Image.new("RGB", (40, 30))
ANALYSIS = Analysis(Size(40, 30), SaliencyMap([[0, 1], [2, 3]]))

WHOLE: dict[str, Callable[[Any], Any]] = {
    "the sides of a size": lambda value: Size(value, value).to_dict(),
    "a size": lambda value: parse_target((value, value)) == Size(9, 9),
    "the sides of a box in pixels": lambda value: PixelBox(value, value, value, value).to_dict(),
    "what is left of a picture": lambda value: Analysis(
        Size(40, 30), SaliencyMap([[1]]), trimmed=PixelBox(0, 0, value, value)
    ).to_dict(),
    "a limit": lambda value: Limits(pixels=value).pixels,
    "a tolerance": lambda value: Trim(tolerance=value).tolerance,
    "a colour": lambda value: CropOptions(fill=(value, value, value)).fill,
    "a quality": check_quality,
    "a number of windows": lambda value: len(ANALYSIS.alternatives("1:1", value)) > 0,
    "widths of a page": lambda value: [size.to_dict() for size in sizes_of("1:1", [value], most=value)],
    "a job of a batch": lambda value: Job(
        ("1:1",), quality=value, alternatives=value, limits=Limits(side=value)
    ).to_json(),
}
"""What takes whole numbers, by name, and what it makes of them, as JSON has it."""

ANY: dict[str, Callable[[Any], Any]] = {
    "the terms of a ratio": lambda value: [*Ratio(value, value).to_dict().values(), Ratio(value, value).across],
    "the sides of a box": lambda value: Box(value, value, value, value).to_dict(),
    "a score": lambda value: Subject(Box(0.1, 0.1, 0.2, 0.2), score=value).to_dict(),
    "shares": lambda value: CropOptions(zoom=value, retain=value, doubt=value).to_dict(),
    "a point": lambda value: CropOptions(focus=(value, value)).to_dict(),
    "a box to keep": lambda value: CropOptions(keep=(value, value, value, value)).to_dict(),
    "boxes to avoid": lambda value: CropOptions(avoid=[(value, value, value, value)]).to_dict(),
    "a bleed": lambda value: fit(PICTURE, (8, 8), bleed=value).size,
}
"""What takes any number, in the same way."""
KINDS = (np.float32(0.25), np.float64(0.25), np.float16(0.25), np.array(0.25), Decimal("0.25"), Fraction(1, 4))


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int16, np.array])
@pytest.mark.parametrize("name", WHOLE)
def test_whole_numbers_of_numpy_are_taken_as_pythons(name: str, kind: Callable[[int], Any]) -> None:
    assert json.dumps(WHOLE[name](kind(9))) == json.dumps(WHOLE[name](9))


@pytest.mark.parametrize("value", KINDS)
@pytest.mark.parametrize("name", ANY)
def test_numbers_of_any_kind_are_taken_as_pythons(name: str, value: Any) -> None:
    assert json.dumps(ANY[name](value)) == json.dumps(ANY[name](0.25))


@pytest.mark.parametrize("value", [True, np.True_, np.ones((), bool), "1", b"1", np.str_("1"), 1j, None])
@pytest.mark.parametrize("name", WHOLE | ANY)
def test_truths_and_texts_are_no_numbers(name: str, value: Any) -> None:
    with pytest.raises(InvalidRequest):
        (WHOLE | ANY)[name](value)


def test_a_batch_takes_counts_of_numpy(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(2):
        Image.new("RGB", (40, 30), (number, 9, 9)).save(folder / f"{number}.png")
    one: Any = np.int64(1)
    for counted in ({"limit": one}, {"sample": one}):
        place = tmp_path / "out" / "-".join(counted)
        found = run(folder, "9x9", place, quality=one, workers=one, alternatives=one, **counted)
        assert (found.listed, found.done, found.failed) == (2, 1, 0)
