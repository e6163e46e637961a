"""Lines that are written into pictures."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("onnx")

from benchmarks.rows import DataError  # noqa: E402
from training.batches import lettering  # noqa: E402  torch may be missing
from training.teachers.marks import MAX_MARKS  # noqa: E402


@pytest.fixture
def fonts() -> None:
    try:
        lettering.font_files()
    except DataError:
        pytest.skip("needs the fonts of requirements/training.txt")


@pytest.mark.usefixtures("fonts")
def test_drawn_lines_are_where_the_marks_say_and_spare_faces() -> None:
    faces, lines = torch.zeros(8, MAX_MARKS, 5), torch.zeros(8, MAX_MARKS, 5)
    faces[:, 0] = torch.tensor([0.0, 0.0, 1.0, 0.5, 1.0])
    pictures = torch.full((8, 3, 96, 128), 127, dtype=torch.uint8)
    lettering.write_lines(pictures, faces, lines, np.random.default_rng(0))
    assert (lines[..., 2] > 0).any()
    for picture, marks in zip(pictures, lines, strict=True):
        changed = (picture != 127).any(0)
        for left, top, width, height, _ in marks[marks[:, 2] > 0].tolist():
            assert top >= 0.45
            rows = slice(round(top * 96), round((top + height) * 96))
            assert changed[rows, round(left * 128) : round((left + width) * 128)].any()


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "FONT_PACKAGES", ("font_of_nobody",))
    with pytest.raises(DataError, match="font_of_nobody is missing"):
        lettering.font_files()
